"""Whose notification is whose, which go together in one bucket, and how two sets become one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws.notifications import EVENT_BRIDGE, Entry, Notifications
from components.checks.bucket import coexistence_finding

BRIDGE = Entry(EVENT_BRIDGE, {})


def several(*entries: Entry) -> Notifications:
    return Notifications(entries)


def queue(entry_id: str, *events: str, to: str = "", prefix: str = "", suffix: str = "") -> Entry:
    rules = [{"Name": name, "Value": value} for name, value in (("Prefix", prefix), ("suffix", suffix)) if value]
    body: dict[str, Any] = {
        "Id": entry_id,
        "QueueArn": f"arn:aws:sqs:us-east-1:1:{to or entry_id}",
        "Events": [*events],
    }
    return Entry("QueueConfigurations", {**body, "Filter": {"Key": {"FilterRules": rules}}} if rules else body)


def function(entry_id: str, name: str, *events: str) -> Entry:
    arn = f"arn:aws-us-gov:lambda:us-gov-west-1:012345678901:function:{name}"
    return Entry("LambdaFunctionConfigurations", {"Id": entry_id, "LambdaFunctionArn": arn, "Events": [*events]})


CREATED, PUT, COPY, REMOVED = (
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Copy",
    "s3:ObjectRemoved:*",
)
FORWARDER = function("forwarder", "CloudOne-ct-forwarder", CREATED)

arbitrary = st.one_of(
    st.just(BRIDGE),
    st.builds(
        queue,
        st.sampled_from("abcd"),
        st.sampled_from([CREATED, PUT, COPY, REMOVED, "s3:ReducedRedundancyLostObject"]),
        to=st.sampled_from(["", "x", "y"]),
        prefix=st.sampled_from(["", "a/", "a/b/", "c/"]),
        suffix=st.sampled_from(["", ".gz", ".json.gz"]),
    ),
)


def acceptable(drawn: list[Entry]) -> Notifications:
    """Leave out what S3 would not have let into one bucket."""
    kept: list[Entry] = []
    for entry in drawn:
        if not any(entry.overlaps(each) or entry.id == each.id for each in kept):
            kept.append(entry)
    return Notifications(tuple(kept))


buckets = st.lists(arbitrary, max_size=6).map(acceptable)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (queue("a", CREATED), queue("b", CREATED), True),
        (queue("a", CREATED), queue("b", PUT), True),
        (queue("a", PUT), queue("b", COPY), False),
        (queue("a", CREATED), queue("b", REMOVED), False),
        (queue("a", REMOVED, PUT), queue("b", CREATED), True),
        (queue("a", "s3:ObjectRestore:Post"), queue("b", "s3:ReducedRedundancyLostObject"), False),
        (queue("a", PUT), function("b", "f", PUT), True),
        (queue("a", PUT, prefix="in/"), queue("b", PUT, prefix="out/"), False),
        (queue("a", PUT, prefix="in/"), queue("b", PUT, prefix="in/deep/"), True),
        (queue("a", PUT, prefix="in/"), queue("b", PUT), True),
        (queue("a", PUT, suffix=".gz"), queue("b", PUT, suffix=".json.gz"), True),
        (queue("a", PUT, suffix=".gz"), queue("b", PUT, suffix=".csv"), False),
        (queue("a", PUT, prefix="in/", suffix=".gz"), queue("b", PUT, prefix="in/", suffix=".csv"), False),
        (queue("a", PUT, prefix="in/", suffix=".gz"), queue("b", PUT, prefix="out/", suffix=".gz"), False),
        (queue("a", CREATED), BRIDGE, False),
    ],
)
def test_s3_refuses_a_common_event_for_a_common_key(one: Entry, other: Entry, overlap: bool) -> None:
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


@pytest.mark.parametrize("event", [CREATED, PUT, COPY])
def test_whatever_is_told_of_new_objects_conflicts_with_the_forwarders_entry(event: str) -> None:
    clashing = queue("a", event, prefix="somewhere/", suffix=".txt")
    assert several(queue("b", REMOVED), clashing, BRIDGE).conflicts() == [clashing]


@pytest.mark.parametrize(("others", "verdict"), [(99, "ok"), (100, "failed")])
def test_the_forwarders_entry_must_have_room_among_the_hundred_that_s3_takes(others: int, verdict: str) -> None:
    existing = several(*(queue(str(number), REMOVED, prefix=f"{number}/") for number in range(others)), BRIDGE)
    assert coexistence_finding("a-bucket", existing).verdict == verdict


def test_the_forwarders_entries_are_those_of_the_stacks_own_functions() -> None:
    lookalike, versioned = (
        function("l", "CloudOne-lookalike", REMOVED),
        function("v", "CloudOne-ct-forwarder:live", PUT),
    )
    whole = several(queue("q", REMOVED), FORWARDER, lookalike, versioned, BRIDGE)
    of_forwarder, existing = whole.split(several(FORWARDER).functions)
    assert of_forwarder == several(FORWARDER, versioned)
    assert existing == several(queue("q", REMOVED), lookalike, BRIDGE)


def test_a_queue_is_nobodys_function() -> None:
    assert several(queue("q", PUT, to="a:b:c"), BRIDGE).functions == frozenset()


def test_an_entry_is_named_with_all_that_makes_it_out() -> None:
    named = str(queue("audit", PUT, COPY, prefix="in/", suffix=".gz"))
    assert named == f"'audit' to arn:aws:sqs:us-east-1:1:audit ({COPY}, {PUT}, prefix in/, suffix .gz)"
    assert str(BRIDGE) == "EventBridge"


@pytest.mark.parametrize(
    ("live", "wanted", "displaced"),
    [
        (queue("tf-s3-queue-20260101", PUT, COPY, to="audit"), queue("audit", COPY, PUT, to="audit"), False),
        (queue("audit", REMOVED), queue("audit", PUT), False),
        (queue("newer", CREATED), queue("older", PUT), True),
    ],
    ids=["recreated under another id: not doubled", "changed by its owner: stays so", "refused beside a newer: named"],
)
def test_an_entry_that_is_there_wins(live: Entry, wanted: Entry, displaced: bool) -> None:
    assert several(live).merge(several(wanted)) == (several(live), [wanted] if displaced else [])


def test_an_entry_whose_id_another_has_by_now_gets_a_new_one() -> None:
    merged, displaced = several(FORWARDER).merge(several(queue("forwarder", REMOVED)))
    assert displaced == []
    assert merged.entries[0] == FORWARDER
    assert "Id" not in merged.entries[1].body
    assert merged.entries[1].same_as(queue("any", REMOVED, to="forwarder"))
    assert not merged.missing(several(queue("forwarder", REMOVED)))


KNOWN = [queue("a", PUT), queue("b", REMOVED), BRIDGE]


@pytest.mark.parametrize(
    ("known", "existing", "forwarder_notified", "owners"),
    [
        (KNOWN, KNOWN, True, True),
        (KNOWN, KNOWN[:1], True, True),
        (KNOWN, [BRIDGE], True, True),
        (KNOWN, [queue("a", COPY)], True, True),
        ([], [queue("new", PUT)], True, True),
        ([], [], True, True),
        (KNOWN, [], True, False),
        (KNOWN, [queue("new", COPY)], True, False),
        (KNOWN, KNOWN[:1], False, False),
        (KNOWN, [], False, False),
    ],
)
def test_one_that_is_missing_among_others_was_removed_and_all_at_once_were_lost(
    known: list[Entry], existing: list[Entry], forwarder_notified: bool, owners: bool
) -> None:
    left = several(*existing).left_by_owners(several(*known), forwarder_notified=forwarder_notified)
    assert left is owners


@given(buckets)
def test_a_document_comes_back_as_it_was(notifications: Notifications) -> None:
    document = notifications.document()
    assert Notifications.of(document).document() == document


@given(buckets, buckets)
def test_a_merge_keeps_what_is_there_and_s3_takes_the_whole(live: Notifications, wanted: Notifications) -> None:
    merged = live.merge(wanted)[0].entries
    assert merged[: len(live)] == live.entries
    for position, entry in enumerate(merged):
        assert not any(entry.overlaps(each) or entry == each for each in merged[:position])
    ids = [entry.id for entry in merged if entry.id]
    assert len(ids) == len(set(ids))


@given(buckets, buckets)
def test_a_second_merge_changes_nothing(live: Notifications, wanted: Notifications) -> None:
    merged, displaced = live.merge(wanted)
    assert merged.merge(wanted) == (merged, displaced)
    assert not merged.missing(wanted)


@given(buckets, buckets)
def test_each_wanted_entry_is_there_displaced_or_changed_by_its_owner(
    live: Notifications, wanted: Notifications
) -> None:
    merged, displaced = live.merge(wanted)
    for entry in wanted:
        there = any(each.same_as(entry) for each in merged)
        changed = any(each.id == entry.id and each.destination == entry.destination for each in live)
        assert there or changed or entry in displaced
