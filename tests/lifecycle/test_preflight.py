"""What is looked at in AWS before anything is registered, by what the stack is for."""

from __future__ import annotations

import pytest

from components.checks import preflight
from components.checks.oidc import OIDC_PROVIDER
from components.checks.stacks import STACKS
from components.settings.model import ExistingTrail, Settings
from components.settings.scope import Scope
from tests.lifecycle.aws_scene import NAME, WHERE, AwsScene


@pytest.fixture(autouse=True)
def _nothing_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "managed_stacks", frozenset)


def look(aws: AwsScene, settings: Settings) -> tuple[list[str], set[str]]:
    """Return the subjects of what was found, and the services that were asked."""
    aws.sandbox.aws_control.clear_requests()
    subjects = [each.subject for each in preflight.findings(aws.clients, settings, WHERE)]
    return subjects, {each.service for each in aws.sandbox.aws_requests()}


def test_for_a_tenant_nothing_is_looked_at(aws: AwsScene) -> None:
    assert look(aws, Settings(trail=None, scope=Scope.TENANT)) == ([], set())


@pytest.mark.parametrize("scope", [Scope.ACCOUNT, Scope.ALL])
def test_without_a_trail_neither_bucket_nor_trail_is_looked_at_and_one_stack_alone(aws: AwsScene, scope: Scope) -> None:
    subjects, services = look(aws, Settings(trail=None, scope=scope))
    assert sorted(subjects) == sorted([STACKS, OIDC_PROVIDER])
    assert services == {"cloudformation", "iam"}


def test_an_account_with_a_trail_is_looked_at_as_a_whole(aws: AwsScene) -> None:
    subjects, services = look(aws, Settings(trail=ExistingTrail(NAME), scope=Scope.ACCOUNT))
    assert len(subjects) == 6
    assert services == {"s3", "cloudtrail", "cloudformation", "iam"}


def test_a_stack_that_has_the_forwarders_name_is_in_nobodys_way_without_a_trail(aws: AwsScene) -> None:
    body = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    aws.sandbox.aws("cloudformation").create_stack(StackName="CloudOne", TemplateBody=body)
    found = {
        trail: [each.verdict for each in preflight.findings(aws.clients, Settings(trail=trail), WHERE)]
        for trail in (None, ExistingTrail(NAME))
    }
    assert "failed" not in found[None]
    assert "failed" in found[ExistingTrail(NAME)]
