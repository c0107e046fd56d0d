"""Which CloudFormation stacks Pulumi's state holds, asked of the engine when the program begins."""

from __future__ import annotations

from typing import Any

import pulumi

from components.checks.own_state import in_state, managed_stacks
from components.checks.stacks import StackIds
from tests.program.recorder import PROJECT, STACK, RecordingEngine

OURS = "arn:aws:cloudformation:us-east-1:123456789012:stack/CloudOne-Account/1"
PARENTS = "trend:onboarding:Onboarding$trend:onboarding:CloudAccount"
STATE = "pulumi:pulumi:readStackResourceOutputs"


def entry(parents: str, name: str, stack_id: str) -> dict[str, Any]:
    type_ = "aws:cloudformation/stack:Stack"
    qualified = f"{parents}${type_}" if parents else type_
    return {f"urn:pulumi:{STACK}::{PROJECT}::{qualified}::{name}": {"type": type_, "outputs": {"id": stack_id}}}


def asked(engine: RecordingEngine) -> StackIds | None:
    pulumi.runtime.set_mocks(engine.mocks, project=PROJECT, stack=STACK, monitor=engine)
    return managed_stacks()


def test_the_stacks_of_the_onboarding_are_known_by_their_ids_and_no_other_stack_of_the_program() -> None:
    engine = RecordingEngine()
    engine.state = entry(PARENTS, "management-role", OURS) | entry("", "another", "arn:of-another")
    assert asked(engine) == {OURS}


def test_an_empty_state_holds_none() -> None:
    assert asked(RecordingEngine()) == frozenset()


def test_a_state_that_the_engine_does_not_show_is_not_an_empty_one() -> None:
    assert asked(RecordingEngine(without_answer=STATE)) is None


def test_what_the_state_holds_is_known_by_urn() -> None:
    engine = RecordingEngine()
    engine.state = entry(PARENTS, "management-role", OURS) | entry("", "another", "arn:of-another")
    asked(engine)
    assert in_state() == {urn: each["outputs"] for urn, each in engine.state.items()}
    assert engine.asked == [STATE]  # once a run, whoever wants to know
