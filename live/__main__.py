"""`python -m live`, or `make live`: see docs/live.md. Off unless LIVE_AWS_ACCOUNT names the caller's AWS account."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from components.aws.errors import AwsError
from components.settings.endpoints import ENDPOINT_VARIABLE, Endpoints
from live.comparison import Difference, compare
from live.guard import Accounts, allowed
from live.life import Life, LifeInterrupted
from live.project import ROOT
from live.record import Record
from live.report import page, summary
from live.sides import CREDENTIALS, CloudOneSide
from operate.console import OperateError, worded
from sandbox.environment import past_any_proxy
from sandbox.processes import SandboxError
from sandbox.pulumi.toolchain import ToolchainError
from sandbox.sandbox import Sandbox

HOME_VARIABLE = "LIVE_HOME"
"""Folder for project and reports; default: `.live` in the project."""

FAILED, DIFFERENT, INTERRUPTED = 1, 7, 130
_OURS = (ENDPOINT_VARIABLE, *CREDENTIALS)


def main() -> int:
    """Rehearse in the sandbox, live it on the real accounts, compare.

    Returns:
        The exit code: 0 where nothing differs, 7 where something does, 1 where a phase failed or nothing was done.
    """
    try:
        accounts = allowed(os.environ)
        return _run(accounts, Path(os.environ.get(HOME_VARIABLE) or ROOT / ".live").resolve())
    except LifeInterrupted as interrupted:
        return _failed(interrupted, INTERRUPTED)
    except (OperateError, AwsError, SandboxError, ToolchainError) as error:
        return _failed(error, FAILED)


def _run(accounts: Accounts, home: Path) -> int:
    rehearsed = _rehearse(accounts)
    if not rehearsed.completed:
        raise OperateError("the rehearsal in the sandbox failed, see above: nothing was done on the real accounts")
    if isinstance(accounts.trend, CloudOneSide) and accounts.trend.enrollment_token:
        _say("this enrolls Cloud One with Vision One, which cannot be undone")
    life = Life(accounts, {**os.environ, **past_any_proxy()}, home / "project", _say)
    lived = life.live(accounts.endpoints.base or "Trend")
    differences = compare(lived, rehearsed)
    _write(accounts, home, lived, rehearsed, differences)
    if not lived.completed:
        return FAILED
    return DIFFERENT if differences else 0


def _rehearse(accounts: Accounts) -> Record:
    """Live the same life in a sandbox: it shows that everything works, and what the simulator answers."""
    region = accounts.trend.sandbox_region
    with (
        tempfile.TemporaryDirectory(prefix="live-") as scratch,
        Sandbox(Path(scratch, "sandbox"), region=region, account=accounts.aws_account) as sandbox,
    ):
        stand_ins = Accounts(
            aws_account=accounts.aws_account,
            aws_region=accounts.aws_region,
            endpoints=Endpoints(base=sandbox.trend.url),
            trend=accounts.trend.rehearsed(sandbox),
        )
        inherited = {
            name: value for name, value in os.environ.items() if name not in _OURS and not name.startswith("AWS_")
        }
        environment = {**inherited, **sandbox.environment()}
        return Life(stand_ins, environment, Path(scratch, "project"), _say).live("simulator")


def _write(accounts: Accounts, home: Path, lived: Record, rehearsed: Record, differences: Sequence[Difference]) -> None:
    folder = home / datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    folder.mkdir(parents=True)
    redact = accounts.redactor()  # the shapes hold no value; should one ever get in, no secret does
    report = page(lived, rehearsed, differences)
    for name, text in {"live.json": lived.to_json(), "sandbox.json": rehearsed.to_json(), "report.md": report}.items():
        (folder / name).write_text(redact(text), encoding="utf-8")
    for difference in differences:
        _say(redact(str(difference)))
    _say(summary(differences))
    _say(f"report and records: {folder}")


def _say(line: str) -> None:
    print(f"live: {line}", file=sys.stderr, flush=True)


def _failed(error: Exception, code: int) -> int:
    print(f"error: {worded(error)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
