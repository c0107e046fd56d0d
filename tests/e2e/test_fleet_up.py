"""`python -m fleet` on the real engine, in the sandbox's organization."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.gate.faults import Fault
from sandbox.sandbox import Sandbox
from tests.e2e.pulumi_cli import OURS, ROOT, Run

Fleet = Callable[..., Run]
RULES = {"failedPercent": 100, "sameError": 100}


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox with an organization of twelve accounts."""
    with Sandbox(tmp_path_factory.mktemp("organization"), accounts=12) as running:
        yield running


@pytest.fixture
def sandbox(organization: Sandbox) -> Sandbox:
    """The organization as it stands right after its start."""
    organization.reset()
    return organization


@pytest.fixture
def fleet(sandbox: Sandbox, credentials: dict[str, str], tmp_path: Path) -> Fleet:
    """Runs a command of the fleet in a copy of the project, whose `fleet.yaml` the file is."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("__main__.py", "components", "operate", "fleet", "venv"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    inherited = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("AWS_")}
    state = {"PULUMI_BACKEND_URL": f"{tmp_path.as_uri()}?metadata=skip"}  # stacks that no other test knows

    def run(*arguments: str, **file: Any) -> Run:
        content = {"source": {"organizations": {}}, "settings": {"cloudTrail": False}, "stop": RULES, **file}
        (folder / "fleet.yaml").write_text(yaml.safe_dump(content))
        done = subprocess.run(
            [sys.executable, "-m", "fleet", *arguments],
            cwd=folder,
            env={**inherited, **sandbox.environment(), **credentials, **state, "AWS_REGION": "us-east-1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1800,
            check=False,
        )
        assert "Traceback" not in done.stdout, done.stdout
        assert credentials["CLOUD_ONE_API_KEY"] not in done.stdout
        return Run(" ".join(arguments), done.returncode, done.stdout)

    return run


@pytest.mark.full
def test_while_trend_asks_one_account_to_wait_no_other_calls(sandbox: Sandbox, fleet: Fleet) -> None:
    sandbox.trend.add_fault(Fault(status=429, service="workload", action="POST /awsconnectors", retry_after=5))
    chosen = ",".join(account.id for account in sandbox.organization.plain[:2])
    done = fleet("up", "--accounts", chosen, "--yes")
    assert done.code == 0, done.output
    calls = sandbox.trend.requests()
    (refused,) = [call for call in calls if call.status == 429]
    assert [call for call in calls if 0 < call.time - refused.time < 5] == []
    assert [call for call in calls if call.time - refused.time >= 5]
