"""Every call that a run makes goes wrong once, in every way; the next run converges, and leaving leaves nothing.

`make test-engine` walks a sample, `make test-full` the whole product. WALK=<text> walks only the cases that contain the
text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.calls import AWS_WAYS, KILLED, PASSING, TREND_WAYS, NthCall, disturbed
from tests.e2e.hands import role_for_trend
from tests.e2e.operating import PULUMI
from tests.e2e.pulumi_cli import SandboxStack
from tests.e2e.standing import links, world
from tests.e2e.subscribers import existing, put
from tests.e2e.walk import BUCKET, FULL, Trial, Undisturbed, anew, chosen, converge, nothing_left, settled, walk

NEW_TRAIL = {"createNewTrail": True, "trailBucketOnDestroy": "delete"}
RECORD_STAYS = "but their record in AWS (/trend-onboarding/notifications/"
"""What a destroy says that may not remove what it wrote down of the existing notifications."""


def trial_of_a_first_up(stack: SandboxStack, before: dict[str, Any], expected: str) -> Trial:
    """Return what is tried with each call of a first `up`."""

    def trial(call: NthCall, way: str) -> None:
        anew(stack)
        disturbed(stack, call, way, PULUMI, "up")
        converge(stack)
        settled(stack, expected)
        nothing_left(stack, before)

    return trial


def test_each_call_of_a_first_up_goes_wrong(
    stack: SandboxStack, record_property: Callable[[str, object], None]
) -> None:
    anew(stack)
    before = world(stack)
    seen = Undisturbed.run(stack, "up")
    trial = trial_of_a_first_up(stack, before, seen.snapshot)
    nothing_left(stack, before)
    sampled = ("POST cloudaccounts /cloudaccounts/aws #1 killed",)
    walk(record_property, "first up, calls to Trend", chosen(seen.to_trend, TREND_WAYS, sampled), trial)
    walk(record_property, "first up, calls to AWS", chosen(seen.to_aws, AWS_WAYS, ("iam:CreateRole #1 killed",)), trial)


@pytest.mark.full
def test_each_call_to_aws_of_a_first_up_with_a_new_trail_goes_wrong(
    stack: SandboxStack, record_property: Callable[[str, object], None]
) -> None:
    """Only actions that a first up on an existing bucket does not ask for: the walk above tries those."""
    anew(stack)
    before = world(stack)
    tried = {call.name for call in Undisturbed.run(stack, "up").to_aws}
    nothing_left(stack, before)
    stack.configure(NEW_TRAIL)
    seen = Undisturbed.run(stack, "up")
    trial = trial_of_a_first_up(stack, before, seen.snapshot)
    calls = [call for call in seen.to_aws if call.name not in tried]
    nothing_left(stack, before)
    walk(record_property, "first up with a new trail, calls to AWS", chosen(calls, AWS_WAYS, ()), trial)


def trial_of_a_destroy(stack: SandboxStack, before: dict[str, Any], expected: str) -> Trial:
    """Return what is tried with each call of a `destroy`, which ends with the links standing again."""

    def trial(call: NthCall, way: str) -> None:
        run = disturbed(stack, call, way, PULUMI, "destroy")
        if FULL and way != KILLED and run.code != 0:
            # The operator's first thought: once more.
            nothing_left(stack, before)
        converge(stack)
        if RECORD_STAYS in run.output:
            # It is one for the next life, whose end takes it along.
            nothing_left(stack, before)
            converge(stack)
        settled(stack, expected)

    return trial


@pytest.mark.full
def test_each_call_of_destroy_to_trend_goes_wrong(
    stack: SandboxStack, record_property: Callable[[str, object], None]
) -> None:
    put(stack.sandbox, existing())
    before = world(stack)
    expected = Undisturbed.run(stack, "up").snapshot
    calls = Undisturbed.run(stack, "destroy").to_trend
    stack.up()
    sampled = ("DELETE workload /awsconnectors/{ID} #1 reply lost",)
    trial = trial_of_a_destroy(stack, before, expected)
    walk(record_property, "destroy, calls to Trend", chosen(calls, TREND_WAYS, sampled), trial)
    nothing_left(stack, before)


@pytest.mark.full
@pytest.mark.parametrize("trail", ["existing", "new"])
def test_each_call_of_destroy_to_aws_goes_wrong(
    stack: SandboxStack, record_property: Callable[[str, object], None], trail: str
) -> None:
    """With a new trail only the actions that a destroy on an existing bucket does not ask for."""
    put(stack.sandbox, existing())
    before = world(stack)
    expected = Undisturbed.run(stack, "up").snapshot
    calls = Undisturbed.run(stack, "destroy").to_aws
    if trail == "new":
        tried = {call.name for call in calls}
        stack.configure(NEW_TRAIL)
        expected = Undisturbed.run(stack, "up").snapshot
        calls = [call for call in Undisturbed.run(stack, "destroy").to_aws if call.name not in tried]
    stack.up()
    trial = trial_of_a_destroy(stack, before, expected)
    walk(record_property, f"destroy with the {trail} trail, calls to AWS", chosen(calls, AWS_WAYS, ()), trial)
    nothing_left(stack, before)


@pytest.mark.full
def test_each_call_of_an_update_with_adoption_goes_wrong(
    stack: SandboxStack, record_property: Callable[[str, object], None]
) -> None:
    def refused() -> dict[str, Any]:
        """Set the scene, up to an update that may not adopt; return what stood before it."""
        anew(stack)  # at Trend, too: nothing undoes an enrollment
        by_hand = role_for_trend(stack.sandbox, "by-hand")
        stack.sandbox.trend.add_connector(stack.sandbox.account, by_hand, displayName="theirs")
        stack.sandbox.trend.add_cloud_account(stack.sandbox.account, by_hand, alias="theirs", description="by hand")
        before = world(stack)
        stack.configure(BUCKET)
        assert stack.run("up", "--yes", "--skip-preview").code != 0
        assert links(stack) == before["links"]
        stack.configure({**BUCKET, "adopt": True})
        return before

    before = refused()
    seen = Undisturbed.run(stack, "up")
    nothing_left(stack, before)

    def trial(call: NthCall, way: str) -> None:
        before = refused()
        disturbed(stack, call, way, PULUMI, "up")
        converge(stack)
        settled(stack, seen.snapshot)
        nothing_left(stack, before)

    sampled = ("POST workload /awsconnectors/{ID} #1 killed",)
    walk(record_property, "update with adoption, calls to Trend", chosen(seen.to_trend, TREND_WAYS, sampled), trial)
    if FULL:
        walk(record_property, "update with adoption, calls to AWS", chosen(seen.to_aws, AWS_WAYS, ()), trial)


VISION_ONE = {"route": "visionOne"}


@pytest.mark.full
def test_each_call_of_a_first_up_in_vision_one_goes_wrong(
    stack: SandboxStack, record_property: Callable[[str, object], None]
) -> None:
    stack.configure(VISION_ONE)
    anew(stack)
    before = world(stack)
    seen = Undisturbed.run(stack, "up")
    trial = trial_of_a_first_up(stack, before, seen.snapshot)
    nothing_left(stack, before)
    walk(record_property, "first up in Vision One, calls to Trend", chosen(seen.to_trend, TREND_WAYS, ()), trial)
    walk(record_property, "first up in Vision One, calls to AWS", chosen(seen.to_aws, AWS_WAYS, ()), trial)


@pytest.mark.full
def test_each_call_of_a_destroy_in_vision_one_goes_wrong(
    stack: SandboxStack, record_property: Callable[[str, object], None]
) -> None:
    stack.configure(VISION_ONE)
    anew(stack)
    before = world(stack)
    expected = Undisturbed.run(stack, "up").snapshot
    calls = Undisturbed.run(stack, "destroy")
    stack.up()
    trial = trial_of_a_destroy(stack, before, expected)
    walk(record_property, "destroy in Vision One, calls to Trend", chosen(calls.to_trend, TREND_WAYS, ()), trial)
    walk(record_property, "destroy in Vision One, calls to AWS", chosen(calls.to_aws, AWS_WAYS, ()), trial)
    nothing_left(stack, before)


@pytest.mark.full
def test_each_call_of_a_first_up_with_a_trail_in_vision_one_goes_wrong(
    stack: SandboxStack, record_property: Callable[[str, object], None]
) -> None:
    """Only calls that neither a first up without a trail there nor one with a new trail in Cloud One makes."""
    tried: set[str] = set()
    for settings in (VISION_ONE, NEW_TRAIL):
        stack.configure(settings)
        anew(stack)
        done = Undisturbed.run(stack, "up")
        tried |= {each.name for each in done.to_aws} | {f"{each.method} {each.path}" for each in done.to_trend}
    stack.configure({**VISION_ONE, **NEW_TRAIL})
    anew(stack)
    before = world(stack)
    seen = Undisturbed.run(stack, "up")
    trial = trial_of_a_first_up(stack, before, seen.snapshot)
    nothing_left(stack, before)
    to_trend = [each for each in seen.to_trend if f"{each.method} {each.path}" not in tried]
    # Trend's stack registers the account, and CloudFormation asks for the template again: neither tries twice.
    of_stack = [each for each in to_trend if each.nth > 1 or each.path == "/registrations"]
    to_trend = [each for each in to_trend if each not in of_stack]
    once = [way for way in TREND_WAYS if way not in PASSING]
    to_aws = [each for each in seen.to_aws if each.name not in tried]
    title = "first up with a trail in Vision One"
    walk(record_property, f"{title}, calls to Trend", chosen(to_trend, TREND_WAYS, ()), trial)
    walk(record_property, f"{title}, calls of Trend's stack", chosen(of_stack, once, ()), trial)
    walk(record_property, f"{title}, calls to AWS", chosen(to_aws, AWS_WAYS, ()), trial)
