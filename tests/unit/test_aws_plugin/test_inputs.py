"""Check of the AWS plugin: what it refuses, and what it adds."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.pulumi.aws.catalog import resource_for, tokens
from sandbox.pulumi.aws.schema import schema_of
from sandbox.pulumi.wire import UNKNOWN
from tests.unit.test_aws_plugin.driver import BUCKET, PART, ROLE, STACK, TRAIL, TRUST, PluginEngine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize("token", tokens())
def test_every_supported_property_exists_in_the_sdk(token: str) -> None:
    traits, schema = resource_for(token).traits, schema_of(token)
    named = traits.inputs | traits.replaces | traits.computed | traits.defaults.keys() | traits.same.keys()
    assert traits.type == token
    assert named <= schema.inputs.fields.keys()
    assert schema.inputs.required <= traits.inputs
    assert traits.volatile <= schema.outputs
    assert traits.regional == ("region" in schema.inputs.fields)


def test_a_property_the_sdk_does_not_know_is_refused(engine: PluginEngine) -> None:
    _, failures = engine.resource(ROLE).check({"assumeRolePolicy": TRUST, "color": "red"})
    assert failures == {"color": "aws:iam/role:Role has no property 'color'"}


@pytest.mark.parametrize(
    ("token", "path", "news"),
    [
        (BUCKET, "acl", {"acl": "private"}),
        (STACK, "templateBody", {"templateBody": "{}"}),
        (TRAIL, "kmsKeyId", {"s3BucketName": "b", "kmsKeyId": "k"}),
        (
            PART["versioning"],
            "versioningConfiguration.mfaDelete",
            {"versioningConfiguration": {"mfaDelete": "Enabled"}},
        ),
        (PART["lifecycle"], "rules[0].transitions", {"rules": [{"id": "x", "status": "Enabled", "transitions": []}]}),
    ],
)
def test_a_property_that_is_not_implemented_is_refused_with_type_and_path(
    engine: PluginEngine, token: str, path: str, news: dict[str, Any]
) -> None:
    _, failures = engine.resource(token).check(news)
    assert failures[path] == f"the sandbox's AWS plugin does not implement property '{path}' of {token}"


def test_an_unknown_field_deep_inside_is_refused(engine: PluginEngine) -> None:
    rules = [{"id": "x", "status": "Enabled", "expiration": {"dayz": 3}}]
    _, failures = engine.resource(PART["lifecycle"]).check({"bucket": "b", "rules": rules})
    assert list(failures) == ["rules[0].expiration.dayz"]


@pytest.mark.parametrize(
    ("token", "news", "missing"),
    [
        (ROLE, {}, "assumeRolePolicy"),
        (PART["policy"], {"bucket": "b"}, "policy"),
        (PART["lifecycle"], {"bucket": "b", "rules": [{"id": "x"}]}, "rules[0].status"),
    ],
)
def test_a_missing_property_is_named(engine: PluginEngine, token: str, news: dict[str, Any], missing: str) -> None:
    assert engine.resource(token).check(news)[1] == {missing: f"Missing required property '{missing}'"}


@pytest.mark.parametrize(
    ("token", "path", "value", "expected"),
    [
        (STACK, "parameters.A", {"A": ["x"]}, "a str, got list"),
        (STACK, "parameters.A", {"A": 5}, "a str, got int"),
        (STACK, "capabilities", "one", "a list, got str"),
        (TRAIL, "isMultiRegionTrail", "true", "a bool, got str"),
        (ROLE, "maxSessionDuration", True, "a int, got bool"),
        (ROLE, "assumeRolePolicy", {"Version": "2012-10-17"}, "a str, got dict"),
        (PART["ownership"], "rule", "one", "an object, got str"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(
    engine: PluginEngine, token: str, path: str, value: Any, expected: str
) -> None:
    _, failures = engine.resource(token).check({path.split(".")[0]: value})
    assert failures[path] == f"expected {expected}"


def test_defaults_are_added_and_listed(engine: PluginEngine) -> None:
    inputs = engine.resource(ROLE).checked({"assumeRolePolicy": TRUST, "path": "/own/"})
    assert (inputs["path"], inputs["maxSessionDuration"], inputs["forceDetachPolicies"]) == ("/own/", 3600, False)
    assert inputs["__defaults"] == ["forceDetachPolicies", "maxSessionDuration", "name"]


def test_only_regional_types_get_a_region(engine: PluginEngine) -> None:
    assert "region" not in engine.resource(ROLE).checked({"assumeRolePolicy": TRUST})
    assert engine.resource(BUCKET).checked({})["region"] == "us-east-1"
    assert engine.resource(BUCKET).checked({"region": "eu-west-2"})["region"] == "eu-west-2"


def test_a_name_is_made_from_the_logical_name_and_seven_hex_digits_of_the_seed(engine: PluginEngine) -> None:
    role = engine.resource(ROLE, "Agent")
    first, same = role.checked({"assumeRolePolicy": TRUST})["name"], role.checked({"assumeRolePolicy": TRUST})["name"]
    assert first == same
    assert first.startswith("Agent-")
    assert len(first) == len("Agent-") + 7
    int(first.removeprefix("Agent-"), 16)
    assert role.check({"assumeRolePolicy": TRUST}, seed=b"other")[0]["name"] != first


def test_a_bucket_name_is_made_in_lower_case(engine: PluginEngine) -> None:
    assert engine.resource(BUCKET, "Trail").checked({})["bucket"].startswith("trail-")


def test_a_made_name_is_kept_on_update(engine: PluginEngine) -> None:
    role = engine.resource(ROLE).create({"assumeRolePolicy": TRUST})
    inputs, _ = role.check({"assumeRolePolicy": TRUST}, seed=b"another")
    assert inputs["name"] == role.id
    assert "name" in inputs["__defaults"]


def test_a_made_name_over_the_limit_is_refused_not_cut(engine: PluginEngine) -> None:
    assert engine.resource(ROLE, "r" * 56).check({"assumeRolePolicy": TRUST})[1] == {}
    _, failures = engine.resource(ROLE, "r" * 57).check({"assumeRolePolicy": TRUST})
    assert "longer than maximum length 64" in failures["name"]


def test_unknown_values_pass(engine: PluginEngine) -> None:
    inputs = engine.resource(ROLE).checked({"assumeRolePolicy": UNKNOWN, "tags": {"a": UNKNOWN}})
    assert (inputs["assumeRolePolicy"], inputs["tagsAll"]) == (UNKNOWN, {"a": UNKNOWN})
    assert engine.resource(ROLE).checked({"assumeRolePolicy": TRUST, "tags": UNKNOWN})["tagsAll"] == UNKNOWN


def test_default_tags_are_merged_and_ignored_tags_left_out(bare_engine: PluginEngine) -> None:
    bare_engine.configure(
        defaultTags={"tags": {"team": "x", "env": "dev"}}, ignoreTags={"keys": ["skip"], "keyPrefixes": ["corp:"]}
    )
    role = bare_engine.resource(ROLE)
    news = {"assumeRolePolicy": TRUST, "tags": {"env": "prod", "skip": "1", "corp:a": "2"}}
    assert role.checked(news)["tagsAll"] == {"team": "x", "env": "prod"}


def test_default_tags_reach_aws_and_make_no_difference_afterwards(bare_engine: PluginEngine) -> None:
    bare_engine.configure(defaultTags={"tags": {"team": "x"}}, ignoreTags={"keys": ["foreign"]})
    news = {"assumeRolePolicy": TRUST, "tags": {"env": "dev"}}
    role = bare_engine.resource(ROLE).create(news)
    bare_engine.provider.aws.client("iam").tag_role(RoleName=role.id, Tags=[{"Key": "foreign", "Value": "1"}])
    assert role.refresh()
    assert role.outputs["tagsAll"] == {"env": "dev", "team": "x"}
    assert role.outputs["tags"] == {"env": "dev"}
    assert role.changes(news) == {}
