"""What stands after an update that worked, worked out from the settings alone, and what is left after a destroy."""

from __future__ import annotations

import json
from typing import Any

from components.steps.workload_security import READ_ACTIONS
from tests.e2e.model import EXTERNAL_ID, Model
from tests.e2e.pulumi_cli import SandboxStack
from tests.e2e.standing import links, state, world
from tests.e2e.subscribers import BUCKET

LINKS = ("connector", "cloud account")
_ROLE_FIELDS = ("crossAccountRoleArn", "roleARN")


def links_of(stack: SandboxStack, account: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the links of an AWS account, the sandbox's own if none is named, by kind."""
    account = account or stack.sandbox.account
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in LINKS}
    for wire in links(stack):
        if wire.get("accountId", wire.get("id")) == account:
            found["connector" if "accountId" in wire else "cloud account"].append(wire)
    return found


def role_of(link: dict[str, Any]) -> str:
    """Return the role that a link points at."""
    return next(str(link[name]) for name in _ROLE_FIELDS if name in link)


def assert_world_is(stack: SandboxStack, model: Model, before: dict[str, Any]) -> None:
    """Compare Trend and AWS with the settings, and with what stood before; the outputs name what is drawn anew."""
    settings, outputs, now = model.settings, stack.outputs(), world(stack)
    aws, earlier = now["aws"], before["aws"]
    account, name = stack.sandbox.account, settings.get("stackName", "CloudOne")
    (mark,) = (each["id"] for each in state(stack)["resources"] if each["type"].endswith("trend:Deployment"))
    own_tags = {"trend-onboarding:stack": f"trend-onboarding/{stack.name}", "trend-onboarding:deployment": mark}
    tags = {**settings.get("tags", {}), **own_tags}

    described = f"Onboarded by the Pulumi stack trend-onboarding/{stack.name}"
    linked = links_of(stack)
    assert [{key: link[key] for key in ("displayName", "crossAccountRoleArn")} for link in linked["connector"]] == [
        {"displayName": f"AWS {account}", "crossAccountRoleArn": outputs["workloadSecurityRoleArn"]}
    ]
    assert [{key: link[key] for key in ("alias", "description", "roleARN")} for link in linked["cloud account"]] == [
        {"alias": f"AWS {account}", "description": described, "roleARN": outputs["cloudOneRoleArn"]}
    ]
    assert outputs["workloadSecurityConnectorId"] == str(linked["connector"][0]["ID"]) or model.unlinked

    made = {role: item for role, item in now["roles"].items() if role not in before["roles"]}
    reader = outputs["workloadSecurityRoleArn"].rpartition("/")[2]
    manager = outputs["cloudOneRoleArn"].rpartition("/")[2]
    (forwarding,) = set(made) - {reader, manager}
    assert forwarding.startswith(f"{name}-ForwarderRole-")
    assert {role: now["roles"][role] for role in before["roles"]} == before["roles"]
    assert made[reader]["trust"]["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    assert [policy["Statement"][0]["Action"] for policy in made[reader]["policies"]] == [list(READ_ACTIONS)]
    assert {each["Key"]: each["Value"] for each in made[reader]["tags"]} == {"ManagedBy": "pulumi", **tags}
    role = stack.sandbox.aws("iam").get_role(RoleName=reader)["Role"]
    assert role["Path"] == settings.get("rolePath", "/")
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    assert boundary == settings.get("permissionsBoundary")

    assert set(aws["stacks"]) - set(earlier["stacks"]) == {name, f"{name}-Account"}
    assert all(status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") for status in aws["stacks"].values())
    assert len(aws["oidc providers"]) == len(earlier["oidc providers"]) + 1
    assert len(aws["secrets"]) == len(earlier["secrets"]) + 1

    new = settings.get("createNewTrail", False)
    assert set(aws["trails"]) - set(earlier["trails"]) == ({f"trend-onboarding-{stack.name}"} if new else set())
    assert outputs["trailBucketName"] in set(aws["buckets"]) - set(earlier["buckets"]) if new else True
    forwarder = {
        "LambdaFunctionArn": f"arn:aws:lambda:us-east-1:{account}:function:{name}-ct-forwarder",
        "Events": ["s3:ObjectCreated:*"],
    }
    for bucket, notified in aws["buckets"].items():
        theirs = model.others if bucket == BUCKET else earlier["buckets"].get(bucket, {})
        _assert_notified(notified, theirs, forwarder if bucket == outputs["trailBucketName"] else None)


def _assert_notified(live: dict[str, Any], others: dict[str, Any], ours: dict[str, Any] | None) -> None:
    """Compare a bucket's notifications, in any order, with those of others and the forwarder's."""
    found, wanted = _entries(live), _entries(others)
    vendors = [entry for entry in found if entry not in wanted]
    assert sorted(entry for entry in found if entry in wanted) == sorted(wanted), live
    assert [{name: json.loads(text)[name] for name in ("LambdaFunctionArn", "Events")} for _, text in vendors] == (
        [ours] if ours else []
    ), live


def _entries(configuration: dict[str, Any]) -> list[tuple[str, str]]:
    listed = {kind: value if isinstance(value, list) else [value] for kind, value in configuration.items()}
    return [(kind, json.dumps(entry, sort_keys=True)) for kind, value in listed.items() for entry in value]


def assert_only_buckets_are_left(stack: SandboxStack, model: Model, before: dict[str, Any]) -> None:
    """Compare AWS with what stood before the stack; a trail's bucket may have been kept, without a notification."""
    now = world(stack)
    kept = {name: item for name, item in now["aws"]["buckets"].items() if name not in before["aws"]["buckets"]}
    assert model.may_keep_buckets or kept == {}
    assert all(name.startswith("trail-bucket-") and item == {} for name, item in kept.items()), kept
    notified = now["aws"]["buckets"].pop(BUCKET)
    _assert_notified(notified, model.others, None)
    earlier = {name: item for name, item in before["aws"]["buckets"].items() if name != BUCKET}
    assert {**now["aws"], "buckets": {**earlier, **kept}} == {**before["aws"], "buckets": now["aws"]["buckets"]}
    assert now["roles"] == before["roles"]
