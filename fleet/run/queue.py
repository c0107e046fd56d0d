"""The queue, on DBOS (pinned: its API changed over its major versions). This file alone knows the engine.

DBOS dispatches: it gives each piece of work to one of the workers, keeps to the limits, and gives it to another where a
worker died. What is to be done and what became of it stands in the fleet's own books; the engine's tables hold the
name of a run, of a stack, and the number of the attempt, as JSON.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import NoReturn

import sqlalchemy
from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos import DBOSPortableJSONSerializer as Json

from fleet.console import say
from fleet.processes import KILLED
from fleet.run.entries import Bounds, Work
from fleet.run.work import Performer
from fleet.run.workers import BEAT, SILENT

NAME = "accounts"
_VERSION = "fleet-1"
"""Of what the engine stores. It is not the program's: work that another version enqueued is done all the same."""
_POLL = 0.5
_MINUTE = 60.0
_LONGEST = 24 * 60 * 60
"""Seconds that what is under way has to end; each account has a limit of its own."""

_performer: Performer | None = None


@DBOS.workflow(name="account", max_recovery_attempts=None)
def _account(run: str, stack: str, attempt: int) -> None:
    _perform(run, stack, attempt)


@DBOS.step(name="perform")
def _perform(run: str, stack: str, attempt: int) -> None:
    assert _performer is not None
    _performer.perform(run, stack, attempt)


class Queue:
    """This process as a worker. As a context manager it works until the block ends.

    Args:
        performer: does the work.
        url: of the database.
        bounds: limits of the run that this process leads; None for those that are stored.
    """

    def __init__(self, performer: Performer, url: sqlalchemy.URL, bounds: Bounds | None = None) -> None:
        self._performer = performer
        self._workers = performer.workers
        self._url = url
        self._bounds = bounds
        self._stop = threading.Event()
        self._beaten = 0.0
        self._guards = [threading.Thread(target=each, daemon=True) for each in (self._beat_on, self._watch)]

    def __enter__(self) -> Queue:
        global _performer
        _performer = self._performer
        self._workers.beat()
        logging.getLogger("dbos").setLevel(logging.ERROR)
        config: DBOSConfig = {
            "name": "trend-fleet",
            "system_database_url": self._url.render_as_string(hide_password=False),
            "executor_id": self._workers.id,
            "application_version": _VERSION,
            "log_level": "ERROR",
            "enable_otlp": False,
            "serializer": Json(),
        }
        DBOS(config=config)
        DBOS.listen_queues([NAME])
        DBOS.launch()
        if self._bounds is not None:
            DBOS.register_queue(
                NAME,
                worker_concurrency=self._bounds.at_once,
                limiter={"limit": self._bounds.starts_per_minute, "period": _MINUTE},
                polling_interval_sec=_POLL,
                on_conflict="always_update",
            )
        self._beaten = time.monotonic()
        for guard in self._guards:
            guard.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Begin nothing more, and let what is under way end; an exception hands it back to the others at once."""
        self._performer.closing.set()
        if kind is not None:
            self._performer.hand_back()
        DBOS.destroy(workflow_completion_timeout_sec=_LONGEST)
        self._stop.set()
        for guard in self._guards:
            guard.join()
        self._workers.leave()

    def give_out(self, work: Iterable[tuple[str, str, int]]) -> None:
        """Enqueue work: run, stack and attempt of each piece. What is enqueued already stays so."""
        for run, stack, attempt in work:
            with SetWorkflowID(_id(run, stack, attempt)):
                DBOS.enqueue_workflow(NAME, _account, run, stack, attempt)

    def take_back(self, work: Iterable[Work]) -> None:
        """Take work off the queue; what is under way goes on."""
        waiting = {each.workflow_id for each in DBOS.list_queued_workflows(queue_name=NAME, status="ENQUEUED")}
        if ids := [id_ for each in work if (id_ := _id(each.run, each.stack, each.attempt)) in waiting]:
            DBOS.cancel_workflows(ids)

    def has_dropped(self, run: str) -> Callable[[Work], bool]:
        """Return what tells whether a piece of work of a run was given out and is not on the queue any more."""
        known = DBOS.list_workflows(workflow_id_prefix=f"{run}/", load_input=False, load_output=False)
        dropped = {each.workflow_id for each in known if each.status not in ("ENQUEUED", "PENDING")}
        return lambda work: _id(work.run, work.stack, work.attempt) in dropped

    def _beat_on(self) -> None:
        """Beat, and bury the dead; what fails is tried again, until `_watch` ends it."""
        while not self._stop.wait(BEAT):
            with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
                if not self._workers.beat():
                    self._end("it was halted so long that others took it for dead")
                self._beaten = time.monotonic()
                self._performer.pause.compare()
                self._bury_the_dead()

    def _watch(self) -> None:
        """End this process where it does not beat any more, before others take its work.

        Apart from what beats, which a database that does not answer at all lets wait.
        """
        while not self._stop.wait(BEAT):
            if time.monotonic() - self._beaten >= SILENT:
                self._end(f"no heartbeat for {SILENT:.0f} s: the database does not answer, or it was halted")

    def _end(self, why: str) -> NoReturn:
        say(f"this process ends: {why}")
        self._performer.end_sessions()
        os._exit(KILLED)

    def _bury_the_dead(self) -> None:
        """Give the work of the dead to the living, then forget them; if that is cut short, the next one does it."""
        for worker in self._workers.dead():
            for workflow in DBOS.list_workflows(status="PENDING", executor_id=worker, load_input=False):
                DBOS.resume_workflow(workflow.workflow_id, queue_name=NAME)
            self._workers.bury(worker)


def _id(run: str, stack: str, attempt: int) -> str:
    return f"{run}/{stack}/{attempt}"
