"""`fleet up`, `resume` and `worker` without a file, a source or an engine of Pulumi, in a process of its own.

The queue's engine is one object a process, and processes are what is killed. Arguments: what to do, the folder, and for
`begin` the tasks as JSON: a list of `[wave, settings]`. `host` there is the name of the machine that this process
takes for its own: no other one's processes are seen by their ids.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import typer

from fleet.console import line_errors
from fleet.outcome import Do
from fleet.run.entries import Bounds, Stage, Task
from fleet.run.session import Session
from fleet.unit.job import Job


def main(what: str, folder: Path, given: dict[str, Any]) -> int:
    if host := given.get("host"):
        socket.gethostname = lambda: host
    unit = [sys.executable, str(Path(__file__).with_name("fleet_unit_stub.py"))]
    session = Session(folder, frozenset(given.get("approved", ())), unit=unit)
    if what == "worker":
        session.work()
        return 0
    if what == "resume":
        last = session.unfinished()
        return session.lead(lambda: session.taken_up(last))
    tasks = [
        Task(Job(f"{number:012}", f"s{number}", settings), f"account {number}", wave, {"a": "b"})
        for number, (wave, settings) in enumerate(given["tasks"])
    ]
    stages = [Stage(name, gated=name.startswith("gated")) for name in dict.fromkeys(task.wave for task in tasks)]
    bounds = Bounds(**{"starts_per_minute": 10_000, **given.get("bounds", {})})
    return session.lead(lambda: session.begin(Do.UP, stages, bounds, tasks))


if __name__ == "__main__":
    try:
        with line_errors():
            sys.exit(main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}))
    except typer.Exit as ended:
        sys.exit(ended.exit_code)
