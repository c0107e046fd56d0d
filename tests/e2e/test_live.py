"""`make live` as a person uses it, on a second sandbox in the place of the real accounts."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from live.guard import ACCOUNT_VARIABLE, ENROLL_VARIABLE
from sandbox.processes import ROOT
from sandbox.sandbox import Sandbox
from sandbox.trend import Dialect
from tests.deviations import DEVIATIONS, together
from tests.e2e.inventory import aws_inventory


class LiveCommand:
    """The command, with a sandbox's AWS and Trend for the real ones.

    Args:
        sandbox: the sandbox.
        home: folder that takes project and reports.
    """

    def __init__(self, sandbox: Sandbox, home: Path) -> None:
        self.home = home
        self.environment = {
            **os.environ,
            **sandbox.environment(),
            "CLOUD_ONE_API_KEY": sandbox.tenant.full_access_key.value,
            "VISION_ONE_SERVICE_TOKEN": sandbox.tenant.enrollment_tokens[0].value,
            "VISION_ONE_API_KEY": sandbox.tenant.business.full_access_key.value,
            "LIVE_HOME": str(home),
        }
        self.environment.pop(ACCOUNT_VARIABLE, None)

    def __call__(self, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "live"],
            cwd=ROOT,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def written(self) -> str:
        """Everything that was written about the run."""
        return "\n".join(file.read_text() for file in sorted(self.home.glob("20*/*")))


@pytest.fixture
def command(sandbox: Sandbox, tmp_path: Path) -> LiveCommand:
    return LiveCommand(sandbox, tmp_path / "live")


def test_with_the_credentials_of_another_account_it_is_one_error_line_and_nothing_is_done(
    command: LiveCommand, sandbox: Sandbox
) -> None:
    done = command(**{ACCOUNT_VARIABLE: "210987654321"})

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: the AWS credentials are of account 123456789012, and LIVE_AWS_ACCOUNT names 210987654321: "
        "nothing was done\n"
    )
    assert not command.home.exists()
    assert sandbox.trend.requests() == []
    assert sandbox.aws_requests(changing=True) == []


@pytest.mark.full
def test_a_tenant_that_differs_in_five_ways_is_found_out_in_all_five_and_everything_is_gone_after(
    command: LiveCommand, sandbox: Sandbox
) -> None:
    sandbox.trend.set_tenant(dataclasses.replace(sandbox.tenant, dialect=together()))
    before = aws_inventory(sandbox)

    done = command(**{ACCOUNT_VARIABLE: sandbox.account, ENROLL_VARIABLE: "yes"})

    assert done.returncode == 7, done.stdout + done.stderr
    for name, deviation in DEVIATIONS.items():
        assert f"live: {deviation.named}\n" in done.stderr, name
    written = command.written()
    for secret in (*sandbox.tenant.secrets(), sandbox.tenant.minted_prefix, sandbox.tenant.external_id):
        assert secret not in written
    for value in (sandbox.account, sandbox.tenant.account_id, "arn:aws:", "LiveTest"):
        assert value not in written
    assert aws_inventory(sandbox) == before
    assert (sandbox.trend.state().connectors, sandbox.trend.state().cloud_accounts) == ((), ())
    ended = json.loads(next(command.home.glob("20*/live.json")).read_text())["exit codes"]
    assert ended == dict.fromkeys(("preview", "up", "no changes", "refresh", "destroy"), 0)


@pytest.mark.full
def test_a_tenant_like_the_simulator_differs_in_nothing(command: LiveCommand, sandbox: Sandbox) -> None:
    done = command(**{ACCOUNT_VARIABLE: sandbox.account})

    assert done.returncode == 0, done.stdout + done.stderr
    assert "live: 0 differences from the simulator" in done.stderr
    assert sandbox.trend.state().registration is None


@pytest.mark.full
def test_a_link_that_is_there_already_is_left_alone_and_what_was_created_beside_it_is_removed(
    command: LiveCommand, sandbox: Sandbox
) -> None:
    role = f"arn:aws:iam::{sandbox.account}:role/by-hand"
    sandbox.trend.add_connector(sandbox.account, role, displayName="theirs")
    links, before = sandbox.trend.state().links(), aws_inventory(sandbox)

    done = command(**{ACCOUNT_VARIABLE: sandbox.account})

    assert done.returncode == 1
    assert (sandbox.trend.state().links(), aws_inventory(sandbox)) == (links, before)
    (report,) = command.home.glob("20*/report.md")
    assert "| up | exit code 1 | ok |" in report.read_text()
    assert "| destroy | ok | ok |" in report.read_text()


OTHER_STATUS = Dialect(statuses={"visionone POST /v3.0/cam/awsAccounts": 200})


@pytest.mark.full
@pytest.mark.parametrize(("dialect", "code"), [(Dialect(), 0), (OTHER_STATUS, 7)], ids=["as assumed", "another status"])
def test_the_route_by_vision_one_is_lived_and_compared_as_well(
    command: LiveCommand, sandbox: Sandbox, dialect: Dialect, code: int
) -> None:
    sandbox.trend.set_tenant(dataclasses.replace(sandbox.tenant, dialect=dialect))
    before = aws_inventory(sandbox)

    done = command(LIVE_AWS_ACCOUNT=sandbox.account, LIVE_ROUTE="visionOne")

    assert done.returncode == code, done.stdout + done.stderr
    named = "live: status: POST visionone /v3.0/cam/awsAccounts in up: 200; simulator: 201\n"
    assert (named in done.stderr) is (code == 7)
    records = json.loads(next(command.home.glob("20*/live.json")).read_text())
    assert {each["service"] for each in records["exchanges"]} == {"visionone"}
    probed = [(each["method"], each["status"]) for each in records["exchanges"] if each["phase"] == "probe"]
    assert probed[2:] == [("GET", 404), ("GET", 200), ("POST", 409), ("PATCH", 412)]
    for secret in (*sandbox.tenant.secrets(), sandbox.tenant.business.id, sandbox.account):
        assert secret not in command.written()
    assert (sandbox.trend.state().vision_one_accounts, aws_inventory(sandbox)) == ((), before)
