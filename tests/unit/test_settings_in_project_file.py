"""Pulumi.yaml declares what configuration.py judges: the same names, types and defaults."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic.alias_generators import to_camel

from components.settings.configuration import SECRETS, _Configuration, parse_settings

PROJECT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "Pulumi.yaml").read_text())
DECLARED: dict[str, dict[str, Any]] = PROJECT["config"]
FIELDS = {to_camel(name): field for name, field in _Configuration.model_fields.items()}
TYPES = {bool: "boolean", str: "string", int: "integer", dict: "object"}


def pulumi_type(annotation: Any) -> str:
    """Return Pulumi's name for a type; of `X | None` that of X, of a literal that of its values."""
    if annotation in TYPES:
        return TYPES[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return pulumi_type(type(arguments[0]))
    if origin in TYPES:
        return TYPES[origin]
    return pulumi_type(next(part for part in arguments if part is not type(None)))


def test_the_same_settings_are_declared_as_are_judged() -> None:
    assert set(DECLARED) == {*FIELDS, *SECRETS}


@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_has_the_type_and_default_that_it_is_judged_by(name: str) -> None:
    default = FIELDS[name].get_default(call_default_factory=True)
    assert DECLARED[name]["type"] == pulumi_type(FIELDS[name].annotation)
    assert DECLARED[name]["default"] == ("" if default is None else default)
    assert "secret" not in DECLARED[name]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_declared_as_one_and_without_a_type(name: str) -> None:
    """The engine refuses a typed secret that has no value, and a preview needs none."""
    assert DECLARED[name]["secret"] is True
    assert DECLARED[name]["default"] == ""
    assert "type" not in DECLARED[name]


@pytest.mark.parametrize("name", DECLARED)
def test_a_setting_is_described_in_whole_sentences(name: str) -> None:
    description = " ".join(DECLARED[name]["description"].split())
    assert len(description) > 20
    assert description.endswith(".")


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
