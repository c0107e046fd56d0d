"""What is special about the link in Vision One: versions, settings that may be left alone, whose key it is.

The rules of all links are tested for this one, too, in the files named after them. Together they answer the five faults
of the published Terraform resource: drift is seen, nothing is adopted silently, a POST is not repeated, what is managed
is deleted, and missing permissions are shown.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import JsonValue

from components.resources.base import OnboardingError
from components.resources.vision_one_tenant import TenantProvider
from components.settings.credentials import VISION_ONE_KEY_VARIABLE
from components.settings.endpoints import ENDPOINT_VARIABLE
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from sandbox.trend.business import claims_key
from tests.lifecycle.engine import CheckFailed, Engine, EngineResource
from tests.lifecycle.scene import OUR_ROLE, TENANT, TENANT_INPUTS, THIRD_ROLE, VISION_ONE_ACCOUNT

KIND = VISION_ONE_ACCOUNT
ITEM = "/v3.0/cam/awsAccounts/{id}"


@pytest.fixture
def kind() -> Any:
    return KIND


@pytest.fixture
def tenant(engine: Engine) -> EngineResource:
    return engine.resource(TenantProvider)


def outdated(trend: SimulatorControl, count: int) -> None:
    """Let so many changes come too late."""
    error: JsonValue = {"error": {"code": "PreconditionFailed", "message": "changed meanwhile"}}
    trend.add_fault(Fault(kind="json", status=412, body=error, action=f"PATCH {ITEM}", count=count))


def patches(trend: SimulatorControl) -> int:
    return len(trend.requests("visionone", f"PATCH {ITEM}"))


def test_a_change_that_came_too_late_is_decided_again_and_tried_once_more(
    made: EngineResource, trend: SimulatorControl
) -> None:
    outdated(trend, 1)
    assert made.up({**KIND.inputs, "accountName": "renamed"}) == "update"
    assert (KIND.only(trend)["name"], patches(trend)) == ("renamed", 2)


def test_a_change_that_comes_too_late_twice_fails_and_is_done_by_the_next_run(
    made: EngineResource, engine: Engine, trend: SimulatorControl
) -> None:
    outdated(trend, 2)
    with pytest.raises(OnboardingError, match=r"HTTP 412: .*run the command again"):
        made.up({**KIND.inputs, "accountName": "renamed"})
    assert patches(trend) == 2
    engine.restart()
    made.up({**KIND.inputs, "accountName": "renamed"})
    assert KIND.only(trend)["name"] == "renamed"


def test_an_account_that_somebody_pointed_elsewhere_meanwhile_is_left_alone(
    made: EngineResource, trend: SimulatorControl
) -> None:
    read = {**KIND.only(trend), "roleArn": THIRD_ROLE}
    trend.add_fault(Fault(kind="json", body=read, action=f"GET {ITEM}", nth=2))
    outdated(trend, 1)
    with pytest.raises(OnboardingError, match="HTTP 412"):
        made.up({**KIND.inputs, "accountName": "renamed"})
    assert patches(trend) == 1


def test_only_what_differs_is_written(made: EngineResource, trend: SimulatorControl) -> None:
    KIND.change(trend, customTags=[{"key": "team", "value": "other"}], description="by hand")
    made.refresh()
    made.up(KIND.inputs)
    live = KIND.only(trend)
    assert (live["description"], live["customTags"]) == ("by the stack", [{"key": "team", "value": "other"}])


def test_tags_and_instance_that_are_set_are_managed_and_drift_shows(
    resource: EngineResource, trend: SimulatorControl
) -> None:
    inputs = {**KIND.inputs, "customTags": {"team": "ours"}, "workloadInstance": "instance-1"}
    resource.up(inputs)
    assert KIND.only(trend)["connectedSecurityServices"][0]["instanceIds"] == ["instance-1"]
    KIND.change(trend, customTags=[{"key": "team", "value": "other"}])
    resource.refresh()
    assert resource.preview(inputs) == "update"
    resource.up(inputs)
    assert KIND.only(trend)["customTags"] == [{"key": "team", "value": "ours"}]


def test_regions_of_a_feature_that_were_changed_by_hand_show(made: EngineResource, trend: SimulatorControl) -> None:
    KIND.change(trend, features=[{"id": "container-security", "regions": ["eu-west-1"]}])
    made.refresh()
    assert made.preview(KIND.inputs) == "update"
    made.up(KIND.inputs)
    assert KIND.only(trend)["features"] == KIND.inputs["features"]


def test_a_key_of_another_tenant_is_refused_before_anything_looks_gone(
    made: EngineResource, engine: Engine, trend: SimulatorControl
) -> None:
    engine.restart(visionOneApiKey=claims_key({"cid": "another-tenant"}, "signature"))
    for act in (made.refresh, made.destroy):
        with pytest.raises(OnboardingError, match="belongs to tenant another-tenant, but this stack was created with"):
            act()
    assert not trend.requests()
    assert KIND.only(trend)["roleArn"] == OUR_ROLE


def test_a_key_that_does_not_say_whose_it_is_does_for_all(engine: Engine, trend: SimulatorControl) -> None:
    engine.restart(visionOneApiKey=TENANT.business.key("Opaque").value)
    resource = engine.resource(KIND.provider)
    resource.up(KIND.inputs)
    resource.refresh()
    resource.destroy()
    assert KIND.live(trend) == []


@pytest.mark.parametrize("name", ["Disabled", "Expired"])
def test_a_refused_key_is_one_line_with_what_to_do(tenant: EngineResource, engine: Engine, name: str) -> None:
    engine.restart(visionOneApiKey=TENANT.business.key(name).value)
    with pytest.raises(OnboardingError, match=r"HTTP 401: .*the Vision One API key is unknown, expired") as refused:
        tenant.up(TENANT_INPUTS)
    assert TENANT.business.key(name).value not in str(refused.value)


def test_the_key_of_the_environment_wins(
    tenant: EngineResource, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VISION_ONE_KEY_VARIABLE, TENANT.business.full_access_key.value)
    engine.restart(visionOneApiKey="of-the-configuration")  # pragma: allowlist secret
    tenant.up(TENANT_INPUTS)
    assert tenant.outs["customer"] == TENANT.business.id  # as that key alone says


@pytest.mark.parametrize("form", ["objects", "ids", "items"])
def test_the_tenant_tells_who_it_is_and_what_it_may_use(
    tenant: EngineResource, trend: SimulatorControl, form: str
) -> None:
    trend.behave(features_form=form, oidc_url_scheme=form == "ids")
    tenant.up({**TENANT_INPUTS, "features": ["container-security"]})
    business = TENANT.business
    assert tenant.outs.items() >= {"oidcProvider": business.issuer, "businessId": business.id}.items()
    assert not any(secret in str(tenant.outs) for secret in (*TENANT.secrets(), TENANT.minted_prefix))


def test_a_feature_that_the_tenant_may_not_use_is_refused_with_the_list(
    tenant: EngineResource, trend: SimulatorControl
) -> None:
    with pytest.raises(OnboardingError, match=r"may not use feature 'container-securty'; did you mean container-sec"):
        tenant.up({**TENANT_INPUTS, "features": ["container-securty"]})
    assert not trend.requests(changing=True)


def test_without_parameters_in_the_link_the_key_tells_the_business(
    tenant: EngineResource, trend: SimulatorControl
) -> None:
    trend.behave(stack_url_parameters=False)
    tenant.up(TENANT_INPUTS)
    assert tenant.outs["businessId"] == TENANT.business.id


def test_where_nobody_tells_the_business_it_stays_unknown_and_is_said(
    tenant: EngineResource, engine: Engine, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    trend.behave(stack_url_parameters=False)
    engine.restart(visionOneApiKey=TENANT.business.key("Opaque").value)
    tenant.up(TENANT_INPUTS)
    assert tenant.outs["businessId"] == ""
    assert "the role's trust names no tenant" in capfd.readouterr().err


def test_what_a_later_key_does_not_tell_stays_known(
    tenant: EngineResource, engine: Engine, trend: SimulatorControl
) -> None:
    tenant.up(TENANT_INPUTS)
    before = tenant.outs
    trend.behave(stack_url_parameters=False)
    engine.restart(visionOneApiKey=TENANT.business.key("Opaque").value)
    tenant.pickled_anew()
    assert tenant.up(TENANT_INPUTS) == "update"
    assert tenant.outs == before


def test_an_upgrade_asks_nothing_of_the_features_that_were_wanted_first(
    tenant: EngineResource, trend: SimulatorControl
) -> None:
    inputs = {**TENANT_INPUTS, "features": ["container-security"]}
    tenant.up(inputs)
    trend.add_fault(Fault(kind="json", body=[], action="GET /v3.0/cam/awsAccounts/features"))  # revoked since
    tenant.pickled_anew()
    assert tenant.up(inputs) == "update"


@pytest.mark.parametrize(
    ("fault", "asked"),
    [({"kind": "status", "status": 404}, 1), ({"kind": "status", "status": 403}, 0), ({"kind": "drop"}, 0)],
)
def test_whether_vision_one_answers_at_all_is_asked_only_where_that_may_be_the_fault(
    tenant: EngineResource, trend: SimulatorControl, fault: dict[str, Any], asked: int
) -> None:
    trend.add_fault(Fault(action="GET /v3.0/cam/awsAccounts/features", count=None, **fault))
    with pytest.raises(OnboardingError, match="features"):
        tenant.up(TENANT_INPUTS)
    assert len(trend.requests("visionone", "GET /v3.0/healthcheck/connectivity")) == asked


def test_a_region_that_does_not_exist_is_one_line_where_no_program_has_judged_it(
    made: EngineResource, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.restart(visionOneRegion="sgp")
    monkeypatch.delenv(ENDPOINT_VARIABLE)
    with pytest.raises(OnboardingError, match=r"'sgp' is not a Vision One region; did you mean sg\?"):
        made.refresh()


def test_another_region_is_another_tenant(tenant: EngineResource) -> None:
    tenant.up(TENANT_INPUTS)
    with pytest.raises(CheckFailed, match="has its tenant in region us, and now it would be eu"):
        tenant.up({**TENANT_INPUTS, "visionOneRegion": "eu"})
