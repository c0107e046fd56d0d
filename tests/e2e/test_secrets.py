"""No secret in plain text, anywhere: neither as it is nor in an encoding that can be undone at a glance."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.simulator import ApiKey, EnrolmentToken, Fault
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import Stack

KEY = ApiKey(id="SENTINELKEYID000000000000ab", secret="SENTINEL/key+secret=" + "Zq7" * 15 + "!")
TOKEN = EnrolmentToken("SENTINEL.enrolment+token/" + "Xw9" * 12)
MINTED = "SENTINELserviceToken"


def forms(secret: str) -> set[bytes]:
    """Return a secret plain, percent-encoded, in hex, and in base64 at each place of a longer text."""
    raw = secret.encode()
    aligned = {base64.b64encode(b"x" * lead + raw)[(lead * 4 + 2) // 3 : -4] for lead in range(3)}
    return {raw, quote(secret, safe="").encode(), quote(secret).encode(), raw.hex().encode(), *aligned}


SENTINELS = {form for secret in (KEY.value, KEY.secret, TOKEN.value, MINTED) for form in forms(secret)}


def leaks(*texts: bytes) -> list[bytes]:
    return [form for text in texts for form in SENTINELS if form in text]


def files_below(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        for path in folder.rglob("*"):
            inside_tools = {"plugins", "tools", "venv", "components"} & set(path.relative_to(folder).parts)
            if path.is_file() and not inside_tools:
                yield path


@pytest.mark.parametrize("given_by", ["configuration", pytest.param("environment", marks=pytest.mark.full)])
def test_no_secret_is_to_be_found_anywhere(stack: Stack, given_by: str) -> None:
    tenant = dataclasses.replace(stack.sandbox.tenant, api_keys=(KEY,), enrolment_tokens=(TOKEN,), minted_prefix=MINTED)
    stack.sandbox.trend.set_tenant(tenant)
    if given_by == "environment":
        stack.environment = {"CLOUD_ONE_API_KEY": KEY.value, "VISION_ONE_SERVICE_TOKEN": TOKEN.value}
    else:
        stack.environment = {}
        stack.succeed("config", "set", "--secret", "cloudOneApiKey", KEY.value)
        stack.succeed("config", "set", "--secret", "visionOneServiceToken", TOKEN.value)

    printed = [stack.succeed("preview", "--json")]
    # A refusal that echoes what it was sent: the worst that a vendor's error can hold.
    echo = stack.sandbox.trend.add_fault(Fault(kind="echo", status=400, service="cloudaccounts", method="POST"))
    failed = stack.run("up", "--yes", "--skip-preview")
    assert failed.code != 0
    stack.sandbox.trend.remove_fault(echo)
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
    written = list(files_below(stack.sandbox.home, stack.folder))
    assert len(written) > 10, written
    assert stack.folder / "report.html" in written
    assert {path: found for path in written if (found := leaks(path.read_bytes()))} == {}
