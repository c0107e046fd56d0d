"""What a preview would do, as Markdown for a comment or an issue: what cannot be taken back comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from operate.ci.consequences import consequences, is_bookkeeping
from operate.engine.plan import Change, Kind, Planned, Property

LIMIT = 60_000
"""Characters; GitHub takes 65,536."""
_LONGEST_VALUE = 200
_MOST_CAUSES = 3
_LABELS: Mapping[Kind, str] = {
    "create": "to create",
    "update": "to update",
    "replace": "to replace",
    "delete": "to delete",
}


def preview(title: str, planned: Planned, *, succeeded: bool) -> str:
    """Return the page of a preview.

    Args:
        title: its heading.
        planned: what was found.
        succeeded: whether the preview went through.
    """
    if not succeeded:
        return _page(title, "The preview **failed**.", _alert("CAUTION", planned.errors), _all(planned))
    return _page(
        title,
        *_meaning(planned),
        _counts(planned),
        _gone(planned),
        _alert("WARNING", planned.warnings),
        _all(planned),
    )


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
            _alert("CAUTION", planned.errors),
        )
    summary = (
        "What exists differs from what the program and its settings say. The next `pulumi up --refresh` would put it "
        "right, as listed below: **before** is what exists now. Where that is right, change the program instead."
    )
    return _page(title, summary, *_meaning(planned), _counts(planned), _gone(planned), _all(planned))


def _page(*parts: str) -> str:
    title, *rest = parts
    text = "\n\n".join([f"### {title}", *filter(None, rest)]) + "\n"
    if len(text) <= LIMIT:
        return text
    return text[:LIMIT].rpartition("\n")[0] + "\n\nMore than fits here: see the log of the run.\n"


def _meaning(planned: Planned) -> list[str]:
    """Return what the changes mean, a sentence and paragraph each."""
    return [f"{each.event}{_because(each.causes)}: {each.effect}." for each in consequences(planned)]


def _counts(planned: Planned) -> str:
    counts = [(len(_felt(planned, kind)), label) for kind, label in _LABELS.items()]
    told = ", ".join(f"**{count}** {label}" for count, label in counts if count)
    aside = sum(is_bookkeeping(change) for change in planned.changes)
    return ", and ".join(filter(None, [told, f"{aside} of bookkeeping" if aside else ""])) or "No changes."


def _gone(planned: Planned) -> str:
    """Call out what is deleted or replaced."""
    deleted = _felt(planned, "delete")
    lines = [f"- deleted: {_named(each)}" for each in deleted if not each.kept]
    lines += [f"- replaced: {_named(each)}{_because(each.causes)}" for each in _felt(planned, "replace")]
    kept = [f"- kept, but not looked after any more: {_named(each)}" for each in deleted if each.kept]
    return _block("CAUTION", lines + kept) if lines else _block("NOTE", kept)


def _felt(planned: Planned, kind: Kind) -> list[Change]:
    """Return the changes of one kind, less those of resources that only keep books; these are below the fold."""
    return [change for change in planned.of_kind(kind) if not is_bookkeeping(change)]


def _named(change: Change) -> str:
    return _code(change.resource) + (f" ({_code(change.id)})" if change.id else "")


def _because(causes: Sequence[str]) -> str:
    named = [*map(_code, causes[:_MOST_CAUSES]), *(["more"] if len(causes) > _MOST_CAUSES else [])]
    return f", because of {' and '.join([', '.join(named[:-1]), named[-1]] if named[1:] else named)}" if named else ""


def _alert(kind: str, messages: Iterable[str]) -> str:
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
