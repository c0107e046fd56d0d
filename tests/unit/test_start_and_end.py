"""What the program's two processes do beside their work: nothing is looked through at the end, and waits are used."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest

from components.aws.clients import AwsClients
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings
from components.aws.session import AwsSession

REGION = "us-east-1"


@pytest.mark.parametrize("module", ["components.onboarding", "components.resources.connector"])
def test_a_process_that_ends_does_not_look_for_garbage(module: str) -> None:
    # What is registered first runs last.
    at_exit = f"import atexit; atexit.register(lambda: print(len(gc.get_objects()))); import {module}"
    assert printed(at_exit) < 1000


def test_what_loads_is_not_looked_through_again_and_again() -> None:
    count = "print(sum(each['collections'] for each in gc.get_stats()))"
    loading = "from components.onboarding import Onboarding; import pulumi_aws; pulumi_aws.iam.Role"
    before = printed(f"import pulumi; {count}")
    assert printed(f"import pulumi; {loading}; {count}") - before < 5


def printed(code: str) -> int:
    """Run code, and return the number that it prints."""
    ended = subprocess.run([sys.executable, "-c", f"import gc; {code}"], capture_output=True, text=True, check=True)
    return int(ended.stdout)


def prepared(settings: dict[str, str]) -> AwsClients:
    clients = AwsClients(AwsSettings.of(settings.get))
    clients.prepare("s3")
    for thread in threading.enumerate():
        if thread.daemon and thread.name.endswith("(load)"):
            thread.join(timeout=60)
    return clients


def test_a_client_is_loaded_beside_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[tuple[str, threading.Thread]] = []

    def client(_self: AwsSession, service: str, _region: str) -> Any:
        loaded.append((service, threading.current_thread()))
        return object()

    monkeypatch.setattr(AwsSession, "client", client)
    clients = prepared({"region": REGION})
    clients.client("s3", REGION)
    assert [service for service, _ in loaded] == ["s3"]
    assert loaded[0][1] is not threading.main_thread()


def test_what_fails_beside_is_told_when_the_client_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    clients = prepared({"region": REGION, "profile": "none"})
    with pytest.raises(AwsError, match="profile"):
        clients.client("s3", REGION)
