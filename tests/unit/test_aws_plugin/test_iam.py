"""What is IAM's own in the AWS plugin: policies by meaning, drift, roles in use, failures."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import READ_ROLE, ROLE, ROLE_POLICY, TRUST, Failed, PluginEngine, policy

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def role(engine: PluginEngine) -> Any:
    return engine.resource(ROLE, "role").create({"assumeRolePolicy": TRUST})


def test_a_role_is_read_with_each_of_its_inline_policies(engine: PluginEngine, role: Any, live: Any) -> None:
    live("iam").put_role_policy(RoleName=role.id, PolicyName="p", PolicyDocument=policy("s3:*"))
    assert engine.calls_of(role.refresh) == ["GetRole", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies"]
    assert [item["name"] for item in role.outputs["inlinePolicies"]] == ["p"]
    assert role.changes({"assumeRolePolicy": TRUST}) == {}


@pytest.mark.parametrize("same", ["list", "order", "account"])
def test_a_trust_policy_of_the_same_meaning_is_no_change(engine: PluginEngine, role: Any, same: str) -> None:
    document = json.loads(TRUST)
    statement = document["Statement"][0]
    if same == "list":
        statement["Action"] = statement["Action"][0]
    elif same == "order":
        document = {"Statement": [dict(reversed(list(statement.items())))], "Version": "2012-10-17"}
    else:
        statement["Principal"] = {"AWS": ["147995105371"]}
    assert role.changes({"assumeRolePolicy": json.dumps(document)}) == {}
    assert role.changes({"assumeRolePolicy": TRUST.replace("abc", "xyz")}) == {"assumeRolePolicy": "UPDATE"}


def test_drift_of_a_role_is_seen_by_refresh_and_put_right_by_update(engine: PluginEngine, role: Any, live: Any) -> None:
    live("iam").update_assume_role_policy(RoleName=role.id, PolicyDocument=TRUST.replace("abc", "stolen"))
    live("iam").tag_role(RoleName=role.id, Tags=[{"Key": "foreign", "Value": "1"}])
    assert role.changes({"assumeRolePolicy": TRUST}) == {}
    assert role.refresh()
    assert "stolen" in role.inputs["assumeRolePolicy"]
    changes = role.changes({"assumeRolePolicy": TRUST})
    assert changes == {"assumeRolePolicy": "UPDATE", "tags": "DELETE", "tagsAll.foreign": "DELETE"}
    role.update({"assumeRolePolicy": TRUST})
    assert live("iam").list_role_tags(RoleName=role.id)["Tags"] == []
    assert role.changes({"assumeRolePolicy": TRUST}) == {}


def test_a_role_in_use_is_stripped_only_if_forced_or_known_to_the_state(engine: PluginEngine, live: Any) -> None:
    role = engine.resource(ROLE).create({"assumeRolePolicy": TRUST})
    managed = live("iam").create_policy(PolicyName="managed", PolicyDocument=policy("s3:Get*"))["Policy"]["Arn"]
    live("iam").attach_role_policy(RoleName=role.id, PolicyArn=managed)
    live("iam").create_instance_profile(InstanceProfileName="profile")
    live("iam").add_role_to_instance_profile(InstanceProfileName="profile", RoleName=role.id)
    with pytest.raises(Failed, match=r"deleting IAM Role .*DeleteConflict"):
        role.delete()
    assert role.refresh()
    assert engine.calls_of(role.delete) == [
        "ListInstanceProfilesForRole",
        "ListAttachedRolePolicies",
        "DetachRolePolicy",
        "DeleteRole",
    ]
    assert not role.refresh()


def test_a_principal_that_is_not_known_yet_is_waited_for(engine: PluginEngine) -> None:
    engine.refuse("iam", "CreateRole", "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"x"', times=2)
    role = engine.resource(ROLE)
    calls = engine.calls_of(lambda: role.create({"assumeRolePolicy": TRUST}))
    assert calls[:4] == ["CreateRole", "CreateRole", "CreateRole", "GetRole"]


def test_a_name_that_is_taken_fails_at_once_in_one_line(engine: PluginEngine) -> None:
    engine.resource(ROLE).create({"assumeRolePolicy": TRUST, "name": "mine"})
    engine.calls.clear()
    with pytest.raises(Failed) as failed:
        engine.resource(ROLE).create({"assumeRolePolicy": TRUST, "name": "mine"})
    assert str(failed.value).startswith("creating IAM Role (mine): EntityAlreadyExists: ")
    assert failed.value.kept is None
    assert engine.calls == ["CreateRole"]


def test_an_inline_policy_is_compared_by_meaning_and_read_as_it_is(engine: PluginEngine, role: Any, live: Any) -> None:
    inline = engine.resource(ROLE_POLICY).create({"role": role.id, "policy": policy("s3:Get*")})
    assert inline.id == f"{role.id}:{inline.outputs['name']}"
    assert inline.outputs["policy"].startswith('{"Version":')
    same = {"role": role.id, "policy": policy(["s3:Get*"])}
    assert inline.changes(same) == {}
    live("iam").put_role_policy(RoleName=role.id, PolicyName=inline.outputs["name"], PolicyDocument=policy("*"))
    assert inline.refresh()
    assert inline.changes(same) == {"policy": "UPDATE"}


def test_a_boundary_that_is_left_out_is_deleted(engine: PluginEngine) -> None:
    role = engine.resource(ROLE).create({"assumeRolePolicy": TRUST, "permissionsBoundary": READ_ONLY})
    calls = engine.calls_of(lambda: role.update({"assumeRolePolicy": TRUST}))
    assert calls == ["DeleteRolePermissionsBoundary", *READ_ROLE]
