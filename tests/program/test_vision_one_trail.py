"""What is declared where Vision One reads a trail, and what is not where it reads none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.checks.audited_trail import AuditedTrail
from components.checks.preflight import Preflight
from components.settings.direct import AUDIT_LOGS, DirectLink, Feature
from components.settings.model import ExistingTrail, NewTrail, Settings
from tests.program.deployment import DeployedProgram, deploy
from tests.program.recorder import WHERE, RecordedSecret, Registered

NEW = Settings(trail=NewTrail(), direct=DirectLink(), tags={"team": "a"})
EXISTING = replace(NEW, trail=ExistingTrail("a-trail-bucket"))
FOUND = Preflight(audited=AuditedTrail("arn:trail", "arn:topic", ()))
ARN = f"arn:aws:cloudtrail:us-east-1:{WHERE.account_id}:trail/trend-onboarding-dev"
TOPIC = f"arn:aws:sns:us-east-1:{WHERE.account_id}:trend-onboarding-dev"
STACK, TEMPLATE = "aws:cloudformation/stack:Stack", "trend:VisionOneTemplate"


def declared(settings: Settings = NEW, **more: Any) -> DeployedProgram:
    return deploy(settings, found=FOUND, **more)


def stack() -> Registered:
    return declared().engine.one(STACK)


@pytest.mark.parametrize("preview", [False, True])
def test_without_a_trail_nothing_of_it_is_declared(preview: bool) -> None:
    engine = declared(replace(NEW, trail=None), preview=preview).engine
    assert not {STACK, TEMPLATE, "trend:VisionOneStackRole", "aws:sns/topic:Topic"} & engine.types
    assert "aws:iam/role:Role" in engine.types


def test_with_one_trends_stack_has_the_role_and_there_is_none_of_our_own() -> None:
    engine = declared().engine
    assert not {each for each in engine.types if each.startswith("aws:iam/")}
    assert engine.one("trend:VisionOneAccount").depends_on >= {"vision-one-stack-role", "vision-one-template"}


def test_the_template_is_asked_for_with_the_new_trail_before_that_is_created() -> None:
    """What refuses a link that is there already refuses it before anything is created, and billed."""
    template = declared().engine.one(TEMPLATE)
    assert template.inputs["stackSettings"]["parameters"] == {
        "CloudAuditLogMonitoringCloudTrailArn": ARN,
        "CloudAuditLogMonitoringCloudTrailSNSTopicArn": TOPIC,
    }
    assert not template.depends_on & {"trail", "trail-topic", "trail-bucket"}
    assert declared().engine.one("aws:sns/topic:Topic").inputs["name"] == TOPIC.rpartition(":")[2]
    assert {"trail", "trail-topic-policy"} <= stack().depends_on


def test_an_existing_trail_is_read_as_it_was_found_and_nothing_of_it_is_declared() -> None:
    done = declared(EXISTING)
    given = done.engine.one(TEMPLATE).inputs["stackSettings"]["parameters"]
    assert set(given.values()) == {"arn:trail", "arn:topic"}
    assert not {each for each in done.engine.types if each.startswith(("aws:s3", "aws:sns", "aws:cloudtrail"))}
    assert (done.outputs["trailArn"], done.outputs["trailBucketName"]) == ("arn:trail", "a-trail-bucket")


@pytest.mark.parametrize(
    ("chosen", "features"),
    [
        ([], [{"id": AUDIT_LOGS, "regions": ["us-east-1"]}]),
        ([Feature(AUDIT_LOGS, ("eu-west-2",))], [{"id": AUDIT_LOGS, "regions": ["eu-west-2"]}]),
        (
            [Feature("cloud-response")],
            [{"id": AUDIT_LOGS, "regions": ["us-east-1"]}, {"id": "cloud-response", "regions": []}],
        ),
    ],
)
def test_the_feature_that_reads_it_is_among_the_links(chosen: list[Feature], features: list[dict[str, Any]]) -> None:
    engine = declared(replace(NEW, direct=DirectLink(features=chosen))).engine
    assert engine.one(TEMPLATE).inputs["features"] == features
    assert engine.one("trend:VisionOneAccount").inputs["features"] == features
    assert engine.one("trend:VisionOneTenant").inputs["features"] == [each["id"] for each in features]


def test_link_and_key_are_secret_wherever_they_go() -> None:
    template = declared().engine.one(TEMPLATE)
    assert set(template.options.additionalSecretOutputs) == {"templateUrl", "parameters"}
    assert {type(stack().inputs[name]) for name in ("templateUrl", "parameters")} == {RecordedSecret}


def test_the_stack_is_replaced_and_never_updated_and_a_masked_key_replaces_nothing() -> None:
    options = stack().options
    assert set(options.replaceOnChanges) == {"*", "#initerror"}
    assert options.deleteBeforeReplace
    assert set(options.ignoreChanges) == {"parameters", "tags"}
    assert stack().inputs["onFailure"] == "DELETE"


def test_what_the_account_takes_in_place_makes_no_other_stack() -> None:
    assert set(declared().engine.one(TEMPLATE).options.ignoreChanges) == {
        "accountName", "description", "customTags", "workloadInstance", "adopt",
    }  # fmt: skip


def test_the_stack_carries_the_tags_and_the_templates_digest() -> None:
    tags = stack().inputs["tags"]
    assert (tags["team"], tags["trend-onboarding:template"]) == ("a", "sha256:of-vision-one-template")
    assert tags["trend-onboarding:deployment"], "by which its role is known as this deployment's"


def test_that_it_is_experimental_is_said_in_previews(monkeypatch: pytest.MonkeyPatch) -> None:
    messages: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", messages.append)
    declared(replace(NEW, trail=None), preview=True)
    assert messages == []
    declared(preview=True)
    assert "experimental" in "".join(messages)
