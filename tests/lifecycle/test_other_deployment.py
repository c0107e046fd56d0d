"""Whether another deployment of this program manages a link: the mark on the link's role decides."""

from __future__ import annotations

import json

import pytest

from components.aws.clients import clients
from components.aws.errors import AwsError
from components.aws.identity import AwsSettings
from components.aws.tags import DEPLOYMENT_TAG, OWNER_TAG
from components.resources.connector import ConnectorSettings
from components.resources.link import Link, LinkExists
from components.resources.other_deployment import require_unmanaged
from sandbox.gate.faults import Fault
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.aws_scene import AwsScene

OURS = {"3f0c7f5e-0000-4000-8000-000000000000"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
ROLE = f"arn:aws:iam::{ACCOUNT}:role/security/theirs"


def look(role_arn: str = ROLE) -> None:
    clients.cache_clear()
    link = Link(id="1", name="'theirs' (ID 1)", settings=ConnectorSettings(role_arn=role_arn, display_name="theirs"))
    aws = clients(AwsSettings.of({"region": "us-east-1"}.get))
    require_unmanaged(aws, "Workload Security connector", link, OURS)


def create(aws: AwsScene, **tags: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    iam = aws.sandbox.aws("iam")
    iam.create_role(RoleName="theirs", Path="/security/", AssumeRolePolicyDocument=TRUST, Tags=listed)


def test_a_role_with_another_mark_is_managed_by_another_deployment_which_is_named(aws: AwsScene) -> None:
    create(aws, **{DEPLOYMENT_TAG: "of-another", OWNER_TAG: "onboarding/production"})
    with pytest.raises(LinkExists) as refused:
        look()
    for text in ("onboarding/production", ROLE, "of-another"):
        assert text in str(refused.value)
    assert "destroy it there" in refused.value.hint
    assert f"untag-role --role-name theirs --tag-keys {DEPLOYMENT_TAG}" in refused.value.hint


@pytest.mark.parametrize("tags", [{}, {OWNER_TAG: "onboarding/production"}, {DEPLOYMENT_TAG: next(iter(OURS))}])
def test_a_role_without_a_mark_or_with_our_own_is_not(aws: AwsScene, tags: dict[str, str]) -> None:
    create(aws, **tags)
    look()


def test_a_role_that_is_gone_is_managed_by_nobody(aws: AwsScene) -> None:
    look()
    create(aws, **{DEPLOYMENT_TAG: "of-another"})
    look(ROLE.replace("/security/", "/"))  # of one name there is one role, and this is another


def test_a_role_that_cannot_be_read_is_no_answer(aws: AwsScene) -> None:
    create(aws, **{DEPLOYMENT_TAG: "of-another"})
    for elsewhere in (ROLE.replace(ACCOUNT, "999988887777"), "not an ARN"):
        with pytest.raises(AwsError, match="is not a role of account"):
            look(elsewhere)
    aws.sandbox.aws_control.add_fault(Fault(action="GetRole", count=None, status=403, code="AccessDenied"))
    with pytest.raises(AwsError, match="iam:GetRole"):
        look()
