"""The fleet's example on the real engine: how the sandbox's twelve accounts end, and how one leaves again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import fleet_demo
from sandbox.organization import TRAIL_BUCKET, AccountKind, Organization
from sandbox.sandbox import Sandbox
from tests.e2e.fleet_project import FleetProject
from tests.e2e.inventory import aws_inventory
from tests.e2e.pulumi_cli import ROOT

EXAMPLE = yaml.safe_load((ROOT / fleet_demo.FILE).read_text())
EXCLUDED, ARCHIVE = "310000000007", "210000000000"
MOST_CALLS = 9
"""To Trend, for an account that is linked for the first time."""

pytestmark = pytest.mark.full


class ExampleProject(FleetProject):
    """One whose file is the example, and what became of it."""

    def write(self, **file: Any) -> None:
        """Write the example with other parts."""
        super().write(**{**EXAMPLE, **file})

    def states(self) -> dict[str, str]:
        """Return how each stack ended in the last run, with the cause where it failed."""
        document = json.loads(self.run("status --json"))
        return {each["stack"]: " ".join(filter(None, (each["state"], each["cause"]))) for each in document["accounts"]}

    def stacks(self) -> set[str]:
        """Return the stacks that the backend has."""
        return {path.stem for path in self.folder.parent.glob(".pulumi/stacks/trend-onboarding/*.json")}


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("organization"), accounts=12) as sandbox:
        yield sandbox


@pytest.fixture
def project(sandbox: Sandbox, credentials: dict[str, str], tmp_path: Path) -> ExampleProject:
    return ExampleProject(sandbox, credentials, tmp_path)


def test_twelve_accounts_end_as_the_sandboxs_table_says_and_what_is_deployed_is_left_alone(
    sandbox: Sandbox, organization: Organization, project: ExampleProject
) -> None:
    gated = [{**wave, "gate": "manual"} for wave in EXAMPLE["waves"]]
    project.write(tenant={"enroll": True}, waves=gated)
    expected = {"tenant": "done", **{f"aws-{account.id}": "done" for account in organization.accounts}}
    expected[f"aws-{EXCLUDED}"] = expected[f"aws-{organization.the(AccountKind.SUSPENDED).id}"] = "skipped"
    expected[f"aws-{organization.the(AccountKind.UNREACHABLE).id}"] = "unreachable"
    expected[f"aws-{organization.the(AccountKind.RESTRICTED).id}"] = "failed denied"

    assert "resume --approve canary" in project.run("up --yes", code=3)
    enrolled = sandbox.trend.requests(changing=True)
    assert [call.service for call in enrolled] == ["visionone-connect"]
    sandbox.trend.clear_requests()
    output = project.run("resume --approve canary --approve rest", code=1)
    assert project.states() == expected
    assert "a service control policy of the organization denies it" in output
    linked = [account.id for account in organization.accounts if expected[f"aws-{account.id}"] == "done"]
    calls = sandbox.trend.requests()
    assert len(calls) <= MOST_CALLS * len(linked)
    assert "visionone-connect" not in {call.service for call in calls if call.changing}
    state = sandbox.trend.state()
    assert sorted(link.account_id for link in state.connectors) == sorted(linked)
    assert sorted(link.id for link in state.cloud_accounts) == sorted(linked)

    fleet_demo.mend(sandbox, organization)
    project.run("retry")
    deployed = {stack: state for stack, state in expected.items() if state != "skipped"}
    unchanged = {**expected, **dict.fromkeys(deployed, "unchanged")}
    sandbox.trend.clear_requests()
    project.run("up --yes")
    assert project.states() == unchanged
    (project.folder / ".fleet" / "fleet.db").unlink()  # without the ledger each stack itself is looked at
    project.run("up --yes --approve canary --approve rest")
    assert project.states() == unchanged
    assert sandbox.trend.requests() == []


def inventory(sandbox: Sandbox, account: str) -> dict[str, Any]:
    """Return what stands in an account, but the organization's trail, which is shown in its members alone."""
    found = aws_inventory(sandbox, account=account)
    return {kind: things for kind, things in found.items() if kind != "trails"}


def test_an_account_that_leaves_is_orphaned_left_alone_and_removed_when_told_to(
    sandbox: Sandbox, organization: Organization, project: ExampleProject
) -> None:
    stayer = organization.plain[0].id
    others = [account.id for account in organization.accounts if account.id not in (stayer, ARCHIVE)]
    project.write(exclude={"accounts": others}, waves=[{"name": "rest"}])
    topic = {"Id": "theirs", "TopicArn": f"arn:aws:sns:us-east-1:{ARCHIVE}:removals", "Events": ["s3:ObjectRemoved:*"]}
    sandbox.aws("s3", account=ARCHIVE).put_bucket_notification_configuration(
        Bucket=TRAIL_BUCKET, NotificationConfiguration={"TopicConfigurations": [topic]}
    )
    before = inventory(sandbox, ARCHIVE)
    project.run("up --yes")
    deployed = inventory(sandbox, ARCHIVE), inventory(sandbox, stayer), sandbox.trend.state()
    assert deployed[0] != before

    sandbox.aws("organizations").remove_account_from_organization(AccountId=ARCHIVE)
    planned = {each["id"]: each["status"] for each in json.loads(project.run("plan --json", code=2))["accounts"]}
    assert (planned[ARCHIVE], planned[stayer]) == ("orphaned", "as deployed")
    project.run("up --yes")
    assert project.states()[f"aws-{ARCHIVE}"] == "orphaned"
    now = inventory(sandbox, ARCHIVE), inventory(sandbox, stayer), sandbox.trend.state()
    assert now == deployed

    project.run("leave --orphaned --yes")
    assert inventory(sandbox, ARCHIVE) == before
    assert inventory(sandbox, stayer) == deployed[1]
    state = sandbox.trend.state()
    assert [link.account_id for link in state.connectors] == [link.id for link in state.cloud_accounts] == [stayer]
    assert project.stacks() == {"tenant", f"aws-{stayer}"}
    assert "orphaned" not in project.run("plan")
