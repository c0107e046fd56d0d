"""How a link comes to be: made once, taken up where a dead run left it, never taken from somebody else."""

from __future__ import annotations

from typing import Any

import pytest

from components.resources.base import OnboardingError
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import AWS_ACCOUNT, CONNECTOR, FOREIGN_ROLE, OUR_ROLE, THIRD_ROLE, LinkKind


def test_a_link_is_made_with_every_setting(resource: EngineResource, kind: LinkKind, trend: SimulatorControl) -> None:
    assert resource.up(kind.inputs) == "create"

    made = kind.only(trend)
    assert made[kind.role_field] == OUR_ROLE
    assert {name: made[name] for name in kind.our_fields} == kind.our_fields
    assert resource.id == str(made.get("ID", made.get("id")))
    assert resource.outs.items() >= {"roleArn": OUR_ROLE, "writtenRoleArn": OUR_ROLE, **kind.own_settings}.items()
    assert "original" not in resource.outs


def test_it_is_looked_for_before_it_is_made(resource: EngineResource, kind: LinkKind, trend: SimulatorControl) -> None:
    resource.up(kind.inputs)
    calls = [(call.action.split()[0], call.changing) for call in trend.requests(kind.service)]
    assert calls == [("POST" if kind is CONNECTOR else "GET", False), ("POST", True)]


def test_a_link_that_an_interrupted_run_left_is_taken_up_without_another_post(
    resource: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    left = kind.make_ours(trend)

    resource.up(kind.inputs)

    assert kind.only(trend) == left
    assert not trend.requests(changing=True)
    assert resource.outs["writtenRoleArn"] == OUR_ROLE


def test_a_link_that_an_interrupted_run_left_gets_the_settings_of_this_run(
    resource: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.make_ours(trend)
    kind.change(trend, **{kind.name_field: "as it was called last week"})

    resource.up(kind.inputs)

    assert kind.only(trend)[kind.name_field] == kind.inputs[kind.name_input]


def test_a_link_of_somebody_else_is_refused_with_both_ways_out(
    resource: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    before = kind.make_foreign(trend)

    with pytest.raises(OnboardingError) as refusal:
        resource.up(kind.inputs)

    message = str(refusal.value)
    assert kind.provider.step in message
    assert f"AWS account {AWS_ACCOUNT} has a {kind.noun} already" in message
    assert f"'{before[kind.name_field]}'" in message
    assert FOREIGN_ROLE in message
    assert "`pulumi config set adopt true`" in message
    assert "unlink it in the Trend console" in message
    assert "\n" not in message
    assert kind.only(trend) == before
    assert not trend.requests(changing=True)
    assert resource.state is None


def test_a_connector_is_named_by_its_number_too(engine: Engine, trend: SimulatorControl) -> None:
    number = CONNECTOR.make_foreign(trend)["ID"]
    with pytest.raises(OnboardingError, match=rf"\(ID {number}\)"):
        engine.resource(CONNECTOR.provider).up(CONNECTOR.inputs)


def test_links_of_other_aws_accounts_are_passed_over(
    resource: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    kind.by_hand(trend)("210987654321", "arn:aws:iam::210987654321:role/theirs", **kind.foreign_fields)
    (theirs,) = kind.live(trend)

    resource.up(kind.inputs)

    assert len(kind.live(trend)) == 2
    assert theirs in kind.live(trend)


@pytest.mark.parametrize("status", [400, 409])
def test_a_post_that_is_refused_as_a_duplicate_takes_up_what_is_ours(
    resource: EngineResource, kind: LinkKind, trend: SimulatorControl, status: int
) -> None:
    # The look-up comes too early to see it: Trend is still busy with the POST of a run that died.
    duplicate: dict[str, Any] = {"status": status, "body": {"message": "there is one already"}}
    trend.add_fault(kind.fault("json", when="after", **duplicate))

    resource.up(kind.inputs)

    assert kind.posts(trend) == 1
    assert kind.only(trend)[kind.role_field] == OUR_ROLE


@pytest.mark.parametrize("status", [400, 409])
def test_a_duplicate_of_somebody_else_is_refused_and_stays(
    engine: Engine, trend: SimulatorControl, status: int
) -> None:
    trend.behave(duplicate_connector_status=status)
    before = CONNECTOR.make_foreign(trend, THIRD_ROLE)
    # The first look-up finds nothing, as if the other one had been made right after it.
    search: dict[str, Any] = {"service": "workload", "action": "POST /awsconnectors/search"}
    trend.add_fault(Fault(kind="json", body={"awsConnectors": []}, **search))

    with pytest.raises(OnboardingError, match=f"points at {THIRD_ROLE}, which is not managed by this stack"):
        engine.resource(CONNECTOR.provider).up(CONNECTOR.inputs)

    assert CONNECTOR.only(trend) == before


def test_a_second_stack_for_the_aws_account_is_refused_and_its_end_harms_nothing(
    made: EngineResource, engine: Engine, kind: LinkKind, trend: SimulatorControl
) -> None:
    before = kind.only(trend)
    second = engine.resource(kind.provider)

    with pytest.raises(OnboardingError, match=OUR_ROLE):
        second.up({**kind.inputs, "roleArn": THIRD_ROLE})
    second.destroy()

    assert kind.only(trend) == before
    assert made.preview(kind.inputs) == "same"


def test_a_plain_post_that_trend_does_not_accept_says_why_and_is_not_repeated(
    resource: EngineResource, kind: LinkKind, trend: SimulatorControl
) -> None:
    body = {"message": "the license has run out", "fields": {"alias": "is too long"}}
    trend.add_fault(kind.fault("json", status=400, body=body, count=None))

    with pytest.raises(OnboardingError) as refusal:
        resource.up(kind.inputs)

    assert f"POST {kind.service} {kind.collection}: HTTP 400: the license has run out" in str(refusal.value)
    assert "alias: is too long" in str(refusal.value)
    assert kind.posts(trend) == 1
    assert kind.live(trend) == []
