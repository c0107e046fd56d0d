"""The notifications of a bucket: whose entries are whose, which go together, and how two sets become one.

An entry keeps what S3's API said of it, so that it goes back the way it came. Nothing here makes a call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Document = dict[str, Any]
"""A notification configuration as S3's API reads and writes it."""

EVENT_BRIDGE = "EventBridgeConfiguration"
MOST_CONFIGURATIONS = 100
"""Notification configurations that a bucket takes (source: AWS General Reference, S3 quotas, event notifications)."""

# Where each list of the document names the destination, in the order in which S3's reference shows them.
DESTINATIONS = {
    "TopicConfigurations": "TopicArn",
    "QueueConfigurations": "QueueArn",
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
}


@dataclass(frozen=True)
class Entry:
    """One notification of a bucket.

    Attributes:
        kind: the part of the document that it stands in.
        body: the entry in S3's own words; empty for EventBridge, which is on or off for the bucket.
    """

    kind: str
    body: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id, one of its kind in a bucket; empty for EventBridge."""
        return str(self.body.get("Id", ""))

    @property
    def destination(self) -> str:
        """The ARN of what is notified; empty for EventBridge."""
        return str(self.body.get(DESTINATIONS.get(self.kind, ""), ""))

    @property
    def events(self) -> frozenset[str]:
        """The event types, for example `s3:ObjectCreated:*`."""
        return frozenset(self.body.get("Events", ()))

    @property
    def prefix(self) -> str:
        """What the objects' keys begin with; empty for any."""
        return self._filter("prefix")

    @property
    def suffix(self) -> str:
        """What the objects' keys end with; empty for any."""
        return self._filter("suffix")

    def __str__(self) -> str:
        """Name the entry for a person."""
        if self.kind == EVENT_BRIDGE:
            return "EventBridge"
        filters = [f"{word} {value}" for word, value in (("prefix", self.prefix), ("suffix", self.suffix)) if value]
        where = ", ".join([", ".join(sorted(self.events)), *filters])
        return f"'{self.id}' to {self.destination} ({where})"

    def same_as(self, other: Entry) -> bool:
        """Whether both notify the same of the same; a tool that recreates an entry gives it another id."""
        return self._meaning() == other._meaning()

    def overlaps(self, other: Entry) -> bool:
        """Whether S3 refuses the two in one bucket: a common event type for a key that both would match.

        Source: S3 user guide, "Configuring event notifications using object key name filtering". The destination does
        not matter, and EventBridge goes with everything.
        """
        return (
            any(_share_an_event(mine, theirs) for mine in self.events for theirs in other.events)
            and (self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix))
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )

    def _filter(self, name: str) -> str:
        rules = self.body.get("Filter", {}).get("Key", {}).get("FilterRules", ())
        # S3 takes the names in any case, and answers `Prefix` and `Suffix`.
        return next((str(rule.get("Value", "")) for rule in rules if str(rule["Name"]).lower() == name), "")

    def _meaning(self) -> tuple[str, str, frozenset[str], str, str]:
        return self.kind, self.destination, self.events, self.prefix, self.suffix


FORWARDER_EXPECTED = Entry("LambdaFunctionConfigurations", {"Id": "Trend's", "Events": ["s3:ObjectCreated:*"]})
"""What Trend's stack puts: every new object of the whole bucket to its forwarder.

Inferred, not documented: the forwarder must see each log file that CloudTrail delivers, at whatever prefix the trail
has, and the stack has no parameter for a prefix. Should the entry be a narrower one, the refusal that rests on this is
stricter than need be; nothing else rests on it.
"""


@dataclass(frozen=True)
class Notifications:
    """Notifications of one bucket, in the order of S3's document.

    Attributes:
        entries: each of them.
    """

    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Notifications:
        """Read S3's document."""
        listed = [Entry(kind, body) for kind in DESTINATIONS for body in document.get(kind, ())]
        return cls((*listed, Entry(EVENT_BRIDGE, {})) if EVENT_BRIDGE in document else tuple(listed))

    def document(self) -> Document:
        """Return S3's document."""
        document: Document = {}
        for entry in self:
            if entry.kind == EVENT_BRIDGE:
                document[EVENT_BRIDGE] = {}
            else:
                document.setdefault(entry.kind, []).append(dict(entry.body))
        return document

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def functions(self) -> frozenset[str]:
        """The names of the Lambda functions that are notified."""
        return frozenset(filter(None, map(_function_name, self)))

    def split(self, functions: Collection[str]) -> tuple[Notifications, Notifications]:
        """Tell those of Trend's stack from all others.

        Args:
            functions: names of the Lambda functions of Trend's stack.

        Returns:
            Those of Trend's forwarder, and the existing ones.
        """
        of_forwarder = tuple(entry for entry in self if _function_name(entry) in functions)
        return Notifications(of_forwarder), Notifications(tuple(entry for entry in self if entry not in of_forwarder))

    @property
    def configurations(self) -> int:
        """How many of them count against MOST_CONFIGURATIONS; EventBridge is a switch of the bucket and does not."""
        return sum(entry.kind != EVENT_BRIDGE for entry in self)

    def conflicts(self) -> list[Entry]:
        """Return those that S3 would not accept beside that of Trend's forwarder."""
        return [entry for entry in self if entry.overlaps(FORWARDER_EXPECTED)]

    def merge(self, wanted: Notifications) -> tuple[Notifications, list[Entry]]:
        """Add what is wanted; what is there stays as it is.

        Returns:
            All of them, and what S3 would not accept beside those that are there.
        """
        merged, displaced = list(self), []
        for entry in wanted:
            namesake = next((each for each in merged if entry.id and each.id == entry.id), None)
            changed = namesake is not None and namesake.destination == entry.destination
            if changed or any(each.same_as(entry) for each in merged):
                continue
            if any(each.overlaps(entry) for each in merged):
                displaced.append(entry)
            elif namesake is None:
                merged.append(entry)
            else:  # another's entry has its id by now, and S3 finds a new one
                merged.append(replace(entry, body={name: value for name, value in entry.body.items() if name != "Id"}))
        return Notifications(tuple(merged)), displaced

    def missing(self, wanted: Notifications) -> Notifications:
        """Return what of the wanted ones is not there and could be."""
        return Notifications(self.merge(wanted)[0].entries[len(self) :])

    def left_by_owners(self, known: Notifications, *, forwarder_notified: bool) -> bool:
        """Whether what is missing of the known ones was removed by its owners, and not lost.

        A person who removes one entry leaves the rest. Trend's stack leaves nothing but its own entry, or nothing at
        all, and a tool that puts a configuration of its own leaves out Trend's entry with all others. So owners were at
        work where Trend's entry and at least one of the others are there. Where a bucket had one entry alone, its
        removal cannot be told from its loss and counts as one.

        Args:
            known: the existing ones as last seen.
            forwarder_notified: whether the entry of Trend's forwarder is there now.
        """
        left = any(each.same_as(entry) or (each.id and each.id == entry.id) for each in self for entry in known)
        return forwarder_notified and (left or not known)


def _share_an_event(one: str, other: str) -> bool:
    families = [event[:-1] for event in (one, other) if event.endswith(":*")]
    return one == other or any(one.startswith(family) and other.startswith(family) for family in families)


def _function_name(entry: Entry) -> str:
    # arn:<partition>:lambda:<region>:<account>:function:<name>[:<alias or version>]
    parts = entry.destination.split(":")
    return parts[6] if len(parts) > 6 and parts[2] == "lambda" else ""
