"""Whose the OpenID Connect provider of Vision One is: a foreign one is used as it is, this stack's own is declared."""

from __future__ import annotations

from typing import Any

import pytest

from components.aws.context import AwsContext
from components.checks.own_state import Held
from components.checks.vision_one_oidc import existing_provider
from sandbox.sandbox import ACCOUNT
from tests.lifecycle.aws_scene import REGION, AwsScene

HOST = "cloudaccounts-us.xdr.trendmicro.com"
ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"
PARENT = "urn:pulumi:dev::p::trend:onboarding:Onboarding$trend:onboarding:VisionOneLink"
URN = f"{PARENT}$aws:iam/openIdConnectProvider:OpenIdConnectProvider::vision-one-oidc"

WHOLE = {"id": ARN, "arn": ARN, "url": HOST}
HALF_CREATED = {"id": ARN, "url": f"https://{HOST}"}
"""What a state has of a provider that was created and could then not be read."""


@pytest.mark.parametrize(
    ("state", "used"),
    [
        ({URN: WHOLE}, None),
        ({URN: HALF_CREATED}, None),
        ({URN: {"id": ARN.replace("-us.", "-eu.")}}, ARN),
        ({}, ARN),
        (None, None),
    ],
    ids=["own", "half-created", "another in the state", "foreign", "state not shown"],
)
def test_only_a_provider_that_the_state_does_not_hold_is_somebody_elses(
    aws: AwsScene, state: Held | None, used: str | None
) -> None:
    create(aws)
    found = existing_provider(aws.clients, "us", AwsContext(ACCOUNT, REGION, "aws", "amazonaws.com"), state)
    assert found.arn == used
    assert [each.verdict for each in found.findings] == ["ok"]


def create(aws: AwsScene) -> None:
    iam: Any = aws.sandbox.aws("iam")
    iam.create_open_id_connect_provider(Url=f"https://{HOST}", ClientIDList=[f"arn:aws:iam::{ACCOUNT}:root"])
