"""The API key, the enrollment token and the endpoint variable, in the environment and in the configuration."""

from __future__ import annotations

import pytest

from components.settings.configuration import parse_settings
from components.settings.credentials import parse_token
from tests.unit.settings_problems import problems

NEW_TRAIL = {"createNewTrail": "true"}
KEY = "tmcKEYID:SENTINEL-secret"


def test_no_key_at_all_is_no_mistake_since_a_preview_needs_none() -> None:
    assert parse_settings(NEW_TRAIL | {"cloudOneApiKey": "", "visionOneServiceToken": ""}, {}).enroll is False


def test_the_key_of_the_environment_wins_and_its_mistakes_carry_its_name() -> None:
    parse_settings(NEW_TRAIL | {"cloudOneApiKey": "SENTINEL without colon"}, {"CLOUD_ONE_API_KEY": KEY})
    (problem,) = problems(NEW_TRAIL | {"cloudOneApiKey": KEY}, {"CLOUD_ONE_API_KEY": "SENTINEL"})
    assert problem.startswith("CLOUD_ONE_API_KEY: ")
    assert "SENTINEL" not in problem


@pytest.mark.parametrize("environment", [{"VISION_ONE_SERVICE_TOKEN": "SENTINEL"}, {}])
def test_a_token_in_the_environment_enrolls_too(environment: dict[str, str]) -> None:
    assert parse_settings(NEW_TRAIL, environment).enroll is bool(environment)


@pytest.mark.parametrize("token", ["token", " token\n", "\ttoken\r\n"])
def test_a_token_with_blanks_around_it_is_the_token_without(token: str) -> None:
    assert parse_token(token) == "token"
    assert parse_settings(NEW_TRAIL, {"VISION_ONE_SERVICE_TOKEN": token}).enroll is True


@pytest.mark.parametrize(
    ("token", "text"),
    [("\n", "is blank"), (" ", "is blank"), ("SENTINEL x", "holds a blank"), ("SENTINEL\u00e9", "ASCII")],
)
def test_a_token_that_cannot_be_one_is_refused_with_the_name_of_where_it_comes_from(token: str, text: str) -> None:
    for configuration, environment, name in [
        ({"visionOneServiceToken": token}, {}, "visionOneServiceToken: "),
        ({"visionOneServiceToken": "a-token"}, {"VISION_ONE_SERVICE_TOKEN": token}, "VISION_ONE_SERVICE_TOKEN: "),
    ]:
        (problem,) = problems(NEW_TRAIL | configuration, environment)
        assert problem.startswith(name)
        assert text in problem
        assert "SENTINEL" not in problem


@pytest.mark.parametrize("name", ["cloudOneApiKey", "visionOneServiceToken"])
def test_a_secret_stored_in_plain_text_is_refused(name: str) -> None:
    (problem,) = problems(NEW_TRAIL | {name: KEY}, plain=[name])
    assert problem == f"{name} is stored unencrypted: set it again with `pulumi config set --secret {name}`"
    parse_settings(NEW_TRAIL | {name: ""}, {}, [name])
    parse_settings(NEW_TRAIL | {name: KEY}, {}, [])


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://trend.example", "use https"),
        ("https://u:SENTINEL@trend.example", "password"),
        ("https://[::1", "an invalid host or port"),
        ("trend.example", "not an http(s) URL"),
    ],
)
def test_the_endpoint_variable_is_judged_like_the_setting(url: str, text: str) -> None:
    (problem,) = problems(NEW_TRAIL, {"TREND_ENDPOINT_URL": url})
    assert problem.startswith("TREND_ENDPOINT_URL: ")
    assert text in problem
    assert "SENTINEL" not in problem


@pytest.mark.parametrize("url", ["", "https://trend.example/x", "http://127.0.0.1:8080"])
def test_a_good_endpoint_variable_is_no_mistake(url: str) -> None:
    assert parse_settings(NEW_TRAIL, {"TREND_ENDPOINT_URL": url}).base_url == url
