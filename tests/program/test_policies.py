"""Every policy that the program writes, through AWS's own linter, and looked over for doors that are open to all."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable
from typing import Any

import pytest
from cfnlint import ManualArgs, api

from components.settings.model import NewTrail, Settings
from tests.program.deployment import deploy

# cfn-lint reads policies where CloudFormation has them: the type and property that stand for each of ours.
PLACES = {
    "trail-bucket-policy": ("policy", "AWS::S3::BucketPolicy", "PolicyDocument", {"Bucket": "a-bucket"}),
    "workload-security": ("assumeRolePolicy", "AWS::IAM::Role", "AssumeRolePolicyDocument", {}),
    "workload-security-reads": (
        "policy",
        "AWS::IAM::RolePolicy",
        "PolicyDocument",
        {"RoleName": "a-role", "PolicyName": "reads"},
    ),
}


@functools.cache
def written() -> dict[str, str]:
    """Return every policy in the inputs of what the program makes in AWS, by the name of what it belongs to."""
    engine = deploy(Settings(trail=NewTrail(), external_id="an-external-id")).engine
    policies = {}
    for each in engine.made:
        for name, value in each.inputs.items():
            if each.type.startswith("aws:") and name.lower().endswith("policy") and isinstance(value, str):
                assert PLACES[each.name][0] == name
                policies[each.name] = value.replace('"trail-bucket', '"arn:aws:s3:::trail-bucket')
    return policies


def policy(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(written()[name])
    return copy.deepcopy(document)


def complaints(name: str, document: dict[str, Any]) -> list[str]:
    """Return what the linter says of a policy, and each statement that lets everybody in."""
    _, kind, place, more = PLACES[name]
    template = {"Resources": {"Subject": {"Type": kind, "Properties": {**more, place: document}}}}
    found = api.lint(json.dumps(template), config=ManualArgs(regions=["us-east-1"], include_checks=["W", "E"]))
    return [f"{each.rule.id} {each.message}" for each in found] + [
        f"open to everybody: {statement}"
        for statement in document["Statement"]
        if statement["Effect"] == "Allow" and "*" in json.dumps(statement.get("Principal", ""))
    ]


def misspell(document: dict[str, Any]) -> None:
    document["Statement"][0]["Action"] = "s3:GetBuketAcl"


def open_up(document: dict[str, Any]) -> None:
    document["Statement"][0]["Principal"] = {"AWS": "*"}


def test_every_policy_of_the_program_has_its_place_in_the_linter() -> None:
    assert written().keys() == PLACES.keys()


@pytest.mark.parametrize("name", PLACES)
def test_the_linter_has_nothing_to_say(name: str) -> None:
    assert complaints(name, policy(name)) == []


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("spoil", [misspell, open_up])
def test_the_linter_sees_what_is_wrong(name: str, spoil: Callable[[dict[str, Any]], None]) -> None:
    document = policy(name)
    spoil(document)
    assert complaints(name, document)
