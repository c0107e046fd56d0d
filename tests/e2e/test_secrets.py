"""No secret in plain text, anywhere that a run writes to."""

from __future__ import annotations

import pytest

from sandbox.gate.faults import Fault
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import SandboxStack
from tests.e2e.sentinels import KEY, TOKEN, leaking_files, leaks, with_sentinels


@pytest.mark.parametrize("given_by", ["configuration", pytest.param("environment", marks=pytest.mark.full)])
def test_no_secret_is_to_be_found_anywhere(stack: SandboxStack, given_by: str) -> None:
    stack.sandbox.trend.set_tenant(with_sentinels(stack.sandbox.tenant))
    if given_by == "environment":
        stack.environment = {"CLOUD_ONE_API_KEY": KEY.value, "VISION_ONE_SERVICE_TOKEN": TOKEN.value}
    else:
        stack.environment = {}
        stack.succeed("config", "set", "--secret", "cloudOneApiKey", KEY.value)
        stack.succeed("config", "set", "--secret", "visionOneServiceToken", TOKEN.value)

    printed = [stack.succeed("preview", "--json")]
    # A refusal that echoes what it was sent: the worst that a vendor's error can hold.
    stack.sandbox.trend.add_fault(Fault(kind="echo", status=400, service="cloudaccounts", action="POST *"))
    failed = stack.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    stack.sandbox.trend.clear_faults()
    printed += [
        failed.output,
        stack.succeed("up", "--yes", "--skip-preview", "--json"),
        stack.succeed("up", "--yes", "--skip-preview", "--diff"),
        stack.succeed("refresh", "--yes", "--skip-preview", "--json"),
        stack.succeed("stack", "export"),
        stack.succeed("stack", "output", "--json"),
        stack.succeed("stack", "history", "--json"),
        stack.succeed("config"),
    ]
    page = operate(stack, "report", "--html", str(stack.folder / "report.html"))
    assert page.code == 0, page.output
    assert stack.sandbox.trend.state().service_tokens, "a token was minted, so there was something to leak"
    printed.append(stack.succeed("destroy", "--yes", "--skip-preview", "--diff"))

    assert leaks(*(text.encode() for text in printed)) == []
    assert (stack.folder / "report.html").is_file()
    assert leaking_files(stack.sandbox.home, stack.folder) == {}
