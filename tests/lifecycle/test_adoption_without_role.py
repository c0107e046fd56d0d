"""The end of a stack whose adopted link had a role that does not exist any more, or that Trend refuses."""

from __future__ import annotations

from typing import Any

import pytest

from components.aws.clients import clients
from components.resources import connector
from components.resources.base import OnboardingError
from sandbox.gate.faults import Fault
from sandbox.sandbox import ACCOUNT as SANDBOX_ACCOUNT
from sandbox.trend import SimulatorControl
from tests.lifecycle.adopting import Adopting
from tests.lifecycle.aws_scene import AwsScene
from tests.lifecycle.scene import CLOUD_ACCOUNT, CONNECTOR, OUR_ROLE, LinkKind

EARLIER_ROLE = f"arn:aws:iam::{SANDBOX_ACCOUNT}:role/path/earlier"
REFUSAL = "The role could not be assumed"


@pytest.fixture(params=[CONNECTOR, CLOUD_ACCOUNT], ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Any:
    """The kinds that may name a role of another account, as the sandbox's is here."""
    return request.param


@pytest.fixture
def adopted(stack: Adopting, kind: LinkKind, trend: SimulatorControl, monkeypatch: pytest.MonkeyPatch) -> Adopting:
    """A stack that adopted a link, in a process of its own without AWS credentials."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(connector, "ROLE_SPREADS_WITHIN", 0.3)
    clients.cache_clear()
    kind.make_foreign(trend, EARLIER_ROLE)
    stack.up()
    return stack


def refuse_earlier_role(trend: SimulatorControl, kind: LinkKind, message: str = REFUSAL) -> None:
    """Let Trend refuse the change of a connector; of a cloud account, the first registration, but not our own again."""
    action = "POST /awsconnectors/{ID}" if kind is CONNECTOR else f"POST {kind.collection}"
    for nth in (1, 3):  # a cloud account is registered with our role again in between
        count = None if kind is CONNECTOR else 1
        fault = Fault(kind="json", status=400, body={"message": message}, action=action, nth=nth, count=count)
        trend.add_fault(fault)


@pytest.mark.usefixtures("aws")
def test_a_link_whose_earlier_role_is_gone_is_left_as_it_is_and_named(
    adopted: Adopting, kind: LinkKind, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    before = kind.settings(trend)
    refuse_earlier_role(trend, kind)
    adopted.destroy()
    assert adopted.link.state is None
    assert kind.settings(trend) == before
    assert kind.only(trend)[kind.role_field] == OUR_ROLE
    (line,) = capfd.readouterr().err.splitlines()
    assert f"the earlier settings of the {kind.noun} are not restored" in line
    assert f"its earlier role {EARLIER_ROLE} does not exist any more" in line


def test_a_link_whose_earlier_role_exists_is_left_to_a_later_run(
    adopted: Adopting, kind: LinkKind, trend: SimulatorControl, aws: AwsScene
) -> None:
    aws.sandbox.aws("iam").create_role(RoleName="earlier", Path="/path/", AssumeRolePolicyDocument="{}")
    refuse_earlier_role(trend, kind)
    with pytest.raises(OnboardingError, match=REFUSAL):
        adopted.destroy()
    assert adopted.link.state is not None
    assert kind.only(trend)[kind.role_field] == OUR_ROLE


def test_where_aws_cannot_be_asked_a_refusal_of_the_role_that_lasts_counts(
    adopted: Adopting, kind: LinkKind, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    refuse_earlier_role(trend, kind)
    adopted.destroy()
    assert kind.only(trend)[kind.role_field] == OUR_ROLE
    assert "is refused by Trend, and AWS does not tell more" in capfd.readouterr().err


def test_where_aws_cannot_be_asked_any_other_refusal_stays_an_error(
    adopted: Adopting, kind: LinkKind, trend: SimulatorControl
) -> None:
    refuse_earlier_role(trend, kind, "The name is too long")
    with pytest.raises(OnboardingError, match="The name is too long"):
        adopted.destroy()
    assert adopted.link.state is not None
