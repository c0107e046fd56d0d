"""The recorded states hold no secret and nothing of the machine that they were recorded on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sandbox.trend import default_tenant
from tests.recorded_states import FOLDER, SECRET, scrubbed


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_recorded_state_holds_no_secret_and_no_path_of_a_machine(path: Path) -> None:
    text, tenant = path.read_text(), default_tenant()
    assert [secret for secret in (*tenant.secrets(), tenant.minted_prefix) if secret in text] == []
    assert re.findall(r'"ciphertext"|"/(?:home|root|tmp|Users|work)/|127\.0\.0\.1:\d+', text) == []


def test_a_secret_keeps_its_form_and_loses_its_value() -> None:
    value = {"mark": SECRET, "plaintext": json.dumps({"token": "t0p", "empty": "", "list": ["s3cret"]})}
    hidden = scrubbed({"created": "today", "outputs": [value]})
    assert hidden == {
        "outputs": [{**value, "plaintext": json.dumps({"token": "hidden", "empty": "", "list": ["hidden"]})}]
    }
