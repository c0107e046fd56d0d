"""Pulumi.yaml's settings, as the engine takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.settings.configuration import parse_settings
from components.settings.model import SETTINGS
from components.settings.setting import Setting

PROJECT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "Pulumi.yaml").read_text())
DECLARED: dict[str, dict[str, Any]] = PROJECT["config"]


@pytest.mark.parametrize("name", DECLARED)
def test_a_setting_has_a_default_and_no_type_so_that_the_engine_refuses_nothing(name: str) -> None:
    """Its one error would hide all other mistakes, and a preview needs neither of the secrets."""
    assert "default" in DECLARED[name]
    assert "type" not in DECLARED[name]


def test_the_secrets_are_declared_as_such() -> None:
    secrets = [name for name, declared in DECLARED.items() if declared.get("secret")]
    assert secrets == ["cloudOneApiKey", "visionOneServiceToken", "visionOneApiKey"]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_is_described_in_whole_sentences(setting: Setting[Any]) -> None:
    assert len(setting.meaning) > 20
    assert setting.meaning.endswith(".")
    assert setting.effects


def test_the_declared_defaults_mean_the_same_as_no_settings() -> None:
    """As text, the way the engine hands them to the program."""

    def text(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    defaults = {name: text(declared["default"]) for name, declared in DECLARED.items()}
    bucket = {"existingCloudtrailBucketName": "a-bucket"}
    assert parse_settings(defaults | bucket, {}) == parse_settings(bucket, {})


def test_the_program_runs_in_the_virtual_environment_of_the_clone() -> None:
    assert PROJECT["name"] == "trend-onboarding"
    assert PROJECT["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
