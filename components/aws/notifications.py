"""A bucket's notification configuration: whose entries are whose, which go together, and how two sets become one.

A configuration is the document of S3's own API, so that it goes back the way it came. Nothing here makes a call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

Configuration = dict[str, Any]

EVENT_BRIDGE = "EventBridgeConfiguration"
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
        """Whether both notify the same of the same; tools that write an entry anew give it another id."""
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


VENDORS_EXPECTED = Entry("LambdaFunctionConfigurations", {"Id": "the vendor's", "Events": ["s3:ObjectCreated:*"]})
"""What the vendor's stack puts: every new object of the whole bucket to its forwarder.

Inferred, not documented: the forwarder must see each log file that CloudTrail delivers, at whatever prefix the trail
has, and the stack has no parameter for a prefix. Should the entry be a narrower one, the refusal that rests on this is
stricter than need be; nothing else rests on it.
"""


def entries(configuration: Mapping[str, Any]) -> list[Entry]:
    """Take a configuration apart."""
    listed = [Entry(kind, body) for kind in DESTINATIONS for body in configuration.get(kind, ())]
    return [*listed, Entry(EVENT_BRIDGE, {})] if EVENT_BRIDGE in configuration else listed


def configuration(parts: Iterable[Entry]) -> Configuration:
    """Put entries together as a configuration; the order within a kind stays."""
    whole: Configuration = {}
    for entry in parts:
        if entry.kind == EVENT_BRIDGE:
            whole[EVENT_BRIDGE] = {}
        else:
            whole.setdefault(entry.kind, []).append(dict(entry.body))
    return whole


def split(live: Mapping[str, Any], functions: Collection[str]) -> tuple[list[Entry], list[Entry]]:
    """Tell the vendor's entries from everybody else's.

    Args:
        live: a configuration.
        functions: names of the Lambda functions that the vendor's stack made.

    Returns:
        The vendor's entries, and the others.
    """
    vendors = [entry for entry in entries(live) if _function_name(entry) in functions]
    return vendors, [entry for entry in entries(live) if entry not in vendors]


def names(parts: Iterable[Entry]) -> frozenset[str]:
    """Return the names of the Lambda functions that entries notify."""
    return frozenset(filter(None, map(_function_name, parts)))


def conflicts(foreign: Iterable[Entry]) -> list[Entry]:
    """Return the entries that S3 would not accept beside the vendor's."""
    return [entry for entry in foreign if entry.overlaps(VENDORS_EXPECTED)]


def merge(live: Iterable[Entry], wanted: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Add entries to those that are there. What is there stays as it is.

    Returns:
        All entries, and those of the wanted ones that S3 would refuse beside the live ones.
    """
    merged, displaced = list(live), []
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
    return merged, displaced


def missing(live: Iterable[Entry], wanted: Iterable[Entry]) -> list[Entry]:
    """Return the wanted entries without which `live` is not complete."""
    live = list(live)
    return merge(live, wanted)[0][len(live) :]


def is_as_others_left_it(known: Iterable[Entry], foreign: Iterable[Entry], *, vendors_stands: bool) -> bool:
    """Whether what is missing of the known entries was taken away by its owners, and not lost.

    A person who removes one entry leaves the rest. The vendor's stack leaves nothing but its own entry, or nothing at
    all, and a tool that puts a configuration of its own leaves out the vendor's entry with all others. So owners were
    at work where the vendor's entry and at least one of the others stand. Where a bucket had one entry alone, its
    removal cannot be told from its loss and counts as one.

    Args:
        known: the entries of others as last seen.
        foreign: the entries of others that are there now.
        vendors_stands: whether the vendor's entry is there now.
    """
    known = list(known)
    left = any(each.same_as(entry) or (each.id and each.id == entry.id) for each in foreign for entry in known)
    return vendors_stands and (left or not known)


def _share_an_event(one: str, other: str) -> bool:
    families = [event[:-1] for event in (one, other) if event.endswith(":*")]
    return one == other or any(one.startswith(family) and other.startswith(family) for family in families)


def _function_name(entry: Entry) -> str:
    # arn:<partition>:lambda:<region>:<account>:function:<name>[:<alias or version>]
    parts = entry.destination.split(":")
    return parts[6] if len(parts) > 6 and parts[2] == "lambda" else ""
