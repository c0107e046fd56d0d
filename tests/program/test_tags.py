"""Everything that takes tags has them."""

from __future__ import annotations

import inspect
from typing import Any

import pulumi
import pulumi_aws
import pytest

from components.aws.tags import DEPLOYMENT_TAG, OWNER_TAG, TEMPLATE_TAG, all_tags
from components.settings.model import NewTrail, Settings
from tests.program.deployment import deploy
from tests.program.recorder import MARK, PROJECT, STACK, RecordingEngine

OURS = {"ManagedBy": "pulumi", OWNER_TAG: "trend-onboarding/dev", DEPLOYMENT_TAG: MARK}


@pytest.fixture
def _in_the_stack() -> None:
    engine = RecordingEngine()
    pulumi.runtime.set_mocks(engine.mocks, project=PROJECT, stack=STACK, monitor=engine)


def takes_tags(type_: str) -> bool:
    """Ask the SDK whether a type such as `aws:iam/role:Role` has tags."""
    module, _, name = type_.removeprefix("aws:").partition(":")
    resource: Any = getattr(getattr(pulumi_aws, module.partition("/")[0]), name)
    return "tags" in inspect.signature(resource._internal_init).parameters


def test_everything_that_takes_tags_has_the_users_and_ours() -> None:
    engine = deploy(Settings(trail=NewTrail(), tags={"team": "blue"})).engine
    in_aws = [each for each in engine.made if each.type.startswith("aws:")]
    tagged = {each.name for each in in_aws if takes_tags(each.type)}
    assert tagged == {"workload-security", "management-role", "forwarder", "trail-bucket", "trail"}
    templates = {name: {TEMPLATE_TAG: f"sha256:of-{name}-template"} for name in ("management-role", "forwarder")}
    for each in in_aws:
        expected = OURS | {"team": "blue"} | templates.get(each.name, {})
        assert each.inputs.get("tags") == (expected if each.name in tagged else None), each.name


@pytest.mark.usefixtures("_in_the_stack")
def test_the_owner_cannot_be_overwritten_since_it_says_what_may_be_cleaned_up() -> None:
    assert all_tags({}, MARK) == OURS
    for key in (OWNER_TAG, TEMPLATE_TAG, DEPLOYMENT_TAG, DEPLOYMENT_TAG.upper()):
        assert all_tags({key: "somebody"}, MARK) == OURS


@pytest.mark.usefixtures("_in_the_stack")
@pytest.mark.parametrize("key", ["ManagedBy", "managedBy", "MANAGEDBY"])
def test_a_users_own_word_on_who_manages_it_stands_alone(key: str) -> None:
    """IAM refuses keys that differ in nothing but their case."""
    tags = all_tags({key: "platform team"}, MARK)
    assert tags == {key: "platform team", OWNER_TAG: "trend-onboarding/dev", DEPLOYMENT_TAG: MARK}
