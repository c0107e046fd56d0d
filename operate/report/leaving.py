"""What leaving takes away, what stays on purpose, and what cannot be removed from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Column, Table

from components.aws.errors import AwsError
from components.aws.tags import OWNER_TAG
from components.resources.enrollment import SKIPPED
from operate.engine.stack import Stack
from operate.engine.state import BUCKET, DYNAMIC, Resource, State
from operate.recovery.aws_objects import Bucket

_PERMANENT = {
    f"{DYNAMIC}VisionOneEnrollment": (
        "no call undoes it, and endpoint management stays with Vision One; to disconnect it: Vision One console, "
        "Service Management > Product Connector"
    ),
    f"{DYNAMIC}CloudTrailParameters": "no call revokes it; with the forwarder gone, nothing uses it any more",
}
_NEW_BUCKETS = "trail-bucket-"
"""How the names of buckets begin that were made for a new trail (`components.steps.audit_trail`)."""


@dataclass(frozen=True)
class Item:
    """One line: what it is about, and what there is to know."""

    what: str
    note: str = ""


@dataclass(frozen=True)
class Report:
    """The report.

    Attributes:
        stack: `<project>/<stack>`.
        destroyed: whether it is about what was done; False: about what a destroy would do.
        removed, kept, not_removable: the three groups.
        left: what a destroy that failed has not removed yet.
    """

    stack: str
    destroyed: bool
    removed: tuple[Item, ...]
    kept: tuple[Item, ...]
    not_removable: tuple[Item, ...]
    left: tuple[Item, ...]

    @classmethod
    def of(cls, stack: Stack, before: State | None = None) -> Report:
        """Compare the state before the stack was destroyed with that of now, and look at what AWS still holds.

        Args:
            stack: the stack.
            before: its state before it was destroyed. Without it the report is about what exists now: which resources a
                destroy has removed, no backend tells afterwards.
        """
        now, runs = stack.state(), stack.runs()
        destroyed = bool(runs) and runs[0].kind == "destroy"
        before = before or now
        # What goes along with another resource needs no line of its own.
        listed = [each for each in before.real() if not (each.only_asks or each.is_part)]
        going = [each for each in listed if not each.retained and each.type not in _PERMANENT]
        left = {resource.urn for resource in now.resources} if destroyed else set()
        return cls(
            stack=stack.owner,
            destroyed=destroyed,
            removed=tuple(Item(each.title, _restored(each)) for each in going if each.urn not in left),
            kept=tuple(_kept_buckets(stack, listed)),
            not_removable=tuple(
                Item(each.title, _PERMANENT[each.type])
                for each in listed
                if each.type in _PERMANENT and each.outputs.get("status") != SKIPPED
            ),
            left=tuple(Item(each.title) for each in going if each.urn in left),
        )

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        fields = asdict(self)
        fields["notRemovable"] = fields.pop("not_removable")
        return fields

    def table(self) -> Table:
        """Return it for people."""
        went, goes = ("removed", "what stays of it") if self.destroyed else ("would be removed", "if it is destroyed")
        table = Table(Column("what", overflow="fold"), "note", title=f"{self.stack}: {goes}", title_justify="left")
        groups = {
            went: self.removed,
            "not removed yet": self.left,
            "kept on purpose": self.kept,
            "not removable from here": self.not_removable,
        }
        for name, items in groups.items():
            if items:
                table.add_row(f"[bold]{name}")
                for item in items:
                    table.add_row(f"  {item.what}", item.note)
                table.add_section()
        if not any(groups.values()):
            table.add_row("nothing", "no resource of this stack is known")
        return table


def _restored(resource: Resource) -> str:
    return "adopted: its earlier settings are restored" if resource.outputs.get("original") else ""


def _kept_buckets(stack: Stack, before: list[Resource]) -> Iterator[Item]:
    """Yield the buckets that outlive the stack: that of the last trail, and those of trails before it."""
    expected = {each.inputs["bucket"]: each.title for each in before if each.type == BUCKET and each.retained}
    try:
        names = [*expected, *(name for name in _bucket_names(stack) if name not in expected)]
        live = {name: Bucket(stack.aws, {"bucket": name}, stack.aws.region).find() for name in names}
    except AwsError as error:
        for title in expected.values():
            yield Item(title, f"cannot determine whether it exists: {error}")
        return
    for name, found in live.items():
        ours = found is not None and found.tags.get(OWNER_TAG) == stack.owner
        if ours:
            yield Item(f"S3 bucket {name}", f"keeps its logs; to remove it with them: aws s3 rb s3://{name} --force")
        elif name in expected:
            note = "is gone by now" if found is None else f"does not carry the tag {OWNER_TAG} of this stack any more"
            yield Item(expected[name], note)


def _bucket_names(stack: Stack) -> list[str]:
    return Bucket.names(stack.aws, stack.aws.region, _NEW_BUCKETS)
