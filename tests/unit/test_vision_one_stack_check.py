"""What stands in the way of Trend's stack on route visionOne, and a template's link that is not followed."""

from __future__ import annotations

import pytest

from components.checks.own_state import Held
from components.checks.vision_one_stack import change_of_role_finding, second_provider_finding, stack_is_managed
from components.trend.errors import TrendError, UnusableReply
from components.trend.template_text import template_text
from tests.unit.scripted_vendor import DROP, Answer, Vendor

URN = "urn:pulumi:dev::project::trend:onboarding:Onboarding"
ROLE = f"{URN}$trend:onboarding:VisionOneLink$aws:iam/role:Role::vision-one-role"
STACK = f"{URN}$trend:onboarding:VisionOneStack$aws:cloudformation/stack:Stack::vision-one-stack"


@pytest.mark.parametrize(
    ("held", "wants_stack", "verdict"),
    [
        ({ROLE: {}}, True, "failed"),
        ({STACK: {}}, False, "failed"),
        ({ROLE: {}}, False, "ok"),
        ({STACK: {}}, True, "ok"),
        ({}, True, "ok"),
        (None, True, "ok"),
    ],
)
def test_a_change_of_the_kind_of_role_is_refused(
    held: dict[str, dict[str, str]] | None, wants_stack: bool, verdict: str
) -> None:
    found = change_of_role_finding(held, wants_stack=wants_stack)
    assert found.verdict == verdict
    assert ("pulumi destroy" in str(found)) is (verdict == "failed")


def test_the_provider_of_a_stack_that_may_be_managed_is_no_stranger() -> None:
    states: list[Held | None] = [{STACK: {}}, None, {ROLE: {}}]
    assert [stack_is_managed(held) for held in states] == [True, True, False]
    assert second_provider_finding("arn:a-provider").verdict == "unknown"


@pytest.mark.parametrize("url", ["http://trend.example/template?signature=s", "file:///etc/passwd", ""])
def test_a_link_that_is_not_https_is_not_followed_and_not_shown(url: str) -> None:
    with pytest.raises(UnusableReply, match="not an https address") as raised:
        template_text(url)
    assert "signature" not in str(raised.value)


@pytest.mark.parametrize("trouble", [DROP, Answer(503), Answer(429, headers={"Retry-After": "0"})])
def test_a_link_that_does_not_open_at_once_is_followed_once_more(vendor: Vendor, trouble: Answer) -> None:
    vendor.answers.extend([trouble, Answer(200, b"Resources: {}")])
    assert template_text(f"{vendor.url}/template?signature=s") == b"Resources: {}"
    assert len(vendor.asked) == 2


def test_a_link_that_has_ended_is_asked_once_and_the_error_says_what_to_do(vendor: Vendor) -> None:
    vendor.otherwise = Answer(403)
    with pytest.raises(TrendError, match="a new link is asked for") as raised:
        template_text(f"{vendor.url}/template?signature=s")
    assert "signature" not in str(raised.value)
    assert len(vendor.asked) == 1
