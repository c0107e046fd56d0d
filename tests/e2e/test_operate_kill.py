"""Runs killed at random moments, one after the other, on the same stack; then one `python -m operate up`.

FULL=1 kills fifty, else three. SEED repeats a run that failed.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable

import pytest

from tests.e2e.inventory import aws_inventory
from tests.e2e.operating import OPERATE, PULUMI, UP, begin, kill, operate
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, Stack
from tests.e2e.test_operate import assert_one_of_each, pending

KILLS = 50 if os.environ.get("FULL") == "1" else 3
LONGEST = 12.0
"""Seconds after which a run is killed at the latest; a whole one takes less, even after a dead one was waited for."""
STACK_NAMES = ("CloudOne", "Trend", "Other")


@pytest.mark.full
def test_runs_killed_at_random_moments_are_cleared_by_one_update(
    stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    chance = random.Random(seed)
    before = aws_inventory(stack.sandbox)
    killed = sum(kill_one(stack, chance) for _ in range(KILLS))
    record_property("tried", f"{KILLS} runs of one stack, {killed} of them killed under way; SEED={seed}")

    stack.configure({"createNewTrail": True})
    last = operate(stack, "up", "--yes", "--non-interactive")

    assert last.code == 0, last.output
    assert "pending operations" not in last.output
    assert pending(stack) == set()
    stack.succeed("preview", "--refresh", EXPECT_NO_CHANGES)
    assert_one_of_each(stack)
    stack.destroy()
    after = aws_inventory(stack.sandbox)
    after["buckets"] = {name: held for name, held in after["buckets"].items() if not name.startswith("trail-bucket-")}
    assert after == before


def kill_one(stack: Stack, chance: random.Random) -> bool:
    """Start an update of one kind or another and kill it; return whether it was still running."""
    stack.configure({"createNewTrail": True, "stackName": chance.choice(STACK_NAMES)})
    by_hand = chance.random() < 0.5  # the lock alone is lifted, and what else is left piles up
    if by_hand:
        stack.run("cancel", "--yes")
    run = begin(stack, PULUMI if by_hand else OPERATE, *UP)
    try:
        run.wait(chance.uniform(0, LONGEST))
    except subprocess.TimeoutExpired:
        kill(run)
        return True
    run.communicate()
    return False
