"""The commands of the workflows, taken from their files and run as GitHub would, with a GitHub that listens here."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.gate.faults import Fault
from tests.e2e.pulumi_cli import ROOT, CliRun, SandboxStack
from tests.github import FakeGitHub, serve_github
from tests.workflows import Workflow

BUCKET = "sandbox-existing-trail-us-east-1"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serve_github() as serving:
        yield serving


def summary(stack: SandboxStack) -> Path:
    """Return the file that GitHub shows with a run."""
    return stack.folder / "summary.md"


def run(stack: SandboxStack, workflow: str, word: str, **environment: str) -> CliRun:
    """Run the one command of a workflow that contains a word."""
    for name in ("operate", "requirements.txt"):
        if not (stack.folder / name).exists():
            (stack.folder / name).symlink_to(ROOT / name)
    summary(stack).touch()  # as GitHub gives it to each step
    given = summary(stack).stat().st_ino
    command = Workflow(workflow).command(word)
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=stack.folder,
        env={**stack.variables(), "STACK": stack.name, "GITHUB_STEP_SUMMARY": str(summary(stack)), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stdout, done.stdout
    assert summary(stack).stat().st_ino == given  # written, not replaced: a job may own no more than the file
    return CliRun(command, done.returncode, done.stdout)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_pull_request_gets_one_comment_that_calls_out_what_goes_and_no_key_is_needed(
    stack: SandboxStack, github: FakeGitHub
) -> None:
    stack.configure({"createNewTrail": True})
    stack.up()
    stack.sandbox.trend.clear_requests()
    keys = dict(stack.environment)
    stack.environment.clear()
    stack.configure({"existingCloudtrailBucketName": BUCKET, "tags": {"team": "@blue"}})
    state = contents(stack.sandbox.home / "state")

    ended = run(stack, "preview", "operate preview", PULL_REQUEST="7", **github.environment())
    assert ended.code == 0, ended.output

    (comment,) = github.comments[7]
    text = comment["body"]
    assert text.startswith(f"<!-- preview of trend-onboarding/{stack.name} -->\n### Preview of")
    assert re.search(r"\*\*\d+\*\* to replace, \*\*\d+\*\* to delete", text), text
    called_out = text.partition("> [!CAUTION]")[2].partition("<details>")[0]
    assert "> - deleted: `aws:cloudtrail:Trail trail` (`arn:aws:cloudtrail:" in called_out
    assert "> - replaced: `aws:cloudformation:Stack forwarder`" in called_out
    assert "`parameters`" in called_out
    assert "> - kept, but not looked after any more: `aws:s3:Bucket trail-bucket`" in called_out
    assert "| update | `aws:iam:Role workload-security` | `tags.team` |  | `@blue` |" in text
    for secret in keys.values():
        assert secret not in text
    assert stack.sandbox.trend.requests() == []
    assert contents(stack.sandbox.home / "state") == state
    stack.environment.update(keys)


def test_a_preview_that_fails_says_why_in_its_comment_and_fails_the_job(
    stack: SandboxStack, github: FakeGitHub
) -> None:
    stack.configure({"stackName": "much-too-long"})
    ended = run(stack, "preview", "operate preview", PULL_REQUEST="7", **github.environment())
    assert ended.code != 0
    (comment,) = github.comments[7]
    assert "**failed**" in comment["body"]
    assert "stackName: 'much-too-long'" in comment["body"]
    assert summary(stack).read_text() in comment["body"]


def test_what_is_deployed_is_summed_up_and_its_drift_is_one_issue_that_closes(
    stack: SandboxStack, github: FakeGitHub
) -> None:
    trend = stack.sandbox.trend
    deployed = run(stack, "deploy", "operate up")
    assert deployed.code == 0, deployed.output
    assert run(stack, "deploy", "operate summary").code == 0
    assert "**succeeded**" in summary(stack).read_text()
    assert f"| cloudOneAccountId | `{stack.sandbox.tenant.account_id}` |" in summary(stack).read_text()
    (connector,) = trend.state().connectors
    trend.change_connector(connector.id, displayName="somebody's")

    assert run(stack, "drift", "operate drift", **github.environment()).code == 7
    (issue,) = github.issues
    assert issue["title"] == f"Drift in trend-onboarding/{stack.name}"
    assert "| `trend:Connector connector` | `displayName` | `somebody's` | `AWS 123456789012` |" in issue["body"]

    trend.change_connector(connector.id, displayName=connector.display_name)
    assert run(stack, "drift", "operate drift", **github.environment()).code == 0
    assert issue["state"] == "closed"


def test_drift_that_cannot_be_found_out_is_no_drift(stack: SandboxStack, github: FakeGitHub) -> None:
    stack.up()
    stack.sandbox.trend.add_fault(Fault(kind="status", status=401, service="workload", action="GET *", count=None))
    ended = run(stack, "drift", "operate drift", **github.environment())
    assert ended.code not in (0, 7)
    (issue,) = github.issues
    assert "**could not be found out**" in issue["body"]
    assert "HTTP 401" in issue["body"]
    stack.sandbox.trend.clear_faults()


@pytest.mark.full
def test_the_dependencies_are_installed_where_the_project_says(stack: SandboxStack) -> None:
    ended = run(stack, "deploy", "pulumi install")
    assert ended.code == 0, ended.output
