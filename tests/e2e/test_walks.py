"""Every call that a run makes goes wrong once, in every way; the next run converges, and leaving leaves nothing.

`make test` walks a sample, `make test-full` the whole product. WALK=<text> walks only the cases that contain the text.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.hands import role_for_trend
from tests.e2e.operating import OPERATE, PULUMI, UP, operate
from tests.e2e.pulumi_cli import Run, Stack
from tests.e2e.standing import links, standing, world
from tests.e2e.subscribers import others, put
from tests.e2e.walk import AWS_WAYS, KILLED, TREND_WAYS, Call, aws_calls, disturbed, forget_calls, trend_calls

FULL = os.environ.get("FULL") == "1"
ONLY = os.environ.get("WALK", "")
BUCKET = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
ONE_CALL_OF_TREND = ("one 500", "one reply lost")
LASTING = ("500", "reply lost", "refused")
Case = tuple[Call, str]
Trial = Callable[[Call, str], None]


def chosen(calls: Sequence[Call], ways: Sequence[str], keep: Sequence[str]) -> list[Case]:
    """Return the cases to walk: all of them, or without FULL those that `keep` names, if it names any."""
    cases = [(call, way) for call in calls for way in ways if ONLY in f"{call} {way}"]
    assert cases or ONLY
    if FULL or ONLY or not keep:
        return cases
    picked = [case for case in cases if f"{case[0]} {case[1]}" in keep]
    assert len(picked) == len(keep), f"not all of {keep} are among {[f'{call} {way}' for call, way in cases]}"
    return picked


def walk(record: Callable[[str, object], None], title: str, cases: Sequence[Case], trial: Trial) -> None:
    """Try the cases one after the other, record how many there were, and fail with all that failed."""
    failures, began, tried = [], time.monotonic(), 0
    for call, way in cases:
        tried += 1
        try:
            trial(call, way)
        except AssertionError as error:
            failures.append(f"{call}, {way}: {str(error)[:3000]}")
            if ONLY or not FULL:
                break
    record("tried", f"{title}: {tried} cases, {len(failures)} failures, {time.monotonic() - began:.0f} s")
    if failures:
        pytest.fail("\n\n".join(failures))


def converge(stack: Stack) -> None:
    """Do what an operator does after a failed or killed run.

    `operate up` is for what a dead run had under way in AWS or was changing or removing, of which only a refresh can
    tell how it ended, and for a state that it was killed in the middle of writing. All else plain Pulumi must get
    right. Either looks before it makes anything, so Trend has nothing to refuse.
    """
    stack.run("cancel", "--yes")  # has something to do only where the dead run left a lock
    exported = stack.run("stack", "export")
    stack.sandbox.trend.clear_requests()
    if exported.code != 0 or _needs_operate(json.loads(exported.output)):
        run = operate(stack, *UP)
    else:
        run = stack.run("up", "--yes", "--skip-preview")
    assert run.code == 0, run.output
    refused = [call for call in stack.sandbox.trend.requests() if call.status in (400, 409, 422)]
    assert refused == []


def _needs_operate(state: dict[str, Any]) -> bool:
    operations = state["deployment"].get("pending_operations") or []
    return any(each["resource"]["type"].startswith("aws:") or each["type"] != "creating" for each in operations)


def revert_what_was_left(stack: Stack, failed: Run) -> None:
    """Revert by hand, as the output of a run says whose reverting failed: nobody can undo what stays out of reach."""
    if "is not reverted: put right" in failed.output:
        assert "python -m operate revert" in failed.output
        again = operate(stack, "revert", "--yes")
        assert again.code == 0, again.output


def settled(stack: Stack, expected: str) -> None:
    now = standing(stack)
    assert now == expected, _first_difference(now, expected)


def _first_difference(now: str, expected: str) -> str:
    pairs = zip(now.splitlines(), expected.splitlines(), strict=False)
    differing = [f"{ours} | instead of | {theirs}" for ours, theirs in pairs if ours != theirs]
    return f"{len(differing)} lines differ, first: {differing[:3]}"


def nothing_left(stack: Stack, before: dict[str, Any]) -> None:
    run = stack.run("destroy", "--yes", "--skip-preview")
    assert run.code == 0, run.output
    after = world(stack)
    assert after == before, _first_difference(str(after), str(before))


@dataclass(frozen=True)
class Undisturbed:
    """A run in which nothing went wrong: the calls that it made, and what stood afterwards."""

    to_trend: Sequence[Call]
    to_aws: Sequence[Call]
    standing: str

    @classmethod
    def run(cls, stack: Stack, *arguments: str) -> Undisturbed:
        """Make it."""
        forget_calls(stack)
        stack.succeed(*arguments, "--yes", "--skip-preview")
        calls = trend_calls(stack), aws_calls(stack)  # before the test itself looks at what stands
        return cls(*calls, standing(stack) if arguments[0] == "up" else "")


def anew(stack: Stack) -> None:
    """Set the scene: nothing of ours, also after a failed case, and what others have subscribed to on the bucket."""
    if json.loads(stack.succeed("stack", "export"))["deployment"].get("resources"):
        operate(stack, "destroy", "--yes", "--skip-preview", "--non-interactive")
    stack.sandbox.reset()
    put(stack.sandbox, others())


def trial_of_a_first_up(stack: Stack, before: dict[str, Any], expected: str) -> Trial:
    """Return what is tried with each call of a first `up`."""

    def trial(call: Call, way: str) -> None:
        anew(stack)
        disturbed(stack, call, way, PULUMI, "up")
        converge(stack)
        settled(stack, expected)
        nothing_left(stack, before)

    return trial


def test_each_call_of_a_first_up_goes_wrong(stack: Stack, record_property: Callable[[str, object], None]) -> None:
    anew(stack)
    before = world(stack)
    seen = Undisturbed.run(stack, "up")
    trial = trial_of_a_first_up(stack, before, seen.standing)
    nothing_left(stack, before)
    sampled = ("POST cloudaccounts /cloudaccounts/aws #1 killed",)
    walk(record_property, "first up, calls to Trend", chosen(seen.to_trend, TREND_WAYS, sampled), trial)
    walk(record_property, "first up, calls to AWS", chosen(seen.to_aws, AWS_WAYS, ("iam:CreateRole #1 killed",)), trial)


@pytest.mark.full
def test_each_call_to_aws_of_a_first_up_with_a_new_trail_goes_wrong(
    stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    """Only actions that a first up on an existing bucket does not ask for: the walk above tries those."""
    anew(stack)
    before = world(stack)
    tried = {str(call).partition(" ")[0] for call in Undisturbed.run(stack, "up").to_aws}
    nothing_left(stack, before)
    stack.configure({"createNewTrail": True, "trailBucketOnDestroy": "delete"})
    seen = Undisturbed.run(stack, "up")
    trial = trial_of_a_first_up(stack, before, seen.standing)
    calls = [call for call in seen.to_aws if str(call).partition(" ")[0] not in tried]
    nothing_left(stack, before)
    walk(record_property, "first up with a new trail, calls to AWS", chosen(calls, AWS_WAYS, ()), trial)


@pytest.mark.full
def test_each_call_of_destroy_to_trend_goes_wrong(stack: Stack, record_property: Callable[[str, object], None]) -> None:
    put(stack.sandbox, others())
    before = world(stack)
    expected = Undisturbed.run(stack, "up").standing
    calls = Undisturbed.run(stack, "destroy").to_trend
    stack.up()

    def trial(call: Call, way: str) -> None:
        run = disturbed(stack, call, way, PULUMI, "destroy")
        if FULL and way != KILLED and run.code != 0:
            # The operator's first thought: once more.
            nothing_left(stack, before)
        converge(stack)
        settled(stack, expected)

    sampled = ("DELETE workload /awsconnectors/{ID} #1 reply lost",)
    walk(record_property, "destroy, calls to Trend", chosen(calls, TREND_WAYS, sampled), trial)
    nothing_left(stack, before)


@pytest.mark.full
def test_each_call_of_an_update_with_adoption_goes_wrong(
    stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    put(stack.sandbox, others())
    by_hand = role_for_trend(stack.sandbox, "by-hand")
    stack.sandbox.trend.add_connector(stack.sandbox.account, by_hand, displayName="theirs")
    stack.sandbox.trend.add_cloud_account(stack.sandbox.account, by_hand, alias="theirs", description="by hand")
    before = world(stack)

    def refused() -> None:
        stack.configure(BUCKET)
        assert stack.run("up", "--yes", "--skip-preview").code != 0
        assert links(stack) == before["links"]
        stack.configure({**BUCKET, "adopt": True})

    refused()
    seen = Undisturbed.run(stack, "up")
    nothing_left(stack, before)

    def trial(call: Call, way: str) -> None:
        refused()
        disturbed(stack, call, way, PULUMI, "up")
        converge(stack)
        settled(stack, seen.standing)
        nothing_left(stack, before)

    sampled = ("POST workload /awsconnectors/{ID} #1 killed",)
    walk(record_property, "update with adoption, calls to Trend", chosen(seen.to_trend, TREND_WAYS, sampled), trial)


@pytest.mark.full
@pytest.mark.parametrize("side", ["Trend", "AWS"])
def test_operate_up_takes_a_first_deployment_back_whatever_call_fails(
    stack: Stack, record_property: Callable[[str, object], None], side: str
) -> None:
    anew(stack)
    before = world(stack)
    seen = Undisturbed.run(stack, "up")
    calls = seen.to_trend if side == "Trend" else seen.to_aws
    nothing_left(stack, before)

    def trial(call: Call, way: str) -> None:
        anew(stack)
        run = disturbed(stack, call, way, OPERATE, "up")
        if run.code == 0:
            nothing_left(stack, before)
        elif way in LASTING:
            revert_what_was_left(stack, run)
        assert world(stack) == before, run.output

    ways = (*ONE_CALL_OF_TREND, "500", "reply lost") if side == "Trend" else ("refused once", "refused")
    walk(record_property, f"operate up of nothing, calls to {side}", chosen(calls, ways, ()), trial)


@pytest.mark.full
@pytest.mark.parametrize("side", ["Trend", "AWS"])
def test_operate_up_takes_an_update_back_whatever_call_fails(
    stack: Stack, record_property: Callable[[str, object], None], side: str
) -> None:
    changed = {**BUCKET, "stackName": "Trend", "tags": {"team": "blue"}}
    put(stack.sandbox, others())
    stack.up()
    expected = standing(stack)
    stack.configure(changed)
    seen = Undisturbed.run(stack, "up")
    calls = seen.to_trend if side == "Trend" else seen.to_aws
    stack.configure(BUCKET)
    stack.up()

    def trial(call: Call, way: str) -> None:
        stack.configure(changed)
        run = disturbed(stack, call, way, OPERATE, "up")
        stack.configure(BUCKET)
        if run.code == 0:
            stack.up()
        elif way in LASTING:
            revert_what_was_left(stack, run)
        settled(stack, expected)

    ways = (*ONE_CALL_OF_TREND, "500") if side == "Trend" else ("refused once", "refused")
    walk(record_property, f"operate up of an update, calls to {side}", chosen(calls, ways, ()), trial)
