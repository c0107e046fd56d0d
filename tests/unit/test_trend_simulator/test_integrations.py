"""What the services do: the CloudTrail integration, and both halves of the Vision One enrolment."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.trend import Simulator
from tests.unit.test_trend_simulator.conftest import ACCOUNT, Api

CLOUD_ACCOUNTS = "/cloudaccounts/cloudaccounts/aws"


def deployment_pairs(api: Api) -> dict[str, str]:
    reply = api("POST", "/cloudtrail/stacks", {"providerAccountID": ACCOUNT, "awsRegion": "us-east-1"})
    fragment = urlsplit(reply.json()["deploymentURL"]).fragment
    return {name: values[0] for name, values in parse_qs(fragment.partition("?")[2], strict_parsing=True).items()}


def test_a_stack_gets_encoded_pairs_in_the_fragment_and_a_token_of_its_own(
    sim: Simulator, api: Api, cloud_account: dict[str, Any]
) -> None:
    api("POST", CLOUD_ACCOUNTS, cloud_account)
    first, second = deployment_pairs(api), deployment_pairs(api)
    documented = {"templateUrl", "stackName"} | {
        f"param_{name}" for name in ("S3BucketKey", "S3BucketName", "ServiceToken", "ServiceURL", "APIVersion")
    }
    assert set(first) > documented
    assert first["param_ServiceToken"].startswith(sim.tenant.minted_prefix)
    assert first["param_ServiceToken"].endswith("+/==")
    assert first["param_ServiceToken"] != second["param_ServiceToken"]
    assert len(sim.control.state().service_tokens) == 2


def test_the_order_of_the_pairs_varies(api: Api, cloud_account: dict[str, Any]) -> None:
    api("POST", CLOUD_ACCOUNTS, cloud_account)
    assert len({tuple(deployment_pairs(api)) for _ in range(8)}) > 1


def test_a_pair_can_be_left_out(sim: Simulator, api: Api, cloud_account: dict[str, Any]) -> None:
    api("POST", CLOUD_ACCOUNTS, cloud_account)
    sim.control.behave(dropped_stack_parameter="param_ServiceURL")
    assert "param_ServiceURL" not in deployment_pairs(api)


def test_no_token_is_minted_for_an_account_that_is_not_registered(sim: Simulator, api: Api) -> None:
    reply = api("POST", "/cloudtrail/stacks", {"providerAccountID": ACCOUNT, "awsRegion": "us-east-1"})
    assert (reply.status_code, list(reply.json()["fields"])) == (400, ["providerAccountID"])
    assert sim.control.state().service_tokens == ()


def test_a_registration_happens_once_and_can_be_read(sim: Simulator, api: Api) -> None:
    token = sim.tenant.enrolment_tokens[0].value
    assert api("GET", "/visionone-connect/connectors").status_code == 404
    made = api("POST", "/visionone-connect/connectors", {"enrollmentToken": token})
    assert made.json() == {"registration": {"status": "registered"}}
    assert api("GET", "/visionone-connect/connectors").json() == made.json()
    assert api("POST", "/visionone-connect/connectors", {"enrollmentToken": token}).status_code == 409
    sim.control.behave(registration_read=False)
    assert api("GET", "/visionone-connect/connectors").status_code == 405


@pytest.mark.parametrize(("which", "reason"), [(1, "has been used"), (2, "has expired"), (None, "is unknown")])
def test_an_enrolment_token_must_be_known_fresh_and_unused(
    sim: Simulator, api: Api, which: int | None, reason: str
) -> None:
    token = "nobody's" if which is None else sim.tenant.enrolment_tokens[which].value
    reply = api("POST", "/visionone-connect/connectors", {"enrollmentToken": token})
    assert (reply.status_code, reply.json()["fields"]) == (400, {"enrollmentToken": reason})
    assert token not in reply.text


def test_a_token_stays_used_after_the_registration_is_undone(sim: Simulator, api: Api) -> None:
    sim.control.behave(registration_delete=True)
    body = {"enrollmentToken": sim.tenant.enrolment_tokens[0].value}
    api("POST", "/visionone-connect/connectors", body)
    assert api("DELETE", "/visionone-connect/connectors").status_code == 204
    assert api("POST", "/visionone-connect/connectors", body).json()["fields"] == {"enrollmentToken": "has been used"}


def test_a_token_minted_by_vision_one_registers_cloud_one(api: Api, vision_one: Api) -> None:
    enrolment = vision_one("POST", "/visionone/v1.0/preview/uic/instances/enrollment", {"productId": "scc"}).json()
    assert set(enrolment) == {"token", "connectorId", "tokenExpireTime"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", enrolment["tokenExpireTime"])
    assert api("POST", "/visionone-connect/connectors", {"enrollmentToken": enrolment["token"]}).status_code == 200


def test_vision_ones_connector_is_deleted_once_and_leaves_the_registration(api: Api, vision_one: Api) -> None:
    enrolment = vision_one("POST", "/visionone/v1.0/preview/uic/instances/enrollment", {"productId": "scc"}).json()
    api("POST", "/visionone-connect/connectors", {"enrollmentToken": enrolment["token"]})
    path = f"/visionone/v2.0/xdr/portal/connectors/onpremise/{enrolment['connectorId']}"
    deleted = vision_one("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert vision_one("DELETE", path).status_code == 404
    assert api("GET", "/visionone-connect/connectors").status_code == 200


def test_vision_one_enrols_no_other_product(vision_one: Api) -> None:
    reply = vision_one("POST", "/visionone/v1.0/preview/uic/instances/enrollment", {"productId": "other"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "BadRequest")
