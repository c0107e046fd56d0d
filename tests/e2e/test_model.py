"""A stack lives through what a person may do to it, in orders that nobody thought of; the promises hold throughout.

MODEL_EXAMPLES, MODEL_STEPS and MODEL_SEED say how many lives of how many steps, and which; a seed makes them the same.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.e2e.machine import Operator
from tests.e2e.pulumi_cli import SandboxStack
from tests.e2e.walk import RecordProperty


def live(stack: SandboxStack, record: RecordProperty, *, lives: int, steps: int, number: int) -> None:
    """Let a stack live, and record how often each step was taken."""
    tally: Counter[str] = Counter()
    began = time.monotonic()

    @seed(number)
    def operator() -> Operator:
        return Operator(stack, tally)

    chosen = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        print_blob=True,
        # One step takes seconds, so that looking for a shorter way to a failure would take the better part of an hour.
        # The steps that led there are few and are printed.
        phases=[Phase.generate],
        # For the same reason: each life takes about a minute.
        suppress_health_check=[HealthCheck.too_slow],
    )
    try:
        run_state_machine_as_test(operator, settings=chosen)  # type: ignore[arg-type] # whatever makes one serves
    finally:
        counted = ", ".join(f"{times} {name}" for name, times in sorted(tally.items()))
        record("tried", f"model, seed {number}: {counted}; {time.monotonic() - began:.0f} s")


@pytest.mark.full
def test_a_short_life_of_a_stack_keeps_the_promises(stack: SandboxStack, record_property: RecordProperty) -> None:
    live(stack, record_property, lives=2, steps=3, number=int(os.environ.get("MODEL_SEED", "1")))


@pytest.mark.full
def test_long_lives_of_a_stack_keep_the_promises(stack: SandboxStack, record_property: RecordProperty) -> None:
    live(
        stack,
        record_property,
        lives=int(os.environ.get("MODEL_EXAMPLES", "15")),
        steps=int(os.environ.get("MODEL_STEPS", "12")),
        number=int(os.environ.get("MODEL_SEED", random.randrange(10**6))),
    )
