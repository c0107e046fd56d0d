"""Vision One's links to its template: what they carry, and how long they serve."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import yaml

from sandbox.trend import Simulator
from tests.unit.test_trend_simulator.conftest import ACCOUNTS, Api

WANTED = {
    "awsRegion": "eu-central-1",
    "features": [{"id": "cloud-audit-log-monitoring", "regions": ["eu-central-1"]}],
    "templateAccountType": "single",
    "awsAccountName": "dev & test",
    "awsAccountDescription": "of the team",
    "customTags": [{"key": "team", "value": "dev"}],
}


def links(vision_one: Api, **changes: Any) -> dict[str, str]:
    made: dict[str, str] = vision_one("POST", f"{ACCOUNTS}/generateCfnTemplateLinks", WANTED | changes).json()
    return made


def parameters(link: dict[str, str]) -> dict[str, str]:
    fragment = urlsplit(link["createStackUrl"]).fragment.partition("?")[2]
    return {name: value for name, (value,) in parse_qs(fragment).items()}


class _Loader(yaml.SafeLoader):
    """Takes CloudFormation's short forms for what they stand on."""


_Loader.add_multi_constructor("!", lambda *parts: parts[-1].value)


def read(url: str) -> requests.Response:
    return requests.get(url, timeout=5)


def test_the_console_link_carries_the_template_and_its_parameters(sim: Simulator, vision_one: Api) -> None:
    made = links(vision_one)
    business = sim.tenant.business
    assert set(made) == {"templateUrl", "visionOneOidcProviderUrl", "createStackUrl"}
    assert made["visionOneOidcProviderUrl"] == "cloudaccounts-us.xdr.trendmicro.com"
    assert urlsplit(made["createStackUrl"]).netloc == "eu-central-1.console.aws.amazon.com"
    given = parameters(made)
    key = given.pop("param_VisionOneAPIKey")
    assert sim.tenant.minted_prefix in key
    assert given == {
        "templateURL": made["templateUrl"],
        "stackName": "Vision-One-Cloud-Account-Management",
        "param_VisionOneAccountID": business.id,
        "param_VisionOneOIDCProviderURL": "cloudaccounts-us.xdr.trendmicro.com",
        "param_VisionOneRegion": "us",
        "param_CloudAccountName": "dev & test",
        "param_CloudAccountDescription": "of the team",
    }
    assert set(yaml.load(read(made["templateUrl"]).text, _Loader)["Parameters"]) >= {
        name.removeprefix("param_") for name in given if name.startswith("param_")
    }


def test_links_and_keys_differ_at_every_call_and_keys_are_kept_as_digests(sim: Simulator, vision_one: Api) -> None:
    made = [links(vision_one) for _ in range(2)]
    keys = {parameters(each)["param_VisionOneAPIKey"] for each in made}
    assert (len({each["templateUrl"] for each in made}), len(keys)) == (2, 2)
    state = sim.control.state()
    assert len(state.template_keys) == 2
    assert not [key for key in keys if key in state.to_json()]


def test_the_tenant_may_speak_otherwise(sim: Simulator, vision_one: Api) -> None:
    sim.control.behave(oidc_url_scheme=True, stack_url_parameters=False)
    made = links(vision_one)
    assert made["visionOneOidcProviderUrl"] == "https://cloudaccounts-us.xdr.trendmicro.com"
    assert set(parameters(made)) == {"templateURL", "stackName"}
    assert sim.control.state().template_keys == ()


def test_a_template_is_read_without_a_key_and_its_text_differs_at_every_call(vision_one: Api) -> None:
    url = links(vision_one)["templateUrl"]
    first, second = read(url), read(url)
    assert (first.status_code, "@" in first.text) == (200, False)
    assert "never seen" in first.text
    different = [
        (one, other)
        for one, other in zip(first.text.splitlines(), second.text.splitlines(), strict=True)
        if one != other
    ]
    assert [one.partition(":")[0].strip() for one, _ in different] == ["Generated", "Request"]


def test_a_link_expires_and_none_can_be_made_up(sim: Simulator, vision_one: Api) -> None:
    url = links(vision_one)["templateUrl"]
    sim.control.behave(template_link_seconds=0)
    expired = links(vision_one)["templateUrl"]
    for link in (expired, url.partition("?")[0], f"{url}x"):
        reply = read(link)
        assert (reply.status_code, reply.json()["error"]["code"]) == (403, "AccessDenied")
    assert read(url).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"awsRegion": "us-1"}, "awsRegion"),
        ({"awsRegion": None}, "awsRegion"),
        ({"features": [{"id": "sold-elsewhere"}]}, "sold-elsewhere"),
        ({"templateAccountType": "unit"}, "templateAccountType"),
        ({"name": "dev"}, "name"),
    ],
)
def test_a_wrong_field_of_a_template_is_named_in_the_refusal(
    vision_one: Api, wrong: dict[str, Any], named: str
) -> None:
    reply = vision_one("POST", f"{ACCOUNTS}/generateCfnTemplateLinks", WANTED | wrong)
    assert (reply.status_code, named in reply.json()["error"]["message"]) == (400, True)
