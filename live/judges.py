"""How a record bears on a statement: confirmed, refuted, or not seen, and what was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from live.record import Exchange, Record

Verdict = Literal["confirmed", "refuted", "not seen"]


class Seen(NamedTuple):
    """A verdict, and the evidence for it in a few words."""

    verdict: Verdict
    evidence: str


Judge = Callable[[Record], Seen]
NOT_SEEN = Seen("not seen", "")


def answered(call: str, *statuses: int, phase: str = "") -> Judge:
    """Judge that a call is answered with one of these statuses, in one phase or always."""

    def judge(record: Record) -> Seen:
        seen = {each.status for each in record.of(call, phase)}
        return _verdict(seen <= set(statuses), ", ".join(sorted(map(str, seen)))) if seen else NOT_SEEN

    return judge


def accepted(call: str, *statuses: int, phase: str = "") -> Judge:
    """Judge that a call that did what it was asked is answered with one of these statuses."""

    def judge(record: Record) -> Seen:
        seen = {each.status for each in record.of(call, phase) if each.succeeded}
        return _verdict(seen <= set(statuses), ", ".join(sorted(map(str, seen)))) if seen else NOT_SEEN

    return judge


def answered_last(call: str, status: int, phase: str) -> Judge:
    """Judge that the last answer to a call in a phase has a status."""

    def judge(record: Record) -> Seen:
        seen = [each.status for each in record.of(call, phase)]
        return _verdict(seen[-1] == status, f"{seen[-1]} in the end") if seen else NOT_SEEN

    return judge


def shaped(call: str, place: str, *kinds: str) -> Judge:
    """Judge that successful answers hold a place, of kinds that begin with one of these."""

    def judge(record: Record) -> Seen:
        body = record.body(call)
        if body is None:
            return NOT_SEEN
        found = body.get(place)
        if found is None:
            # Nothing can be told of the items of an empty list.
            above = place.partition("[]")[0]
            empty_list = "[]" in place and f"{above}[]" not in body and above in body
            return NOT_SEEN if empty_list else Seen("refuted", f"{place} is absent")
        return _verdict(all(kind.startswith(kinds) for kind in found), f"{place}: {' or '.join(sorted(found))}")

    return judge


def refused_in_words(place: str, *services: str) -> Judge:
    """Judge that each refusal of these services holds a place."""

    def judge(record: Record) -> Seen:
        refusals = [each for each in record.exchanges if each.service in services and (each.status or 0) >= 400]
        without = [each for each in refusals if place not in each.body]
        if not refusals:
            return NOT_SEEN
        return _verdict(not without, _calls(without or refusals))

    return judge


def header(name: str, service: str) -> Judge:
    """Judge that each answer of a service has a header."""

    def judge(record: Record) -> Seen:
        answers = [each for each in record.exchanges if each.service == service and each.status is not None]
        without = [each for each in answers if name not in each.headers]
        return _verdict(not without, _calls(without or answers)) if answers else NOT_SEEN

    return judge


def retry_after(*services: str, given: bool) -> Judge:
    """Judge whether an answer that asks for patience (429) says for how long."""

    def judge(record: Record) -> Seen:
        limited = [each for each in record.exchanges if each.service in services and each.status == 429]
        wrong = [each for each in limited if ("retry-after" in each.headers) is not given]
        return _verdict(not wrong, _calls(wrong or limited)) if limited else NOT_SEEN

    return judge


def refused_first(call: str, phase: str) -> Judge:
    """Judge that a call was refused with 400 before it was accepted; a first try that works tells nothing."""

    def judge(record: Record) -> Seen:
        statuses = [each.status for each in record.of(call, phase)]
        if 400 in statuses and statuses[-1] is not None and statuses[-1] < 300:
            return Seen("confirmed", ", then ".join(map(str, statuses)))
        return NOT_SEEN

    return judge


def in_region(*regions: str) -> Judge:
    """Judge that a stack stands in one of these Cloud One regions, in the AWS region that belongs to it."""

    def judge(record: Record) -> Seen:
        if record.region not in regions or "up" not in record.ended:
            return NOT_SEEN
        return _verdict(record.ended["up"] == 0, f"region {record.region}")

    return judge


def in_aws(observation: str) -> Judge:
    """Judge by what was looked at in AWS."""

    def judge(record: Record) -> Seen:
        seen = record.aws.get(observation)
        return NOT_SEEN if seen is None else _verdict(seen, "the deployed template")

    return judge


def all_of(*judges: Judge) -> Judge:
    """Judge that several things hold; one that does not refutes the statement."""

    def judge(record: Record) -> Seen:
        seen = [each(record) for each in judges]
        refuted = [each for each in seen if each.verdict == "refuted"]
        if refuted:
            return refuted[0]
        if NOT_SEEN in seen:
            return NOT_SEEN
        return Seen("confirmed", "; ".join(dict.fromkeys(each.evidence for each in seen)))

    return judge


def not_in_this_life(_record: Record) -> Seen:
    """Judge nothing: what it takes is not worth its price in a run that is repeated."""
    return NOT_SEEN


def _verdict(holds: bool, evidence: str) -> Seen:
    return Seen("confirmed" if holds else "refuted", evidence)


def _calls(exchanges: list[Exchange]) -> str:
    return ", ".join(dict.fromkeys(f"{each.call}: {each.status}" for each in exchanges))
