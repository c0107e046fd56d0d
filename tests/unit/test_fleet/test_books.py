"""The fleet's books without a queue: rules, status, and who holds a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from fleet.database import connect, database_url
from fleet.outcome import Cause, Do, Outcome, RunState
from fleet.run.books import JOURNAL
from fleet.run.entries import Bounds, Stage, Task, Work
from fleet.run.pause import Pause
from fleet.run.rules import reason_to_stop
from fleet.run.runs import Runs
from fleet.run.work import Performer
from fleet.run.workers import Hold, Taken, Workers
from fleet.status.summary import Status
from fleet.unit.job import Job


def books(folder: Path) -> Runs:
    return Runs(connect(database_url(folder)))


def work(state: RunState, message: str = "", *, wave: str = "rest", cause: Cause | None = Cause.AWS) -> Work:
    outcome = Outcome("1", "s", Do.UP, state, cause if state is RunState.FAILED else None, message)
    return Work("r", "s", "111111111111", "n", wave, Job("1", "s"), {}, 1, state, outcome)


@pytest.mark.parametrize(
    ("failed", "done", "percent", "same", "stops"),
    [(1, 2, 5, 9, True), (1, 19, 5, 9, False), (2, 18, 5, 9, True), (3, 97, 5, 3, True), (3, 97, 5, 4, False)],
)
def test_rules_count_the_failures_of_the_wave_and_those_alike(
    failed: int, done: int, percent: int, same: int, stops: bool
) -> None:
    alike = [work(RunState.FAILED, f"role r-{number:012} of 12345678901{number} is gone") for number in range(failed)]
    wave = [*alike, *[work(RunState.DONE)] * done]
    assert bool(reason_to_stop(Bounds(failed_percent=percent, same_error=same), wave, wave)) is stops


def test_failures_of_one_kind_are_one_line_with_all_their_accounts(tmp_path: Path) -> None:
    runs = books(tmp_path)
    run_ = runs.begin(Do.UP, [], Bounds(), [], "nobody")
    seen = Status.of(runs, Workers(runs.engine), run_)
    failed = [work(RunState.FAILED, f"role r-{number:012} is gone") for number in range(3)]
    seen = Status(run_, [*failed, work(RunState.LOCKED, "locked by jo")], seen.is_led, seen.at)
    assert [(each.cause, len(each.accounts)) for each in seen.failures] == [("failed (aws)", 3), ("locked", 1)]
    page = tmp_path / "status.html"
    Status(run_, [work(RunState.FAILED, "<script>")], False, seen.at).write_page(page)
    assert "<script>" not in page.read_text()
    assert "&lt;script&gt;" in page.read_text()


def test_a_worker_learns_from_its_beat_that_others_have_taken_it_for_dead(tmp_path: Path) -> None:
    engine = books(tmp_path).engine
    first, second = Workers(engine), Workers(engine)
    assert [first.beat(), first.beat(), second.beat()] == [False, True, False]
    second.bury(first.id)
    assert not first.beat()


def test_a_worker_is_not_dead_because_the_clock_was_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers(books(tmp_path).engine)
    workers.beat()
    at = psutil.boot_time() + 79  # what Linux tells after it; psutil computes all times of processes from it
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: at)
    assert (workers.living(), workers.dead()) == ([workers.id], [])


def test_only_a_dead_worker_loses_its_hold_and_the_next_learns_of_all_who_died_with_it(tmp_path: Path) -> None:
    engine = books(tmp_path).engine
    first, second, third = (Workers(engine) for _ in range(3))
    for each in (first, second, third):
        each.beat()
    assert first.take("r", "s") == Taken()
    held = second.take("r", "s")
    assert isinstance(held, Hold)
    assert held.worker == first.id
    first.bury(first.id)
    taken = second.take("r", "s")
    assert isinstance(taken, Taken)
    assert [each.host for each in taken.dead] == [first.host]
    second.bury(second.id)
    taken = third.take("r", "s")
    assert isinstance(taken, Taken)
    assert len(taken.dead) == 2


def performed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Runs, Performer, str]:
    """Return books with one piece of work, and what does it without a process."""
    runs = books(folder)
    task = Task(Job("1", "s"), "n", "rest", {})
    run_ = runs.begin(Do.UP, [Stage("rest")], Bounds(), [task], "nobody").id
    pause = Pause(runs.engine, folder / "pause")
    performer = Performer(runs, Workers(runs.engine), pause, folder, lambda _work, _outcome: None)
    monkeypatch.setattr(Performer, "_run", lambda _self, done: Outcome("1", done.stack, Do.UP, RunState.DONE))
    return runs, performer, run_


def events(runs: Runs) -> list[str]:
    with runs.engine.connect() as connection:
        return list(connection.execute(select(JOURNAL.c.event).order_by(JOURNAL.c.id)).scalars())


def test_the_end_of_work_is_noted_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, performer, run_ = performed(tmp_path, monkeypatch)
    performer.perform(run_, "s", 1)
    assert runs.one(run_, "s").state is RunState.DONE
    assert events(runs) == ["began", "ended done"]
    assert performer.workers.holder("s") is None


@pytest.mark.parametrize("last", ["journal", "release"])
def test_a_worker_that_dies_while_it_notes_the_end_has_noted_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    runs, performer, run_ = performed(tmp_path, monkeypatch)
    note = getattr(Workers, last)

    def die(self: Workers, *given: Any) -> None:
        if "began" in given:
            note(self, *given)
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr(Workers, last, die)
    with pytest.raises(KeyboardInterrupt):
        performer.perform(run_, "s", 1)
    # So the next worker takes it over, and does it.
    assert runs.one(run_, "s").state is RunState.RUNNING
    assert events(runs) == ["began"]
    assert performer.workers.holder("s") is not None
