"""Step 7: one token, minted once, kept in the state alone, and never shown by an error."""

from __future__ import annotations

import pytest

from components.resources.base import OnboardingError
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from sandbox.trend.records import digest
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import AWS_ACCOUNT, AWS_REGION, CLOUD_ACCOUNT, OUR_ROLE, PARAMETERS_INPUTS, TENANT

NEEDED = ["templateUrl", "param_ServiceToken", "param_ServiceURL", "param_APIVersion", "param_S3BucketName"]


@pytest.fixture
def parameters(engine: Engine, trend: SimulatorControl) -> EngineResource:
    """Not asked for yet; the AWS account is registered, as step 7 needs it."""
    trend.add_cloud_account(AWS_ACCOUNT, OUR_ROLE)
    return engine.resource(CloudTrailParametersProvider)


def test_they_come_with_a_token(parameters: EngineResource, trend: SimulatorControl) -> None:
    parameters.up(PARAMETERS_INPUTS)

    bucket = f"cloud-trail-client-stack-template-prod-{AWS_REGION}"
    assert parameters.outs.items() > PARAMETERS_INPUTS.items()
    assert parameters.outs["templateUrl"] == f"https://{bucket}.s3.{AWS_REGION}.amazonaws.com/cloudtrail.yaml"
    assert parameters.outs["serviceUrl"] == f"https://cloudtrail.{TENANT.region}.cloudone.trendmicro.com"
    assert (parameters.outs["apiVersion"], parameters.outs["codeBucket"]) == ("v1", bucket)
    (minted,) = trend.state().service_tokens
    # The whole of it: it holds characters that a careless reader of the link loses.
    assert digest(parameters.outs["serviceToken"]) == minted.token_digest


def test_the_token_is_minted_once(parameters: EngineResource, engine: Engine, trend: SimulatorControl) -> None:
    parameters.up(PARAMETERS_INPUTS)
    before = parameters.state
    trend.clear_requests()

    engine.restart()
    parameters.refresh()
    assert parameters.up(PARAMETERS_INPUTS) == "same"

    assert parameters.state == before
    assert trend.requests() == []


def test_another_region_takes_another_token(parameters: EngineResource, trend: SimulatorControl) -> None:
    parameters.up(PARAMETERS_INPUTS)
    assert parameters.up({**PARAMETERS_INPUTS, "awsRegion": "eu-west-2"}) == "replace"
    assert [token.aws_region for token in trend.state().service_tokens] == [AWS_REGION, "eu-west-2"]


@pytest.mark.parametrize("dropped", NEEDED)
def test_a_link_without_a_parameter_names_it_and_no_value(
    parameters: EngineResource, trend: SimulatorControl, dropped: str, capfd: pytest.CaptureFixture[str]
) -> None:
    trend.behave(dropped_stack_parameter=dropped)

    with pytest.raises(OnboardingError) as refusal:
        parameters.up(PARAMETERS_INPUTS)

    message = str(refusal.value)
    assert message.startswith(
        f"step 7, CloudTrail parameters: POST cloudtrail /stacks: the deploymentURL lacks its parameter {dropped}"
    )
    assert "https://" not in message
    assert TENANT.minted_prefix not in message + capfd.readouterr().err
    assert parameters.state is None


def test_an_unneeded_parameter_may_be_absent(parameters: EngineResource, trend: SimulatorControl) -> None:
    trend.behave(dropped_stack_parameter="param_S3BucketKey")
    parameters.up(PARAMETERS_INPUTS)
    assert parameters.outs["serviceToken"].startswith(TENANT.minted_prefix)


@pytest.mark.parametrize("fault", ["drop", "html", "empty", "truncate", "status"])
def test_a_lost_reply_is_not_asked_for_again_in_the_same_run(
    parameters: EngineResource, engine: Engine, trend: SimulatorControl, fault: str
) -> None:
    trend.add_fault(Fault.model_validate({"kind": fault, "service": "cloudtrail", "when": "after"}))
    with pytest.raises(OnboardingError) as failure:
        parameters.up(PARAMETERS_INPUTS)
    assert TENANT.minted_prefix not in str(failure.value)
    assert len(trend.state().service_tokens) == 1

    engine.restart()
    parameters.up(PARAMETERS_INPUTS)
    assert digest(parameters.outs["serviceToken"]) == trend.state().service_tokens[-1].token_digest


def test_an_account_that_is_not_registered_is_refused_with_trends_words(
    parameters: EngineResource, trend: SimulatorControl
) -> None:
    CLOUD_ACCOUNT.delete(trend)
    with pytest.raises(OnboardingError, match=r"The AWS account is not registered \(providerAccountID: "):
        parameters.up(PARAMETERS_INPUTS)


def test_its_removal_asks_nothing(parameters: EngineResource, trend: SimulatorControl) -> None:
    parameters.up(PARAMETERS_INPUTS)
    trend.clear_requests()
    parameters.destroy()
    assert trend.requests() == []
