"""IAM types of the AWS plugin: calls and their order, drift, policies by meaning, deletion, failures."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.test_aws_plugin.driver import TRUST, Engine, Failed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
OIDC = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
READ_ROLE = ["GetRole", "ListRolePolicies", "ListAttachedRolePolicies"]


def policy(action: str | list[str]) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(engine: Engine) -> Any:
    return engine.resource(ROLE, "role").create({"assumeRolePolicy": TRUST})


def managed_policy(live: Any, name: str = "managed") -> str:
    arn: str = live("iam").create_policy(PolicyName=name, PolicyDocument=policy("s3:Get*"))["Policy"]["Arn"]
    return arn


def test_a_role_is_made_with_its_tags_and_read_back(engine: Engine) -> None:
    role, news = engine.resource(ROLE), {"assumeRolePolicy": TRUST, "tags": {"a": "b"}}
    assert engine.calls_of(lambda: role.create(news)) == ["CreateRole", *READ_ROLE]
    assert dict(engine.requests)["CreateRole"]["Tags"] == [{"Key": "a", "Value": "b"}]
    assert role.id == role.outputs["name"]
    assert role.outputs["arn"] == f"arn:aws:iam::123456789012:role/{role.id}"
    assert role.outputs["createDate"].endswith("Z")
    assert role.changes(news) == {}


def test_a_role_is_read_with_each_of_its_inline_policies(engine: Engine, role: Any, live: Any) -> None:
    live("iam").put_role_policy(RoleName=role.id, PolicyName="p", PolicyDocument=policy("s3:*"))
    assert engine.calls_of(role.refresh) == ["GetRole", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies"]
    assert [item["name"] for item in role.outputs["inlinePolicies"]] == ["p"]
    assert role.changes({"assumeRolePolicy": TRUST}) == {}


def test_a_role_is_changed_in_the_providers_order(engine: Engine, live: Any) -> None:
    role = engine.resource(ROLE).create({"assumeRolePolicy": TRUST, "tags": {"old": "1"}})
    news = {
        "assumeRolePolicy": TRUST.replace("abc", "xyz"),
        "description": "new",
        "maxSessionDuration": 7200,
        "permissionsBoundary": managed_policy(live),
        "tags": {"new": "1"},
    }
    assert engine.calls_of(lambda: role.update(news)) == [
        "UntagRole",
        "TagRole",
        "UpdateAssumeRolePolicy",
        "UpdateRoleDescription",
        "UpdateRole",
        "PutRolePermissionsBoundary",
        *READ_ROLE,
    ]
    assert role.changes(news) == {}
    news.pop("permissionsBoundary")
    assert engine.calls_of(lambda: role.update(news)) == ["DeleteRolePermissionsBoundary", *READ_ROLE]


@pytest.mark.parametrize("same", ["list", "order", "account"])
def test_a_trust_policy_of_the_same_meaning_is_no_change(engine: Engine, role: Any, same: str) -> None:
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


def test_drift_of_a_role_is_seen_by_refresh_and_put_right_by_update(engine: Engine, role: Any, live: Any) -> None:
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


def test_a_role_that_was_deleted_elsewhere_is_gone(engine: Engine, role: Any, live: Any) -> None:
    live("iam").delete_role(RoleName=role.id)
    assert engine.calls_of(role.refresh) == ["GetRole"]
    assert not role.refresh()
    role.delete()


def test_a_role_in_use_is_stripped_only_if_forced_or_known_to_the_state(engine: Engine, live: Any) -> None:
    role = engine.resource(ROLE).create({"assumeRolePolicy": TRUST})
    live("iam").attach_role_policy(RoleName=role.id, PolicyArn=managed_policy(live))
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


def test_a_name_of_the_users_makes_a_replacement_delete_first(engine: Engine) -> None:
    made = engine.resource(ROLE).create({"assumeRolePolicy": TRUST})
    assert made.replaced({"assumeRolePolicy": TRUST, "path": "/new/"}) == (["path"], False)
    named = engine.resource(ROLE).create({"assumeRolePolicy": TRUST, "name": "mine"})
    assert named.replaced({"assumeRolePolicy": TRUST, "name": "mine", "path": "/new/"}) == (["path"], True)


def test_a_principal_that_is_not_known_yet_is_waited_for(engine: Engine) -> None:
    engine.refuse("iam", "CreateRole", "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"x"', times=2)
    role = engine.resource(ROLE)
    calls = engine.calls_of(lambda: role.create({"assumeRolePolicy": TRUST}))
    assert calls[:4] == ["CreateRole", "CreateRole", "CreateRole", "GetRole"]


def test_a_name_that_is_taken_fails_at_once_in_one_line(engine: Engine) -> None:
    engine.resource(ROLE).create({"assumeRolePolicy": TRUST, "name": "mine"})
    engine.calls.clear()
    with pytest.raises(Failed) as failed:
        engine.resource(ROLE).create({"assumeRolePolicy": TRUST, "name": "mine"})
    assert str(failed.value).startswith("creating IAM Role (mine): EntityAlreadyExists: ")
    assert failed.value.kept is None
    assert engine.calls == ["CreateRole"]


def test_access_denied_is_never_taken_for_gone(engine: Engine, role: Any) -> None:
    engine.refuse("iam", "GetRole", "AccessDenied", "User is not authorized to perform: iam:GetRole")
    with pytest.raises(Failed, match=r"reading IAM Role .*AccessDenied"):
        role.refresh()


def test_a_read_that_fails_after_create_keeps_the_role_with_the_reason(engine: Engine) -> None:
    engine.refuse("iam", "GetRole", "AccessDenied", "User is not authorized to perform: iam:GetRole")
    with pytest.raises(Failed) as failed:
        engine.resource(ROLE).create({"assumeRolePolicy": TRUST, "name": "mine"})
    assert failed.value.kept
    assert failed.value.kept.id == "mine"
    assert "AccessDenied" in failed.value.kept.reasons[0]


def test_an_update_that_fails_keeps_the_role_with_the_reason(engine: Engine, role: Any) -> None:
    engine.refuse("iam", "UpdateRole", "AccessDenied", "User is not authorized to perform: iam:UpdateRole")
    with pytest.raises(Failed) as failed:
        role.update({"assumeRolePolicy": TRUST, "maxSessionDuration": 7200})
    assert failed.value.kept
    assert failed.value.kept.id == role.id


def test_an_inline_policy_lives_and_is_compared_by_meaning(engine: Engine, role: Any, live: Any) -> None:
    inline, news = engine.resource(ROLE_POLICY), {"role": role.id, "policy": policy("s3:Get*")}
    assert engine.calls_of(lambda: inline.create(news)) == ["PutRolePolicy", "GetRolePolicy", "GetRolePolicy"]
    assert inline.id == f"{role.id}:{inline.outputs['name']}"
    assert inline.outputs["policy"].startswith('{"Version":')
    assert inline.changes({"role": role.id, "policy": policy(["s3:Get*"])}) == {}
    news["policy"] = policy("s3:List*")
    assert inline.changes(news) == {"policy": "UPDATE"}
    assert engine.calls_of(lambda: inline.update(news)) == ["PutRolePolicy", "GetRolePolicy"]
    name = inline.outputs["name"]
    live("iam").put_role_policy(RoleName=role.id, PolicyName=name, PolicyDocument=policy("*"))
    assert inline.refresh()
    assert inline.changes(news) == {"policy": "UPDATE"}
    assert engine.calls_of(inline.delete) == ["DeleteRolePolicy"]
    assert not inline.refresh()
    inline.delete()


def test_an_attachment_lives_and_is_replaced_by_deleting_first(engine: Engine, role: Any, live: Any) -> None:
    first, second = managed_policy(live, "one"), managed_policy(live, "two")
    attachment, news = engine.resource(ATTACHMENT), {"role": role.id, "policyArn": first}
    assert engine.calls_of(lambda: attachment.create(news)) == ["AttachRolePolicy", "ListAttachedRolePolicies"]
    assert attachment.id == f"{role.id}/{first}"
    assert attachment.changes(news) == {}
    assert attachment.replaced({"role": role.id, "policyArn": second}) == (["policyArn"], True)
    assert attachment.changes({"role": role.id, "policyArn": second}) == {"policyArn": "UPDATE_REPLACE"}
    live("iam").detach_role_policy(RoleName=role.id, PolicyArn=first)
    assert not attachment.refresh()
    attachment.delete()
    with pytest.raises(Failed, match="doesn't support update"):
        attachment.update(news)


def test_an_identity_provider_lives(engine: Engine, live: Any) -> None:
    provider = engine.resource(OIDC)
    news = {"url": "https://issuer.example.com/x", "clientIdLists": ["b", "a"], "tags": {"a": "b"}}
    calls = ["CreateOpenIDConnectProvider", "GetOpenIDConnectProvider"]
    assert engine.calls_of(lambda: provider.create(news)) == calls
    assert provider.id == provider.outputs["arn"]
    assert provider.outputs["url"] == "issuer.example.com/x"
    assert provider.changes(news) == {}
    assert provider.refresh()
    assert (provider.inputs["url"], provider.inputs["clientIdLists"]) == (news["url"], ["b", "a"])
    news |= {"thumbprintLists": ["990f4193972f2becf12ddeda5237f9c952f20d9e"], "tags": {}}
    assert engine.calls_of(lambda: provider.update(news)) == [
        "UntagOpenIDConnectProvider",
        "UpdateOpenIDConnectProviderThumbprint",
        "GetOpenIDConnectProvider",
    ]
    assert provider.changes({**news, "thumbprintLists": []}) == {}
    assert provider.replaced({**news, "url": "https://other.example.com"}) == (["url"], False)
    live("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=provider.id)
    assert not provider.refresh()
    assert engine.calls_of(provider.delete) == ["DeleteOpenIDConnectProvider"]


def test_client_ids_are_added_before_others_are_removed(engine: Engine) -> None:
    provider = engine.resource(OIDC).create({"url": "https://issuer.example.com", "clientIdLists": ["a", "b"]})
    # moto implements neither call.
    reply = {"ResponseMetadata": {}}
    engine.answer("iam", "AddClientIDToOpenIDConnectProvider", reply)
    engine.answer("iam", "RemoveClientIDFromOpenIDConnectProvider", reply)
    news = {"url": "https://issuer.example.com", "clientIdLists": ["a", "c"]}
    assert provider.changes(news) == {"clientIdLists[1]": "UPDATE"}
    assert engine.calls_of(lambda: provider.update(news)) == [
        "AddClientIDToOpenIDConnectProvider",
        "RemoveClientIDFromOpenIDConnectProvider",
        "GetOpenIDConnectProvider",
    ]


def test_a_call_that_moto_lacks_is_told_in_one_line(engine: Engine) -> None:
    provider = engine.resource(OIDC).create({"url": "https://issuer.example.com", "clientIdLists": ["a"]})
    with pytest.raises(Failed, match=r"updating IAM OIDC Provider .*may not be implemented there"):
        provider.update({"url": "https://issuer.example.com", "clientIdLists": ["b"]})
