"""Walks: a run is repeated once for each call that it makes, and each time that call goes wrong in one way.

What the calls are is taken from an undisturbed run, never from a list: a call that is added is walked, too.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.calls import NthAwsCall, NthCall, NthTrendCall, aws_calls, forget_calls, trend_calls
from tests.e2e.operating import UP, operate
from tests.e2e.pulumi_cli import SandboxStack
from tests.e2e.standing import snapshot, world
from tests.e2e.subscribers import existing, put

FULL = os.environ.get("FULL") == "1"
ONLY = os.environ.get("WALK", "")
BUCKET = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
WalkCase = tuple[NthCall, str]
Trial = Callable[[NthCall, str], None]
RecordProperty = Callable[[str, object], None]
"""What pytest's `record_property` is."""


def chosen(calls: Sequence[NthCall], ways: Sequence[str], keep: Sequence[str]) -> list[WalkCase]:
    """Return the cases to walk: all of them, or without FULL those that `keep` names, if it names any."""
    cases = [(call, way) for call in calls for way in ways if ONLY in f"{call} {way}"]
    assert cases or ONLY
    if FULL or ONLY or not keep:
        return cases
    picked = [case for case in cases if f"{case[0]} {case[1]}" in keep]
    assert len(picked) == len(keep), f"not all of {keep} are among {[f'{call} {way}' for call, way in cases]}"
    return picked


def walk(record: RecordProperty, title: str, cases: Sequence[WalkCase], trial: Trial) -> None:
    """Try the cases one after the other, record how many there were, and fail with all that failed."""
    failures, began, tried = [], time.monotonic(), 0
    for call, way in cases:
        tried, started = tried + 1, time.monotonic()
        try:
            trial(call, way)
        except AssertionError as error:
            failures.append(f"{call}, {way}: {str(error)[:3000]}")
            if not FULL:
                break
        finally:  # what `pytest -s` shows of a walk that takes an hour
            print(f"{tried}/{len(cases)} {call}, {way}: {time.monotonic() - started:.0f} s, {len(failures)} failures")
    record("tried", f"{title}: {tried} cases, {len(failures)} failures, {time.monotonic() - began:.0f} s")
    if failures:
        pytest.fail("\n\n".join(failures))


def converge(stack: SandboxStack) -> None:
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


def settled(stack: SandboxStack, expected: str) -> None:
    now = snapshot(stack)
    assert now == expected, _first_difference(now, expected)


def _first_difference(now: str, expected: str) -> str:
    pairs = zip(now.splitlines(), expected.splitlines(), strict=False)
    differing = [f"{ours} | instead of | {theirs}" for ours, theirs in pairs if ours != theirs]
    return f"{len(differing)} lines differ, first: {differing[:3]}"


def nothing_left(stack: SandboxStack, before: dict[str, Any]) -> None:
    run = stack.run("destroy", "--yes", "--skip-preview")
    assert run.code == 0, run.output
    after = world(stack)
    assert after == before, _first_difference(str(after), str(before))


@dataclass(frozen=True)
class Undisturbed:
    """A run in which nothing went wrong: the calls that it made, and what stood afterwards."""

    to_trend: Sequence[NthTrendCall]
    to_aws: Sequence[NthAwsCall]
    snapshot: str

    @classmethod
    def run(cls, stack: SandboxStack, *arguments: str) -> Undisturbed:
        """Make it."""
        forget_calls(stack)
        stack.succeed(*arguments, "--yes", "--skip-preview")
        calls = trend_calls(stack), aws_calls(stack)  # before the test itself looks at what stands
        return cls(*calls, snapshot(stack) if arguments[0] == "up" else "")


def anew(stack: SandboxStack) -> None:
    """Set the scene: nothing of ours, also after a failed case, and what others have subscribed to on the bucket."""
    if json.loads(stack.succeed("stack", "export"))["deployment"].get("resources"):
        operate(stack, "destroy", "--yes", "--skip-preview", "--non-interactive")
    stack.sandbox.reset()
    put(stack.sandbox, existing())
