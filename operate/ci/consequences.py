"""What a planned change means for whoever lives with the stack: cause and consequence of each that somebody feels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from operate.engine.plan import Change, Kind, Planned
from operate.engine.state import COMMAND, DYNAMIC

_FORWARDER = ("aws:cloudformation/stack:Stack", "forwarder")
_MANAGEMENT_ROLE = ("aws:cloudformation/stack:Stack", "management-role")
_READER = ("aws:iam/role:Role", "workload-security")
_TRAIL = ("aws:cloudtrail/trail:Trail", "trail")
_CONNECTOR = (f"{DYNAMIC}Connector", "connector")
_CLOUD_ACCOUNT = (f"{DYNAMIC}CloudAccount", "registration")
_ENROLLMENT = (f"{DYNAMIC}VisionOneEnrollment", "enrollment")
_VISION_ONE_ACCOUNT = (f"{DYNAMIC}VisionOneAccount", "vision-one-account")
_VISION_ONE_ROLE = ("aws:iam/role:Role", "vision-one-role")
_VISION_ONE_STACK = ("aws:cloudformation/stack:Stack", "vision-one-stack")

# In the order of what hurts most.
_SENTENCES: Mapping[tuple[str, str], Mapping[Kind, tuple[str, str]]] = {
    _ENROLLMENT: {
        "create": ("Cloud One is enrolled in Vision One", "where a token is given; this cannot be undone from here"),
        "update": ("Cloud One is enrolled in Vision One", "this cannot be undone from here"),
        "delete": ("The enrollment is not looked after any more", "Cloud One stays enrolled in Vision One"),
    },
    _FORWARDER: {
        "create": ("Trend's forwarder is created", "events of the trail reach Trend, existing notifications stay"),
        "replace": (
            "Trend's forwarder is recreated",
            "events pause until it is done; existing notifications are restored",
        ),
        "delete": ("Trend's forwarder is deleted", "no event reaches Trend; existing notifications are restored"),
    },
    _TRAIL: {
        "create": ("A trail and its bucket are created", "both cost extra"),
        "replace": ("The trail is recreated", "nothing is recorded until it is done"),
        "delete": ("The trail is deleted", "nothing is recorded by it any more"),
    },
    _MANAGEMENT_ROLE: {
        "update": ("Trend's management role is changed", "the cloud account stays linked meanwhile"),
        "replace": ("Trend's management role is recreated", "the cloud account is linked to the new one afterwards"),
        "delete": ("Trend's management role is deleted", "Trend cannot manage the account any more"),
    },
    _READER: {
        "update": ("The role that Workload Security assumes is changed", "the connector stays linked meanwhile"),
        "replace": ("The role that Workload Security assumes is recreated", "the connector is linked to the new one"),
        "delete": ("The role that Workload Security assumes is deleted", "Trend cannot read the inventory any more"),
    },
    _CONNECTOR: {
        "create": ("The AWS account is linked in Workload Security", "Trend reads its inventory"),
        "replace": ("The connector is recreated", "the AWS account is unlinked in Workload Security meanwhile"),
        "delete": ("The AWS account is unlinked in Workload Security", "an adopted connector is restored"),
    },
    _CLOUD_ACCOUNT: {
        "create": ("The AWS account is linked in Cloud One", "Trend manages it through its role"),
        "replace": ("The cloud account is recreated", "the AWS account is unlinked in Cloud One meanwhile"),
        "delete": ("The AWS account is unlinked in Cloud One", "an adopted cloud account is restored"),
    },
    _VISION_ONE_STACK: {
        "create": ("Trend's stack links the AWS account in Vision One", "Vision One reads the trail; experimental"),
        "replace": ("Trend's stack is recreated", "Vision One cannot read the account until it is done"),
        "delete": ("Trend's stack is deleted", "Vision One reads neither the account nor its trail any more"),
    },
    _VISION_ONE_ROLE: {
        "update": ("The role that Vision One assumes is changed", "the account stays linked meanwhile"),
        "replace": ("The role that Vision One assumes is recreated", "the account is linked to the new one afterwards"),
        "delete": ("The role that Vision One assumes is deleted", "Vision One cannot read the inventory any more"),
    },
    _VISION_ONE_ACCOUNT: {
        "create": ("The AWS account is linked in Vision One", "Vision One reads its inventory"),
        "update": ("The link in Vision One is changed", "the account stays linked meanwhile"),
        "delete": ("The AWS account is unlinked in Vision One", "an adopted link is restored"),
    },
}

_BOOKKEEPING = frozenset(
    {
        COMMAND,
        *(
            f"{DYNAMIC}{name}"
            for name in (
                "CloudOneAccount",
                "Deployment",
                "ExternalId",
                "KeyCheck",
                "NotificationMerge",
                "NotificationSnapshot",
                "PriorLink",
                "VendorTemplate",
                "VisionOneStackRole",
                "VisionOneTemplate",
                "VisionOneTenant",
            )
        ),
    }
)


@dataclass(frozen=True)
class Consequence:
    """One sentence.

    Attributes:
        event: what happens, for example `Trend's forwarder is recreated`.
        causes: the properties that force a replacement, or that an update changes.
        effect: what follows from it, for example `events pause until it is done`.
    """

    event: str
    causes: tuple[str, ...]
    effect: str


def consequences(planned: Planned) -> Iterator[Consequence]:
    """Yield what the changes of a preview mean, what hurts most first."""
    by_resource = {(change.type, change.name): change for change in planned.changes}
    for resource, sentences in _SENTENCES.items():
        change = by_resource.get(resource)
        if change is not None and change.kind in sentences:
            event, effect = sentences[change.kind]
            yield Consequence(event, _causes(change), effect)


def is_bookkeeping(change: Change) -> bool:
    """Whether a resource only asks, or keeps what others need: its changes matter to nobody by themselves."""
    return change.type in _BOOKKEEPING


def _causes(change: Change) -> tuple[str, ...]:
    if change.kind == "replace":
        return change.causes
    return tuple(each.path for each in change.properties) if change.kind == "update" else ()
