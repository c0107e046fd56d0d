"""`python -m live`, or `make live`: see docs/live.md. Off unless LIVE_AWS_ACCOUNT names the caller's AWS account."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from components.aws.clients import AwsClients, AwsError, AwsSettings
from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from components.settings.endpoints import ENDPOINT_VARIABLE, Endpoints
from live.comparison import compare
from live.guard import Accounts, allowed
from live.life import Interrupted, Life
from live.project import ROOT
from live.record import Record
from live.report import Report
from operate.console import OperateError, worded
from sandbox.environment import past_any_proxy
from sandbox.processes import SandboxError
from sandbox.pulumi.toolchain import ToolchainError
from sandbox.sandbox import Sandbox

HOME_VARIABLE = "LIVE_HOME"
"""Folder for project and reports; default: `.live` in the project."""

FAILED, DIFFERENT, INTERRUPTED = 1, 7, 130
_OURS = (ENDPOINT_VARIABLE, KEY_VARIABLE, TOKEN_VARIABLE)


def main() -> int:
    """Rehearse in the sandbox, live it on the real accounts, compare.

    Returns:
        The exit code: 0 where nothing differs, 7 where something does, 1 where a phase failed or nothing was done.
    """
    try:
        accounts = allowed(os.environ)
        return _run(accounts, Path(os.environ.get(HOME_VARIABLE) or ROOT / ".live").resolve())
    except Interrupted as interrupted:
        return _failed(interrupted, INTERRUPTED)
    except (OperateError, AwsError, SandboxError, ToolchainError) as error:
        return _failed(error, FAILED)


def _run(accounts: Accounts, home: Path) -> int:
    rehearsed = _rehearse(accounts)
    if not rehearsed.completed:
        raise OperateError("the rehearsal in the sandbox failed, see above: nothing was done on the real accounts")
    if accounts.enrolment_token:
        _say("this enrols Cloud One with Vision One, which cannot be undone")
    environment = {**os.environ, **past_any_proxy()}
    life = Life(accounts, environment, home / "project", _say, AwsClients(AwsSettings()))
    lived = life.live(accounts.endpoints.base or "Trend")
    report = Report(lived, rehearsed, compare(lived, rehearsed))
    _write(accounts, home, {"live.json": lived.to_json(), "sandbox.json": rehearsed.to_json()}, report)
    if not lived.completed:
        return FAILED
    return 0 if report.clean else DIFFERENT


def _rehearse(accounts: Accounts) -> Record:
    """Live the same life in a sandbox: it shows that everything works, and what the simulator answers."""
    with (
        tempfile.TemporaryDirectory(prefix="live-") as scratch,
        Sandbox(Path(scratch, "sandbox"), region=accounts.region, account=accounts.aws_account) as sandbox,
    ):
        stand_ins = Accounts(
            aws_account=accounts.aws_account,
            aws_region=accounts.aws_region,
            region=accounts.region,
            endpoints=Endpoints(base=sandbox.trend.url),
            api_key=sandbox.tenant.full_access_key.value,
            enrolment_token=sandbox.tenant.enrolment_tokens[0].value if accounts.enrolment_token else "",
        )
        inherited = {name: it for name, it in os.environ.items() if name not in _OURS and not name.startswith("AWS_")}
        environment = {**inherited, **sandbox.environment()}
        return Life(stand_ins, environment, Path(scratch, "project"), _say).live("simulator")


def _write(accounts: Accounts, home: Path, records: dict[str, str], report: Report) -> None:
    folder = home / datetime.now(timezone.utc).strftime("%Y-%m-%d-%H%M%S")
    folder.mkdir(parents=True)
    redact = accounts.redactor()  # the shapes hold no value; should one ever get in, no secret does
    for name, text in {**records, "report.md": report.markdown()}.items():
        (folder / name).write_text(redact(text), encoding="utf-8")
    for difference in report.differences:
        _say(redact(str(difference)))
    _say(report.summary())
    _say(f"report and records: {folder}")


def _say(line: str) -> None:
    print(f"live: {line}", file=sys.stderr, flush=True)


def _failed(error: Exception, code: int) -> int:
    print(f"error: {worded(error)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
