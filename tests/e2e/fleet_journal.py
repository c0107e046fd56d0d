"""What the fleet's books say of who did what when, and what the machine's processes say."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from types import TracebackType
from typing import Any

import psutil
import sqlalchemy
from sqlalchemy import select

from fleet.processes import MARK_VARIABLE
from fleet.run.books import HOLDS, JOURNAL


def rows(engine: sqlalchemy.Engine, table: sqlalchemy.Table) -> list[Any]:
    """Return all rows of a table."""
    with engine.connect() as connection:
        return list(connection.execute(select(table)))


def assert_never_two_at_once(engine: sqlalchemy.Engine) -> None:
    """Each beginning for a stack is ended, or its worker's death is noted, before the next one; nobody holds any."""
    for stack, group in itertools.groupby(sorted(rows(engine, JOURNAL), key=lambda row: (row.stack, row.id)), _stack):
        is_open = False
        for row in group:
            if row.event == "began":
                assert not is_open, stack
                is_open = True
            else:
                is_open = False
        assert not is_open, stack
    assert rows(engine, HOLDS) == []


def _stack(row: Any) -> str:
    return str(row.stack)


class Sessions:
    """Looks at this machine's processes again and again, for two workers that work on one stack at the same time.

    As a context manager it looks until the block ends.

    Args:
        backend: of the fleet that is meant, which its processes have in their environment: another may run beside it.

    Attributes:
        doubles: stacks for which two workers' processes lived at once.
        looks: how often it has looked.
    """

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self.doubles: list[str] = []
        self.looks = 0
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Sessions:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._done.set()
        self._watcher.join()

    def living(self) -> dict[str, set[str]]:
        """Return the workers whose processes live, by the stack that these are for."""
        found = defaultdict(set)
        for process in psutil.process_iter():
            try:
                variables = process.environ()
                worker, _, stack = variables.get(MARK_VARIABLE, "").partition(" ")
                if (
                    stack
                    and variables.get("PULUMI_BACKEND_URL") == self._backend
                    and process.status() != psutil.STATUS_ZOMBIE
                ):
                    found[stack].add(worker)
            except (OSError, psutil.Error):
                continue
        return found

    def _watch(self) -> None:
        while not self._done.wait(0.3):
            self.looks += 1
            self.doubles += [stack for stack, workers in self.living().items() if len(workers) > 1]
