"""What a preview would do, as Markdown for a comment or an issue: what cannot be taken back comes first."""

from __future__ import annotations

from collections.abc import Iterable

from operate.engine.plan import Change, Planned, Property

LIMIT = 60_000
"""Characters; GitHub takes 65,536."""
_LONGEST_VALUE = 200
_WORDS = {"create": "to create", "update": "to update", "replace": "to replace", "delete": "to delete"}


def preview(title: str, planned: Planned, *, succeeded: bool) -> str:
    """Return the page of a preview.

    Args:
        title: its heading.
        planned: what was found.
        succeeded: whether the preview went through.
    """
    if not succeeded:
        return _page(title, "The preview **failed**.", _said("CAUTION", planned.errors), _all(planned))
    return _page(title, _counts(planned), _gone(planned), _said("WARNING", planned.warnings), _all(planned))


def drift(title: str, planned: Planned, *, drifted: bool) -> str:
    """Return the page of a search for drift.

    Args:
        title: its heading.
        planned: what was found: what the next update would put right.
        drifted: whether the search itself went through and found something.
    """
    if not drifted:
        return _page(
            title,
            "Whether anything has drifted **could not be found out**.",
            _said("CAUTION", planned.errors),
        )
    words = (
        "What stands differs from what the program and its settings say. The next `pulumi up --refresh` would put it "
        "right, as listed below: **before** is what stands now. Where what stands is right, change the program instead."
    )
    return _page(title, words, _counts(planned), _gone(planned), _all(planned))


def _page(*parts: str) -> str:
    title, *rest = parts
    text = "\n\n".join([f"### {title}", *filter(None, rest)]) + "\n"
    if len(text) <= LIMIT:
        return text
    return text[:LIMIT].rpartition("\n")[0] + "\n\nMore than fits here: see the log of the run.\n"


def _counts(planned: Planned) -> str:
    counts = [(len(planned.of_kind(kind)), words) for kind, words in _WORDS.items()]
    return ", ".join(f"**{count}** {words}" for count, words in counts if count) or "No changes."


def _gone(planned: Planned) -> str:
    """Call out what is deleted or replaced."""
    lines = [f"- deleted: {_named(each)}" for each in planned.of_kind("delete") if not each.kept]
    lines += [f"- replaced: {_named(each)}{_because(each)}" for each in planned.of_kind("replace")]
    kept = [f"- kept, but not looked after any more: {_named(each)}" for each in planned.of_kind("delete") if each.kept]
    return _block("CAUTION", lines + kept) if lines else _block("NOTE", kept)


def _named(change: Change) -> str:
    return _code(change.resource) + (f" ({_code(change.id)})" if change.id else "")


def _because(change: Change) -> str:
    return f", because of {', '.join(map(_code, change.causes))}" if change.causes else ""


def _said(kind: str, messages: Iterable[str]) -> str:
    return _block(kind, [f"- {_code(message)}" for message in messages])


def _block(kind: str, lines: list[str]) -> str:
    """Return one of GitHub's alerts."""
    return "\n".join(f"> {line}" for line in [f"[!{kind}]", *lines]) if lines else ""


def _all(planned: Planned) -> str:
    if not planned.changes:
        return ""
    rows = [row for change in planned.changes for row in _rows(change)]
    table = "\n".join(["| change | resource | property | before | after |", "| --- | --- | --- | --- | --- |", *rows])
    return f"<details><summary>All changes</summary>\n\n{table}\n\n</details>"


def _rows(change: Change) -> list[str]:
    first = f"| {change.kind} | {_code(change.resource)} |"
    if not change.properties:
        return [f"{first} | | |"]
    return [f"{first} {_cells(each)} |" for each in change.properties]


def _cells(changed: Property) -> str:
    return " | ".join("" if each is None else _code(each) for each in (changed.path, changed.before, changed.after))


def _code(text: str) -> str:
    """Return a text that means nothing to Markdown: it may be anybody's, a tag's value for example."""
    line = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{line if len(line) <= _LONGEST_VALUE else line[:_LONGEST_VALUE] + '…'}`"
