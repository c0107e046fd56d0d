"""The API key goes to Trend, or where the operator confirmed; never in clear, whatever command sends it."""

from __future__ import annotations

import pytest

from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import CliRun, SandboxStack

BUCKET = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
HEARD = "0.0.0.0"  # noqa: S104 - not a loopback address by its name, and yet the sandbox would hear what is sent there
PROXY = {"endpoints": {"workload": "https://proxy.example/trend"}}


def assert_refused(stack: SandboxStack, run: CliRun, text: str) -> None:
    assert run.code != 0, run.output
    assert text in run.output
    assert "Traceback" not in run.output
    assert stack.sandbox.trend.requests() == []


def test_neither_refresh_nor_destroy_sends_the_key_in_clear(stack: SandboxStack) -> None:
    stack.up()
    stack.environment["TREND_ENDPOINT_URL"] = stack.variables()["TREND_ENDPOINT_URL"].replace("127.0.0.1", HEARD)
    stack.sandbox.trend.clear_requests()
    for command in ("refresh", "destroy"):
        assert_refused(stack, stack.run(command, "--yes", "--skip-preview"), "would send the API key unencrypted")
    del stack.environment["TREND_ENDPOINT_URL"]
    assert len(stack.outputs()) > 10


@pytest.mark.full
def test_a_host_that_is_not_trends_is_named_in_the_preview_and_gets_nothing_until_confirmed(
    stack: SandboxStack,
) -> None:
    stack.up()
    stack.sandbox.trend.clear_requests()
    named = "the API key would go to proxy.example, which is not Trend's (endpoints.workload)"

    stack.configure({**BUCKET, **PROXY})
    preview = operate(stack, "preview", "--markdown", "page.md")
    above_the_fold, _, _ = (stack.folder / "page.md").read_text().partition("<details>")
    assert preview.code == 0, preview.output
    assert named in above_the_fold
    assert named in operate(stack, "doctor", "--json").output
    for confirmed in ("", "other.example", "proxy.example,other.example"):
        stack.configure({**BUCKET, **PROXY, "endpointsConfirmed": confirmed})
        refused = stack.run("up", "--yes", "--skip-preview")
        assert_refused(stack, refused, "`pulumi config set endpointsConfirmed proxy.example`")

    stack.configure({**BUCKET, **PROXY, "endpointsConfirmed": "proxy.example"})
    stack.up()
    stack.environment["TREND_ENDPOINT_URL"] = "https://elsewhere.example"
    stack.sandbox.trend.clear_requests()
    for command in ("up", "refresh", "destroy"):
        assert_refused(stack, stack.run(command, "--yes", "--skip-preview"), "elsewhere.example")
