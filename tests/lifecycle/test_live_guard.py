"""Before anything is done on real accounts it is known that they are the ones that were named."""

from __future__ import annotations

import pytest

from live.guard import allowed
from live.sides import CloudOneSide, VisionOneSide
from operate.console import OperateError
from sandbox.trend import SimulatorControl
from tests.lifecycle.aws_scene import AwsScene
from tests.lifecycle.scene import TENANT

ACCOUNT = "123456789012"
KEY = TENANT.full_access_key.value
TOKEN = TENANT.enrollment_tokens[0].value


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({}, "LIVE_AWS_ACCOUNT is not set"),
        ({"LIVE_AWS_ACCOUNT": "12345"}, "is not twelve digits"),
        ({"LIVE_AWS_ACCOUNT": "1234-5678-9012"}, "is not twelve digits"),
        ({"LIVE_AWS_ACCOUNT": "210987654321"}, f"are of account {ACCOUNT}, .* names 210987654321: nothing was done"),
    ],
)
def test_an_account_that_is_not_the_callers_is_refused_before_trend_is_asked(
    aws: AwsScene, trend: SimulatorControl, named: dict[str, str], message: str
) -> None:
    with pytest.raises(OperateError, match=message):
        allowed({"CLOUD_ONE_API_KEY": KEY, "TREND_ENDPOINT_URL": trend.url, **named})
    assert trend.requests() == []


def test_the_callers_account_goes_with_the_region_of_the_key(aws: AwsScene, trend: SimulatorControl) -> None:
    accounts = allowed({"LIVE_AWS_ACCOUNT": ACCOUNT, "CLOUD_ONE_API_KEY": KEY, "TREND_ENDPOINT_URL": trend.url})

    assert (accounts.aws_account, accounts.trend.region, accounts.aws_region) == (ACCOUNT, "us-1", "us-east-1")
    assert KEY not in repr(accounts)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "CLOUD_ONE_API_KEY is not set"),
        ({"CLOUD_ONE_API_KEY": "no-colon"}, "has no `:`"),
        ({"CLOUD_ONE_API_KEY": "nobodys:key"}, "HTTP 401"),
        ({"CLOUD_ONE_API_KEY": KEY, "LIVE_ENROLL": "perhaps"}, "LIVE_ENROLL is 'perhaps'"),
        ({"CLOUD_ONE_API_KEY": KEY, "LIVE_ENROLL": "yes"}, "VISION_ONE_SERVICE_TOKEN is not set"),
    ],
)
def test_what_else_is_missing_is_named_in_one_line(
    aws: AwsScene, trend: SimulatorControl, variables: dict[str, str], message: str
) -> None:
    with pytest.raises(OperateError) as refused:
        allowed({"LIVE_AWS_ACCOUNT": ACCOUNT, "TREND_ENDPOINT_URL": trend.url, **variables})
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("asked", "token"), [("", ""), ("no", ""), ("yes", TOKEN)])
def test_a_token_in_the_environment_enrolls_only_where_that_was_asked_for(
    aws: AwsScene, trend: SimulatorControl, asked: str, token: str
) -> None:
    environment = {"CLOUD_ONE_API_KEY": KEY, "VISION_ONE_SERVICE_TOKEN": TOKEN, "TREND_ENDPOINT_URL": trend.url}
    assert allowed({"LIVE_AWS_ACCOUNT": ACCOUNT, "LIVE_ENROLL": asked, **environment}).trend == CloudOneSide(
        "us-1", KEY, token
    )


def test_the_route_by_vision_one_goes_by_its_own_key_and_by_the_region_of_aws(
    aws: AwsScene, trend: SimulatorControl
) -> None:
    key = TENANT.business.full_access_key.value
    of_route = {"LIVE_AWS_ACCOUNT": ACCOUNT, "LIVE_ROUTE": "visionOne", "TREND_ENDPOINT_URL": trend.url}
    accounts = allowed({**of_route, "VISION_ONE_API_KEY": key, "AWS_REGION": "eu-central-1"})

    assert (accounts.trend, accounts.aws_region) == (VisionOneSide("us", key), "eu-central-1")
    assert key not in repr(accounts)
    for variables, message in {
        (): "VISION_ONE_API_KEY is not set",
        (("VISION_ONE_API_KEY", "nobodys"),): "HTTP 401",
        (("VISION_ONE_API_KEY", key), ("LIVE_VISION_ONE_REGION", "mars")): "LIVE_VISION_ONE_REGION is 'mars'",
        (("LIVE_ROUTE", "sideways"),): "LIVE_ROUTE is 'sideways'",
    }.items():
        with pytest.raises(OperateError) as refused:
            allowed({**of_route, **dict(variables)})
        assert message in str(refused.value)
        assert "\n" not in str(refused.value)
