"""What differs between the record of Trend and that of the simulator, place by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from live.record import Exchange, Record
from live.shapes import Shape, parent, union

# The headers that the program reads, or that a person quotes to Trend's support. Others vary with the day.
_READ_HEADERS = frozenset({"retry-after", "location", "allow", "www-authenticate"})
_TRACES = ("trace", "requestid", "request-id", "correlation")


@dataclass(frozen=True)
class Difference:
    """One way in which Trend answers differently from the simulator.

    Attributes:
        what: `call`, `order`, `status`, `header`, `content type`, `field` or `type`.
        where: the call; for fields with the place in the body.
        trend, simulator: what each of them does.
    """

    what: str
    where: str
    trend: str
    simulator: str

    def __str__(self) -> str:
        return f"{self.what}: {self.where}: {self.trend}; simulator: {self.simulator}"


def compare(trend: Record, simulator: Record) -> list[Difference]:
    """Return all differences between two lives, those of calls before those of answers.

    Calls and statuses are compared phase by phase; the contents of an answer, over the whole life: that an answer came
    once more or once less is one difference, and not one for each of its fields.
    """
    found = [*_calls(trend, simulator), *_order(trend, simulator)]
    theirs, ours = _answers(trend), _answers(simulator)
    for answer in [key for key in theirs if key in ours]:
        where = ", ".join(answer)
        found += _headers(where, theirs[answer], ours[answer])
        found += _bodies(where, *(union(each.body for each in answers[answer]) for answers in (theirs, ours)))
    return found


def _calls(trend: Record, simulator: Record) -> Iterator[Difference]:
    """Compare how often each call was made in a phase, and how it was answered."""
    theirs, ours = (_statuses(record) for record in (trend, simulator))
    for phase, call in dict.fromkeys([*theirs, *ours]):
        where, statuses = f"{call} in {phase}", [record.get((phase, call), Counter()) for record in (theirs, ours)]
        counts = [each.total() for each in statuses]
        if counts[0] != counts[1]:
            yield Difference("call", where, *(_times(each) for each in counts))
        if all(counts) and set(statuses[0]) != set(statuses[1]):
            yield Difference("status", where, *(_listed(each) for each in statuses))


def _statuses(record: Record) -> dict[tuple[str, str], Counter[str]]:
    statuses: dict[tuple[str, str], Counter[str]] = {}
    for each in record.exchanges:
        statuses.setdefault((each.phase, each.call), Counter())[str(each.status or "no answer")] += 1
    return statuses


def _order(trend: Record, simulator: Record) -> Iterator[Difference]:
    """Compare the order of what changes something. The rest runs side by side, in any order."""
    theirs, ours = (_changes(record) for record in (trend, simulator))
    for key in [key for key in theirs if key in ours]:
        if theirs[key] != ours[key] and sorted(theirs[key]) == sorted(ours[key]):
            where = f"{key[1]} in {key[0]}"
            yield Difference("order", where, ", then ".join(theirs[key]), ", then ".join(ours[key]))


def _changes(record: Record) -> dict[tuple[str, str], list[str]]:
    orders: dict[tuple[str, str], list[str]] = {}
    for each in record.exchanges:
        if each.method != "GET":
            orders.setdefault((each.phase, each.service), []).append(each.call)
    return orders


def _answers(record: Record) -> dict[tuple[str, str], list[Exchange]]:
    """Return the answers by call and kind: a refusal has another body than what was asked for."""
    answers: dict[tuple[str, str], list[Exchange]] = {}
    for each in record.exchanges:
        if each.status is not None:
            kind = "success" if each.succeeded else str(each.status)
            answers.setdefault((each.call, kind), []).append(each)
    return answers


def _headers(where: str, trend: list[Exchange], simulator: list[Exchange]) -> Iterator[Difference]:
    theirs, ours = (
        {name for each in answers for name in each.headers if _matters(name)} for answers in (trend, simulator)
    )
    if theirs != ours:
        yield Difference("header", where, _join_names(theirs - ours), _join_names(ours - theirs))
    kinds = [{each.content_type for each in answers} for answers in (trend, simulator)]
    if kinds[0] != kinds[1]:
        yield Difference("content type", where, *(_join_names(each) for each in kinds))


def _matters(header: str) -> bool:
    return header in _READ_HEADERS or any(mark in header for mark in _TRACES)


def _bodies(where: str, trend: Shape, simulator: Shape) -> Iterator[Difference]:
    for place in dict.fromkeys([*trend, *simulator]):
        theirs, ours = trend.get(place), simulator.get(place)
        if theirs is None or ours is None:
            if not _explained(place, trend, simulator):
                yield Difference(
                    "field",
                    f"{where}: {place}",
                    *("absent" if each is None else _join_names(each) for each in (theirs, ours)),
                )
        elif not _alike(theirs, ours):
            yield Difference("type", f"{where}: {place}", _join_names(theirs), _join_names(ours))


def _explained(place: str, trend: Shape, simulator: Shape) -> bool:
    """Whether a place that one side lacks says nothing: a list is empty, or the place around it differs already."""
    above = ({_base(kind) for kind in shape.get(parent(place), ())} for shape in (trend, simulator))
    return place.endswith("[]") or not set.intersection(*above)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether kinds are the same; an empty text may stand for any."""
    if {_base(kind) for kind in one} != {_base(kind) for kind in other}:
        return False
    texts = [{kind for kind in kinds if _base(kind) == "string"} - {"string (empty)"} for kinds in (one, other)]
    return not all(texts) or texts[0] == texts[1]


def _base(kind: str) -> str:
    return kind.partition(" ")[0]


def _join_names(names: Iterable[str]) -> str:
    return " or ".join(sorted(word or "none" for word in names)) or "none"


def _times(count: int) -> str:
    return {0: "not made", 1: "once"}.get(count, f"{count} times")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(status if count == 1 else f"{status} ({count} times)" for status, count in sorted(counts.items()))
