"""All that stands at Trend and in AWS, and what the stack knows of it, so that two deployments can be compared."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.e2e.inventory import aws_inventory
from tests.e2e.pulumi_cli import SandboxStack

# Drawn anew for each deployment: ids and the ends of names, as AWS and Pulumi draw them.
_DRAWN = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a CloudFormation stack
    r"|-[0-9A-Za-z]{12}\b"  # what a CloudFormation stack made
    r"|(?<=-token)-[0-9A-Za-z]{6}\b"  # a secret
    r"|(?<=[a-z]-)[0-9a-f]{7}\b"  # what Pulumi named
)
_TIMES = frozenset(
    {"lastSyncTime", "created", "lastModified", "createdDateTime", "updatedDateTime", "lastSyncedDateTime"}
)

_OF_THE_MOMENT = frozenset({"visionOneKeyIssued"})
"""Outputs that are another with each deployment."""


def links(stack: SandboxStack) -> list[dict[str, Any]]:
    """Return what links the account at Trend; times aside, which a change that is taken back moves on."""
    state = stack.sandbox.trend.state()
    wires = [link.wire() for link in (*state.connectors, *state.cloud_accounts)]
    wires += [account.model_dump(mode="json", by_alias=True) for account in state.vision_one_accounts]
    return [{name: value for name, value in wire.items() if name not in _TIMES} for wire in wires]


def world(stack: SandboxStack) -> dict[str, Any]:
    """Return what stands outside of Pulumi, by kind."""
    return {"aws": aws_inventory(stack.sandbox), "roles": _roles(stack), "links": links(stack)}


def snapshot(stack: SandboxStack) -> str:
    """Return all that stands, as text without what is drawn anew for each deployment."""
    outputs = {name: value for name, value in stack.outputs().items() if name not in _OF_THE_MOMENT}
    whole = json.dumps({**world(stack), "outputs": outputs, "state": _known(stack)}, sort_keys=True, indent=1)
    for number, connector in enumerate(stack.sandbox.trend.state().connectors):
        # Trend counts its connectors: one that was made at a second try has the next number.
        # It stands at Trend as a number, in the state as a text, and within the text that the health check was given.
        whole = re.sub(rf'(?<="ID": ){connector.id}\b|\\*"{connector.id}\\*"', f'"connector {number}"', whole)
    return _DRAWN.sub("*", whole.replace("UPDATE_COMPLETE", "CREATE_COMPLETE"))


def _roles(stack: SandboxStack) -> dict[str, Any]:
    iam = stack.sandbox.aws("iam")
    found = {}
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        found[name] = {
            "trust": role["AssumeRolePolicyDocument"],
            "tags": iam.list_role_tags(RoleName=name)["Tags"],
            "policies": [
                iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
            ],
        }
    return found


def _known(stack: SandboxStack) -> list[dict[str, Any]]:
    """Return what Pulumi's state knows: which resources, from which inputs."""
    return [
        {"urn": each["urn"], "inputs": _without_provider(each.get("inputs") or {})}
        for each in sorted(state(stack)["resources"], key=lambda each: str(each["urn"]))
        if not each["type"].startswith("pulumi:")
    ]


def _without_provider(inputs: dict[str, Any]) -> dict[str, Any]:
    # Ciphertexts differ each time; the provider's class is the program's matter. The snapshot's list of names that
    # Trend's stack has had only grows, and so does how often Vision One's was made from another link.
    left_out = ("__provider", "stacks", "round")
    return {name: value for name, value in inputs.items() if name not in left_out and "ciphertext" not in str(value)}


def state(stack: SandboxStack) -> dict[str, Any]:
    """Return what Pulumi's state holds: resources, and operations of which it does not know the end."""
    deployment = json.loads(stack.succeed("stack", "export"))["deployment"]
    return {name: deployment.get(name) for name in ("resources", "pending_operations")}


def known_links(stack: SandboxStack) -> dict[str, Any]:
    """Return what the state knows of the links, by kind."""
    kinds = {"Connector": "connector", "CloudAccount": "cloud account"}
    known = {}
    for each in state(stack)["resources"] or []:
        if kind := kinds.get(each["type"].rpartition("/trend:")[2]):
            outputs = {name: value for name, value in each["outputs"].items() if name != "__provider"}
            known[kind] = (each["urn"], each["id"], outputs)
    return known


def assert_one_of_each(stack: SandboxStack) -> None:
    """Make sure that exactly one of everything stands, and that it is what the stack knows."""
    aws, outputs = aws_inventory(stack.sandbox), stack.outputs()
    ours = [role for role in aws["roles"] if role.startswith("workload-security-")]
    assert [f"arn:aws:iam::{stack.sandbox.account}:role/{role}" for role in ours] == [
        outputs["workloadSecurityRoleArn"]
    ]
    assert [len(aws["roles"][role]) for role in ours] == [1]
    assert [bucket for bucket in aws["buckets"] if bucket.startswith("trail-bucket-")] == [outputs["trailBucketName"]]
    assert len(aws["stacks"]) == 2, aws["stacks"]
    state = stack.sandbox.trend.state()
    assert [len(state.connectors), len(state.cloud_accounts)] == [1, 1]
