"""How a stack stands, as a page for a job's summary."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from components.checks.deployed import Health
from components.checks.findings import Finding
from operate.ci.summary import summary
from operate.engine.history import Run
from operate.engine.stack import Stack


class Cli:
    """A CLI that knows a stack's outputs and history."""

    def __init__(self, outputs: dict[str, Any]) -> None:
        self.outputs = outputs

    def ask_json(self, *arguments: str) -> Any:
        assert "--show-secrets" not in arguments
        return self.outputs


def page(monkeypatch: pytest.MonkeyPatch, outputs: dict[str, Any], *runs: Run) -> str:
    monkeypatch.setattr(Stack, "owner", "trend-onboarding/dev")
    monkeypatch.setattr(Stack, "runs", lambda _self: list(runs))
    return summary(Stack(Cli(outputs)))  # type: ignore[arg-type]  # all that is used of it


def run(kind: str, *, succeeded: bool = True) -> Run:
    then = datetime(2026, 1, 2, tzinfo=UTC)
    return Run(kind, succeeded, then, then, "", {}, 0)


def test_the_health_is_a_line_for_each_check_and_not_among_the_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (Finding("connector", "ok", "points at a role"), Finding("trail", "failed", "is gone", "create it"))
    text = page(monkeypatch, {"cloudAccountId": "1", "health": Health(found).document()})
    assert "#### Health: failed\n\n- connector: ok\n- trail: **failed**: is gone; create it\n" in text
    assert "| cloudAccountId | `1` |" in text
    assert "| health |" not in text


def test_the_last_run_that_was_meant_to_change_something_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    text = page(monkeypatch, {}, run("refresh"), run("update", succeeded=False), run("update"))
    assert "Last update: 2026-01-02 00:00:00 UTC, **failed**" in text


def test_a_stack_that_never_ran_has_a_heading_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert page(monkeypatch, {}) == "### `trend-onboarding/dev`\n"
