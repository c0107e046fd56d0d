"""The recorded states hold each type of resource, no secret, and nothing of the machine they were recorded on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.dynamic import Resource

from sandbox.trend import default_tenant
from tests.declared import declared
from tests.e2e.pulumi_cli import ROOT
from tests.recorded_states import FOLDER, SECRET, recorded, scrubbed


def dynamic_types() -> Iterator[str]:
    """Yield the types of dynamic resources, as Pulumi's state has them: bases have no module there."""
    for each in declared(Resource):
        if "/" in each._resource_type_name:
            yield f"pulumi-python:{each._resource_type_name}"


def aws_types() -> Iterator[str]:
    """Yield the types of AWS resources that the program's text names."""
    for path in ROOT.joinpath("components").rglob("*.py"):
        for module, name in re.findall(r"\baws\.(\w+)\.([A-Z]\w+)", path.read_text(encoding="utf-8")):
            if not name.endswith(("Args", "ArgsDict")):
                yield f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"


def test_each_type_of_resource_is_in_a_recorded_state() -> None:
    held = {each["type"] for _, _, state in recorded() for each in state["deployment"]["resources"]}
    dynamic, aws = set(dynamic_types()), set(aws_types())
    assert min(len(dynamic), len(aws)) > 10, "the declarations were found"
    assert (dynamic | aws) - held == set()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_recorded_state_holds_no_secret_and_no_path_of_a_machine(path: Path) -> None:
    text, tenant = path.read_text(), default_tenant()
    assert [secret for secret in (*tenant.secrets(), tenant.minted_prefix) if secret in text] == []
    assert re.findall(r'"ciphertext"|"/(?:home|root|tmp|Users|work)/|127\.0\.0\.1:\d+', text) == []


def test_the_address_of_a_sandbox_is_left_out() -> None:
    assert scrubbed({"body": 'URL: "http://127.0.0.1:4613/visionone"'}) == {"body": 'URL: "http://sandbox/visionone"'}


def test_a_secret_keeps_its_form_and_loses_its_value() -> None:
    value = {"mark": SECRET, "plaintext": json.dumps({"token": "t0p", "empty": "", "list": ["s3cret"]})}
    hidden = scrubbed({"created": "today", "outputs": [value]})
    assert hidden == {
        "outputs": [{**value, "plaintext": json.dumps({"token": "hidden", "empty": "", "list": ["hidden"]})}]
    }
