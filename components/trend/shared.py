"""What Trend says of a tenant as a whole, asked once for several processes.

Where the environment names a folder (TREND_SHARED_REPLIES), a reply that is the same for each AWS account of a tenant
is kept there: about the API key, the services, the external id. It holds for as long as whoever named the folder lets
it: a run for many accounts takes a new one. Nothing in it opens anything: the key is in no reply. Refusals are asked
for again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SHARED_VARIABLE = "TREND_SHARED_REPLIES"


def asked_once(what: str, ask: Callable[[], Any]) -> Any:
    """Return a reply that is kept, or ask for it and keep it; whoever wants it meanwhile waits.

    Args:
        what: tells it from others: the whole URL.
        ask: makes the call.
    """
    folder = os.environ.get(SHARED_VARIABLE)
    if not folder:
        return ask()
    file = Path(folder, f"{hashlib.sha256(what.encode()).hexdigest()}.json")
    with contextlib.suppress(FileNotFoundError):
        return json.loads(file.read_text(encoding="utf-8"))
    with _alone(file.with_suffix(".lock")):
        with contextlib.suppress(FileNotFoundError):
            return json.loads(file.read_text(encoding="utf-8"))
        reply = ask()
        scratch = file.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as kept:
            json.dump(reply, kept)
        scratch.replace(file)
        return reply


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    import fcntl  # here: only where a folder is shared, which is never on Windows

    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
