"""The console link that holds the CloudTrail stack's parameters."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.trend.client import Trend
from components.trend.cloudtrail import StackParameters
from components.trend.errors import UnusableReply
from tests.unit.scripted_vendor import Answer, Vendor

CONSOLE = "https://us-east-1.console.aws.amazon.com/cloudformation/home?region=us-east-1#/stacks/quickcreate?"
PAIRS = {
    "templateUrl": "https://a-bucket.s3.amazonaws.com/1.2/cloudtrail.yaml",
    "stackName": "CloudTrail",
    "param_S3BucketKey": "1.2/",
    "param_S3BucketName": "a-bucket",
    "param_ServiceToken": "eyJ0.to/k+en=.sig",
    "param_ServiceURL": "https://cloudtrail.us-1.cloudone.trendmicro.com/api",
    "param_APIVersion": "v1",
}
PARAMETERS = StackParameters(
    template_url=PAIRS["templateUrl"],
    service_token=PAIRS["param_ServiceToken"],
    service_url=PAIRS["param_ServiceURL"],
    api_version=PAIRS["param_APIVersion"],
    code_bucket=PAIRS["param_S3BucketName"],
)
NEEDED = sorted(PAIRS.keys() - {"stackName", "param_S3BucketKey"})


def link(pairs: dict[str, str], console: str = CONSOLE) -> str:
    return console + "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs.items())


def mint(vendor: Vendor, trend: Trend, url: str) -> StackParameters:
    vendor.will(Answer(200, {"deploymentURL": url}))
    return trend.cloudtrail("us-1").mint_parameters(aws_account_id="012345678901", aws_region="us-east-1")


def test_the_parameters_are_asked_for_by_account_and_region(vendor: Vendor, trend: Trend) -> None:
    mint(vendor, trend, link(PAIRS))
    assert vendor.calls == ["POST /cloudtrail/stacks"]
    assert vendor.asked[0].body == {"providerAccountID": "012345678901", "awsRegion": "us-east-1"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(order=st.permutations(list(PAIRS)), more=st.dictionaries(st.text("xyz", min_size=1), st.text()))
def test_neither_order_nor_further_pairs_matter(
    vendor: Vendor, trend: Trend, order: list[str], more: dict[str, str]
) -> None:
    utf_8 = {name: value.encode(errors="replace").decode() for name, value in more.items()}
    assert mint(vendor, trend, link(utf_8 | {name: PAIRS[name] for name in order})) == PARAMETERS


@pytest.mark.parametrize(
    "console",
    [
        "https://console.aws.amazon.com/cloudformation/home#/stacks/quickcreate?",
        "https://console.amazonaws-us-gov.com/cloudformation/home?region=us-gov-west-1#/stacks/create/review?",
        "https://console.aws.amazon.com/quickcreate?",
        "https://[no-address/#/stacks/quickcreate?",
    ],
)
def test_the_pairs_are_found_wherever_they_stand(vendor: Vendor, trend: Trend, console: str) -> None:
    assert mint(vendor, trend, link(PAIRS, console)) == PARAMETERS


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", NEEDED)
def test_a_parameter_that_is_missing_is_named_and_no_value_is_shown(
    vendor: Vendor, trend: Trend, name: str, value: str | None
) -> None:
    pairs = {key: text for key, text in PAIRS.items() if key != name} | ({} if value is None else {name: value})
    with pytest.raises(UnusableReply) as caught:
        mint(vendor, trend, link(pairs))
    text = str(caught.value)
    assert f"lacks its parameter {name}" in text
    assert text.startswith("POST cloudtrail /stacks: ")
    assert "newer version" in text
    for content in PAIRS.values():
        assert content not in text or content == PAIRS["param_APIVersion"]


@pytest.mark.parametrize("url", ["", "no link at all", "https://console.aws.amazon.com/", "#", "https://x/#/?"])
def test_a_link_without_pairs_is_refused(vendor: Vendor, trend: Trend, url: str) -> None:
    with pytest.raises(UnusableReply, match="deploymentURL lacks"):
        mint(vendor, trend, url)


@pytest.mark.parametrize("body", [{}, {"deploymentURL": None}, {"deploymentUrl": link(PAIRS)}])
def test_a_reply_without_the_link_names_it(vendor: Vendor, trend: Trend, body: dict[str, str]) -> None:
    vendor.will(Answer(200, body))
    with pytest.raises(UnusableReply, match="missing required field `deploymentURL`"):
        trend.cloudtrail("us-1").mint_parameters(aws_account_id="012345678901", aws_region="us-east-1")
