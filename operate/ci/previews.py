"""`pulumi preview`, and the search for drift, with a page about what they found."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from operate.ci import markdown
from operate.ci.github import GitHub
from operate.console import OperateError
from operate.engine.flags import Flags
from operate.engine.plan import Planned
from operate.engine.stack import Stack

DRIFTED = 7
"""Exit code of a preview that should have found no changes and found some (source: `pulumi preview --help`)."""

NOTHING = "Nothing differs from the program and its settings."


@dataclass(frozen=True)
class Previewed:
    """How a preview ended.

    Attributes:
        stack: `<project>/<stack>`.
        code: the exit code.
        planned: what it found.
    """

    stack: str
    code: int
    planned: Planned


def preview(arguments: Sequence[str], page: Path | None = None, pull_request: int | None = None) -> int:
    """Run `pulumi preview` and tell what it would do.

    Args:
        arguments: the flags of `pulumi preview`.
        page: file that takes the Markdown.
        pull_request: number of the one that gets it as its comment.

    Returns:
        The preview's exit code.

    Raises:
        OperateError: the page cannot be written, or GitHub refused the comment.
    """
    ended = _run(arguments, page)
    text = markdown.preview(f"Preview of `{ended.stack}`", ended.planned, succeeded=ended.code in (0, DRIFTED))
    _write(page, text)
    if pull_request is not None:
        GitHub.of_environment().put_comment(pull_request, f"preview of {ended.stack}", text)
    return ended.code


def drift(arguments: Sequence[str], page: Path | None = None, *, issue: bool = False) -> int:
    """Look for what was changed outside of Pulumi.

    Args:
        arguments: the flags of `pulumi preview`.
        page: file that takes the Markdown.
        issue: whether to keep one issue of the repository: opened or written anew where something has drifted or that
            could not be found out, closed where nothing has.

    Returns:
        0: nothing has drifted; 7: something has; another code: it could not be found out.

    Raises:
        OperateError: the page cannot be written, or GitHub refused the issue.
    """
    ended = _run([*arguments, "--refresh", "--expect-no-changes"], page)
    title, marker = f"Drift in {ended.stack}", f"drift in {ended.stack}"
    text = markdown.drift(f"Drift in `{ended.stack}`", ended.planned, drifted=ended.code == DRIFTED)
    _write(page, text if ended.code else f"### {title}\n\n{NOTHING}\n")
    if issue and ended.code == 0:
        GitHub.of_environment().close_issue(marker, NOTHING)
    elif issue:
        GitHub.of_environment().put_issue(marker, title, text)
    return ended.code


def _run(arguments: Sequence[str], page: Path | None) -> Previewed:
    _write(page, "", "a")  # one that cannot be written is refused before anything is asked
    stack = Stack.of(Flags.among(arguments))
    owner = stack.owner  # asked before, so that a stack that is not there has one error
    with tempfile.TemporaryDirectory(prefix="operate-") as folder:
        log = Path(folder, "events.jsonl")
        ended = stack.pulumi.run("preview", *arguments, event_log=str(log))
        return Previewed(owner, ended.code, Planned.read(log))


def _write(page: Path | None, text: str, mode: Literal["a", "w"] = "w") -> None:
    """Write in place: the file may be all that a job may write in its folder, as GitHub's is, and it may be a pipe."""
    if page is None:
        return
    try:
        with page.open(mode, encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OperateError(f"{page} cannot be written ({error.strerror}): name another file for --markdown") from None
