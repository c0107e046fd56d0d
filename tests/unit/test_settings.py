"""The rules of the settings: what is accepted as what, and what is refused in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.refusal import Refusal
from components.settings.configuration import SettingsError, parse_settings
from components.settings.model import SETTINGS, ExistingTrail, HostedTemplates, NewTrail, Settings
from components.settings.scope import Scope
from tests.unit.settings_problems import problems

NEW_TRAIL = {"createNewTrail": "true"}
NO_TRAIL = {"cloudTrail": "false"}
TENANT = {"scope": "tenant"}
BOUNDARY = "arn:aws:iam::012345678901:policy/guard/rails"


def test_without_anything_but_a_trail_the_defaults_hold() -> None:
    assert parse_settings(NEW_TRAIL, {}) == Settings(
        trail=NewTrail(on_destroy="keep", retention_days=365),
        templates=None,
        stack_name="CloudOne",
        enroll=False,
        external_id=None,
        adopt=False,
        permissions_boundary=None,
        role_path=None,
        tags={},
        scope=Scope.ALL,
    )


ACCEPTED: list[tuple[dict[str, str], str, Any]] = [
    ({"createNewTrail": "true"}, "trail", NewTrail("keep", 365)),
    ({"createNewTrail": "true", "existingCloudtrailBucketName": ""}, "trail", NewTrail()),
    ({"existingCloudtrailBucketName": "a-bucket.of-1"}, "trail", ExistingTrail("a-bucket.of-1")),
    ({"createNewTrail": "false", "existingCloudtrailBucketName": "abc"}, "trail", ExistingTrail("abc")),
    (NEW_TRAIL | {"trailBucketOnDestroy": "delete"}, "trail", NewTrail(on_destroy="delete")),
    (NEW_TRAIL | {"trailLogRetentionDays": "0"}, "trail", NewTrail(retention_days=0)),
    (NEW_TRAIL | {"trailLogRetentionDays": "36500"}, "trail", NewTrail(retention_days=36500)),
    (NEW_TRAIL | {"qsS3BucketName": "cloudone-community", "qsS3KeyPrefix": ""}, "templates", None),
    (NEW_TRAIL | {"qsS3BucketName": "Ours-1"}, "templates", HostedTemplates("Ours-1", "")),
    (NEW_TRAIL | {"qsS3KeyPrefix": "a/b-1.2"}, "templates", HostedTemplates("cloudone-community", "a/b-1.2/")),
    (NEW_TRAIL | {"qsS3KeyPrefix": "a/"}, "templates", HostedTemplates("cloudone-community", "a/")),
    (NEW_TRAIL | {"stackName": "Trend-12"}, "stack_name", "Trend-12"),
    (NEW_TRAIL | {"stackName": "T"}, "stack_name", "T"),
    (NEW_TRAIL | {"externalId": "urn:a/b-c+d=e,f.g@h_1"}, "external_id", "urn:a/b-c+d=e,f.g@h_1"),
    (NEW_TRAIL | {"externalId": ""}, "external_id", None),
    (NEW_TRAIL | {"adopt": "true"}, "adopt", True),
    (NEW_TRAIL | {"permissionsBoundary": BOUNDARY}, "permissions_boundary", BOUNDARY),
    (NEW_TRAIL | {"permissionsBoundary": BOUNDARY.replace("aws:iam", "aws-cn:iam")}, "permissions_boundary",
     BOUNDARY.replace("aws:iam", "aws-cn:iam")),
    (NEW_TRAIL | {"permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, "permissions_boundary",
     "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    (NEW_TRAIL | {"permissionsBoundary": ""}, "permissions_boundary", None),
    (NEW_TRAIL | {"rolePath": "/a/b/"}, "role_path", "/a/b/"),
    (NEW_TRAIL | {"rolePath": "/"}, "role_path", "/"),
    (NEW_TRAIL | {"rolePath": ""}, "role_path", None),
    (NEW_TRAIL | {"tags": '{"team": "blue", "costCenter": 1234, "on": true}'}, "tags",
     {"team": "blue", "costCenter": "1234", "on": "true"}),
    (NEW_TRAIL | {"tags": ""}, "tags", {}),
    (NEW_TRAIL | {"visionOneServiceToken": "SENTINEL"}, "enroll", True),
    (NEW_TRAIL | {"visionOneServiceToken": ""}, "enroll", False),
    (NEW_TRAIL | {"endpoints": '{"workload": "https://x.example", "visionone": "http://[::1]:1/a"}'}, "adopt", False),
    (NEW_TRAIL | {"endpointsConfirmed": "Proxy.example, 10.0.0.1"}, "endpoints_confirmed",
     ("proxy.example", "10.0.0.1")),
    (NEW_TRAIL | {"endpointsConfirmed": '["proxy.example", "::1"]'}, "endpoints_confirmed", ("proxy.example", "::1")),
    (NEW_TRAIL | {"endpointsConfirmed": ""}, "endpoints_confirmed", ()),
    (NEW_TRAIL | {"regionMap": '{"zz-9": "us-gov-west-1", "trend-eu-1": "cn-north-1"}'}, "adopt", False),
    (NEW_TRAIL | {"scope": "all", "cloudTrail": "true"}, "scope", Scope.ALL),
    (NEW_TRAIL | {"scope": "account"}, "scope", Scope.ACCOUNT),
    (NO_TRAIL, "trail", None),
    (NO_TRAIL | {"createNewTrail": "false", "existingCloudtrailBucketName": ""}, "trail", None),
    (NO_TRAIL | {"scope": "account", "adopt": "true", "stackName": "T"}, "trail", None),
    (TENANT, "trail", None),
    (TENANT, "scope", Scope.TENANT),
    (TENANT | {"visionOneServiceToken": "SENTINEL"}, "enroll", True),
    (TENANT | {"regionMap": '{"zz-9": "us-west-2"}', "endpointsConfirmed": "a.example"}, "endpoints_confirmed",
     ("a.example",)),
]  # fmt: skip


@pytest.mark.parametrize(("configuration", "field", "value"), ACCEPTED)
def test_a_setting_is_accepted_as(configuration: dict[str, str], field: str, value: Any) -> None:
    assert getattr(parse_settings(configuration, {}), field) == value


REFUSED: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({}, ("existingCloudtrailBucketName is missing", "createNewTrail to true")),
    ({"existingCloudtrailBucketName": ""}, ("existingCloudtrailBucketName is missing",)),
    (NEW_TRAIL | {"existingCloudtrailBucketName": "a-bucket"},
     ("existingCloudtrailBucketName: 'a-bucket'", "together with createNewTrail true")),
    ({"existingCloudtrailBucketName": "A_B"}, ("existingCloudtrailBucketName: 'A_B' is not a bucket name",)),
    ({"createNewTrail": "maybe"}, ("createNewTrail: 'maybe' is neither true nor false",)),
    (NEW_TRAIL | {"trailBucketOnDestroy": "burn"}, ("trailBucketOnDestroy: 'burn' is not 'keep' or 'delete'",)),
    (NEW_TRAIL | {"trailLogRetentionDays": "-1"}, ("trailLogRetentionDays: '-1'", "whole number from 0 to 36500")),
    (NEW_TRAIL | {"trailLogRetentionDays": "36501"}, ("trailLogRetentionDays: '36501'",)),
    (NEW_TRAIL | {"trailLogRetentionDays": "1.5"}, ("trailLogRetentionDays: '1.5'", "whole number")),
    (NEW_TRAIL | {"qsS3BucketName": "a_b"}, ("qsS3BucketName: 'a_b' is not made of digits, letters",)),
    (NEW_TRAIL | {"qsS3BucketName": "a.b"}, ("qsS3BucketName: 'a.b'",)),
    (NEW_TRAIL | {"qsS3BucketName": "-ab"}, ("qsS3BucketName: '-ab'",)),
    (NEW_TRAIL | {"qsS3BucketName": ""}, ("qsS3BucketName: ''",)),
    (NEW_TRAIL | {"qsS3BucketName": "évil"}, ("qsS3BucketName: 'évil'",)),
    (NEW_TRAIL | {"qsS3KeyPrefix": "a b"}, ("qsS3KeyPrefix: 'a b' is not made of digits, letters, - . and /",)),
    (NEW_TRAIL | {"qsS3KeyPrefix": "a?b"}, ("qsS3KeyPrefix: 'a?b'",)),
    (NEW_TRAIL | {"stackName": "CloudOneX"}, ("stackName: 'CloudOneX' is not a letter and at most 7 more",)),
    (NEW_TRAIL | {"stackName": "1Cloud"}, ("stackName: '1Cloud'",)),
    (NEW_TRAIL | {"stackName": "Cloud_1"}, ("stackName: 'Cloud_1'",)),
    (NEW_TRAIL | {"stackName": ""}, ("stackName: ''",)),
    (NEW_TRAIL | {"stackName": "Cloud\n"}, ("stackName: 'Cloud '",)),
    (NEW_TRAIL | {"externalId": "x"}, ("externalId: 'x' is not an external id",)),
    (NEW_TRAIL | {"externalId": "x" * 1225}, ("externalId: 'xxx",)),
    (NEW_TRAIL | {"externalId": "a b"}, ("externalId: 'a b'",)),
    (NEW_TRAIL | {"externalId": "ünïcode"}, ("externalId: 'ünïcode'",)),
    (NEW_TRAIL | {"adopt": "perhaps"}, ("adopt: 'perhaps' is neither true nor false",)),
    (NEW_TRAIL | {"adopt": ""}, ("adopt: ''",)),
    (NEW_TRAIL | {"permissionsBoundary": "ReadOnly"}, ("permissionsBoundary: 'ReadOnly' is not an IAM policy's ARN",)),
    (NEW_TRAIL | {"permissionsBoundary": "arn:aws:iam::012345678901:role/x"}, ("permissionsBoundary",)),
    (NEW_TRAIL | {"permissionsBoundary": "arn:aws:iam::12345678901:policy/x"}, ("permissionsBoundary",)),
    (NEW_TRAIL | {"permissionsBoundary": "arn:aws:iam::٠١٢٣٤٥٦٧٨٩٠١:policy/x"}, ("permissionsBoundary",)),
    (NEW_TRAIL | {"rolePath": "a/"}, ("rolePath: 'a/' is not an IAM path",)),
    (NEW_TRAIL | {"rolePath": "/a"}, ("rolePath: '/a'",)),
    (NEW_TRAIL | {"rolePath": "/a b/"}, ("rolePath: '/a b/'",)),
    (NEW_TRAIL | {"rolePath": "//"}, ("rolePath: '//'",)),
    (NEW_TRAIL | {"endpoints": '{"workload": "http://trend.example"}'}, ("endpoints: workload:", "use https")),
    (NEW_TRAIL | {"endpoints": '{"worklod": "https://x.example"}'}, ("endpoints: ", "did you mean workload?")),
    (NEW_TRAIL | {"endpoints": '{"workload": 7}'}, ("endpoints: workload: '7' is not an http(s) URL",)),
    (NEW_TRAIL | {"endpoints": '{"workload": "https://u:SENTINEL@x"}'}, ("endpoints: workload: ", "password")),
    (NEW_TRAIL | {"endpointsConfirmed": "https://a.example"}, ("endpointsConfirmed: 'https://a.example'", "a host")),
    (NEW_TRAIL | {"endpointsConfirmed": "a.example,,b.example"}, ("endpointsConfirmed: '' is not a host",)),
    (NEW_TRAIL | {"endpointsConfirmed": '{"a": 1}'}, ("endpointsConfirmed: ", "not a list of hosts")),
    (NEW_TRAIL | {"regionMap": '{"zz9": "us-east-1"}'}, ("regionMap: zz9: 'zz9' is not a Cloud One region",)),
    (NEW_TRAIL | {"regionMap": '{"zz-9": "us-1"}'}, ("regionMap: zz-9: 'us-1' is not an AWS region",)),
    (NEW_TRAIL | {"tags": '{"aws:x": "y"}'}, ("tags: 'aws:x' begins with aws:",)),
    ({"scope": "tenants"}, ("scope: 'tenants' is not 'tenant' or 'account' or 'all'",)),
    ({"cloudTrail": "no"}, ("cloudTrail: 'no' is neither true nor false",)),
    (NO_TRAIL | {"createNewTrail": "true"}, ("cloudTrail: with `false`, there is no trail", ": createNewTrail")),
    (NO_TRAIL | {"existingCloudtrailBucketName": "abc", "trailBucketOnDestroy": "delete", "trailLogRetentionDays": "1"},
     ("cloudTrail: ", ": existingCloudtrailBucketName, trailBucketOnDestroy, trailLogRetentionDays")),
    (TENANT | {"adopt": "true", "tags": '{"a": "b"}', "healthCheck": "warn", "qsS3KeyPrefix": "a", "stackName": "T"},
     ("scope: with `tenant`, no AWS account is linked", ": qsS3KeyPrefix, stackName, adopt, tags, healthCheck")),
    (TENANT | NEW_TRAIL | NO_TRAIL, ("scope: ", "remove what has no effect: cloudTrail, createNewTrail")),
    (NEW_TRAIL | {"stakName": "X"}, ("unknown setting `stakName`; did you mean stackName?",)),
    (NEW_TRAIL | {"cloudOneApikey": "SENTINEL"}, ("unknown setting `cloudOneApikey`; did you mean cloudOneApiKey?",)),
    (NEW_TRAIL | {"visionOneServicetoken": "SENTINEL"}, ("did you mean visionOneServiceToken?",)),
    (NEW_TRAIL | {"stack_name": "X"}, ("unknown setting `stack_name`; did you mean stackName?",)),
    (NEW_TRAIL | {"qqqqqq": "X"}, ("unknown setting `qqqqqq`",)),
    (NEW_TRAIL | {"cloudOneApiKey": "SENTINEL"}, ("cloudOneApiKey: the Cloud One API key has no `:`",)),
    (NEW_TRAIL | {"cloudOneApiKey": ":SENTINEL"}, ("cloudOneApiKey: ", "nothing before")),
    (NEW_TRAIL | {"cloudOneApiKey": "SENTINEL:"}, ("cloudOneApiKey: ", "nothing after")),
]  # fmt: skip


@pytest.mark.parametrize(("configuration", "texts"), REFUSED)
def test_a_setting_is_refused_in_one_line(configuration: dict[str, str], texts: tuple[str, ...]) -> None:
    (problem,) = problems(configuration)
    for word in texts:
        assert word in problem
    assert "SENTINEL" not in problem


@pytest.mark.parametrize("name", ["tags", "endpoints", "regionMap"])
@pytest.mark.parametrize("value", ["[]", '["a"]', "7", "true", "null", '"text"', "{broken", "text"])
def test_an_object_that_is_none_is_refused_with_the_way_to_set_one(name: str, value: str) -> None:
    (problem,) = problems(NEW_TRAIL | {name: value})
    assert problem.startswith(f"{name} is not an object")
    assert "pulumi config set --path" in problem


@pytest.mark.parametrize("name", ["endpoints", "regionMap"])
def test_all_wrong_entries_of_an_object_are_named(name: str) -> None:
    (problem,) = problems(NEW_TRAIL | {name: '{"one": "x", "workload": "y", "us-1": "z"}'})
    assert problem.count(": '") + problem.count("no service") >= 2
    assert "one: " in problem


def test_every_mistake_is_named_at_once() -> None:
    found = problems(
        {"stackName": "CloudOneX", "qsS3KeyPrefix": "a b", "tags": '{"aws:x": ""}', "typo": "1", "cloudOneApiKey": "x"},
        {"TREND_ENDPOINT_URL": "http://trend.example"},
        ["cloudOneApiKey"],
    )
    named = [problem.removeprefix("unknown setting ").partition(":")[0].split(" ")[0] for problem in found]
    assert sorted(named) == sorted(
        ["cloudOneApiKey", "cloudOneApiKey", "TREND_ENDPOINT_URL", "existingCloudtrailBucketName",
         "`typo`", "qsS3KeyPrefix", "stackName", "tags"]
    )  # fmt: skip


def with_default_tags(
    block: Any, tags: dict[str, str] | None = None, environment: dict[str, str] | None = None
) -> Settings:
    configuration = NEW_TRAIL | {"tags": json.dumps(tags or {})}
    return parse_settings(configuration, environment or {}, default_tags=block if block == "" else json.dumps(block))


def test_the_tags_of_the_aws_provider_count_as_tags_do() -> None:
    """So that a `managedBy` among them takes the place of this program's, as it does among `tags`."""
    from_environment = {"TF_AWS_DEFAULT_TAGS_stage": "test", "TF_AWS_DEFAULT_TAGS_managedBy": "nobody"}
    block = {"tags": {"managedBy": "platform", "team": "red", "costCenter": 7}}
    assert with_default_tags(block, {"team": "blue"}, from_environment).tags == {
        "stage": "test", "managedBy": "platform", "team": "blue", "costCenter": "7",
    }  # fmt: skip
    blocks: list[Any] = ["", {}, {"tags": {}}, {"tags": None}]
    for nothing in blocks:
        assert with_default_tags(nothing, {"team": "blue"}).tags == {"team": "blue"}


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (
            {"tags": {"Trend-Onboarding:stack": "x"}},
            "aws:defaultTags: 'Trend-Onboarding:stack' is a tag that this program",
        ),
        ({"tags": {"Team": "x"}}, "aws:defaultTags and tags: 'Team' is there twice but for its case"),
        ({"tags": {f"key{number}": "x" for number in range(46)}}, "aws:defaultTags and tags: 47 tags are more than"),
        ({"tags": {"key": ""}}, "aws:defaultTags: 'key' has the value ''"),
        ({"team": "x"}, "aws:defaultTags is not an object whose `tags` are one"),
        ({"tags": '{"a": "b"}'}, "aws:defaultTags is not an object whose `tags` are one"),
        ([{"tags": {"a": "b"}}], "aws:defaultTags is not an object whose `tags` are one"),
    ],
)
def test_tags_of_the_aws_provider_that_aws_or_the_provider_would_refuse_are_refused(block: Any, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        with_default_tags(block, {"team": "blue"})
    (problem,) = caught.value.problems
    assert problem.startswith(text)


def test_a_wrong_create_new_trail_brings_no_second_complaint_about_the_bucket() -> None:
    assert len(problems({"createNewTrail": "maybe", "existingCloudtrailBucketName": "a-bucket"})) == 1


def test_a_value_that_is_refused_is_not_named_a_second_time_as_one_without_effect() -> None:
    assert len(problems(NO_TRAIL | {"existingCloudtrailBucketName": "A_B"})) == 1
    assert len(problems(TENANT | {"rolePath": "a/"})) == 1


def test_tags_of_the_aws_provider_are_nothing_that_a_tenant_was_given() -> None:
    parse_settings(TENANT, {}, default_tags='{"tags": {"team": "blue"}}')


def test_the_settings_error_ends_the_program_in_one_line() -> None:
    assert issubclass(SettingsError, Refusal)


NAMES = [setting.name for setting in SETTINGS]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
).map(json.dumps)


@settings(deadline=None)
@given(configuration=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=20) | JSON, max_size=6))
def test_no_value_whatever_ends_in_anything_but_lines_that_name_their_setting(configuration: dict[str, str]) -> None:
    found: list[str] = []
    try:
        parse_settings(configuration, {})
    except SettingsError as error:
        found = error.problems
    for problem in found:
        assert len(problem.splitlines()) == 1
        assert problem.replace(" ", ":").partition(":")[0] in NAMES


def test_hosted_templates_stand_below_the_prefix_in_the_region_of_the_stack() -> None:
    hosted = HostedTemplates("ours", "trend/v1/")
    assert hosted.url("a.yaml", "eu-west-2", "amazonaws.com") == (
        "https://ours.s3.eu-west-2.amazonaws.com/trend/v1/templates/a.yaml"
    )
    assert HostedTemplates("ours").url("a.yaml", "cn-north-1", "amazonaws.com.cn") == (
        "https://ours.s3.cn-north-1.amazonaws.com.cn/templates/a.yaml"
    )
