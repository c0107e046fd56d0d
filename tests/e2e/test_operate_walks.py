"""`operate up`: every call that it makes goes wrong, once or for good; Trend and AWS end as before the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.calls import NthCall, disturbed
from tests.e2e.operating import OPERATE, operate
from tests.e2e.pulumi_cli import CliRun, SandboxStack
from tests.e2e.standing import snapshot, world
from tests.e2e.subscribers import existing, put
from tests.e2e.walk import BUCKET, Undisturbed, anew, chosen, nothing_left, settled, walk

ONE_CALL_OF_TREND = ("one 500", "one reply lost")
LASTING = ("500", "reply lost", "refused")


OUT_OF_REACH = "is not reverted: put right"
"""What lasts nobody can get over."""

LOSES = "is not reverted, since nobody said yes to it"
"""What an earlier update has created is not given away unasked."""


def revert_by_hand(stack: SandboxStack, failed: CliRun, *reasons: str) -> None:
    """Revert as the output of a run says that did not, for one of these reasons."""
    if any(reason in failed.output for reason in reasons):
        assert "python -m operate revert" in failed.output
        again = operate(stack, "revert", "--yes")
        assert again.code == 0, again.output


@pytest.mark.full
@pytest.mark.parametrize("side", ["Trend", "AWS"])
def test_operate_up_rolls_a_first_deployment_back_whatever_call_fails(
    stack: SandboxStack, record_property: Callable[[str, object], None], side: str
) -> None:
    anew(stack)
    before = world(stack)
    seen = Undisturbed.run(stack, "up")
    calls = seen.to_trend if side == "Trend" else seen.to_aws
    nothing_left(stack, before)

    def trial(call: NthCall, way: str) -> None:
        anew(stack)
        run = disturbed(stack, call, way, OPERATE, "up")
        if run.code == 0:
            nothing_left(stack, before)
        elif way in LASTING:
            revert_by_hand(stack, run, OUT_OF_REACH)
        assert world(stack) == before, run.output

    ways = (*ONE_CALL_OF_TREND, "500", "reply lost") if side == "Trend" else ("refused once", "refused")
    walk(record_property, f"operate up of nothing, calls to {side}", chosen(calls, ways, ()), trial)


@pytest.mark.full
@pytest.mark.parametrize("side", ["Trend", "AWS"])
def test_operate_up_rolls_an_update_back_whatever_call_fails(
    stack: SandboxStack, record_property: Callable[[str, object], None], side: str
) -> None:
    changed = {**BUCKET, "stackName": "Trend", "tags": {"team": "blue"}}
    put(stack.sandbox, existing())
    stack.up()
    expected = snapshot(stack)
    stack.configure(changed)
    seen = Undisturbed.run(stack, "up")
    calls = seen.to_trend if side == "Trend" else seen.to_aws
    stack.configure(BUCKET)
    stack.up()

    def trial(call: NthCall, way: str) -> None:
        stack.configure(changed)
        run = disturbed(stack, call, way, OPERATE, "up")
        stack.configure(BUCKET)
        if run.code == 0:
            stack.up()
        else:
            revert_by_hand(stack, run, LOSES, *([OUT_OF_REACH] if way in LASTING else []))
        settled(stack, expected)

    ways = (*ONE_CALL_OF_TREND, "500") if side == "Trend" else ("refused once", "refused")
    walk(record_property, f"operate up of an update, calls to {side}", chosen(calls, ways, ()), trial)
