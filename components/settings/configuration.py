"""The configuration of a stack, judged as a whole: one message names every mistake, before anything is changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pulumi

from components.refusal import Refusal
from components.settings.endpoints import ENDPOINT_VARIABLE, check_base_url
from components.settings.model import (
    CREATE_NEW_TRAIL,
    ENROLLMENT_TOKEN,
    SETTINGS,
    ExistingTrail,
    HostedTemplates,
    NewTrail,
    Settings,
)
from components.settings.setting import declared_in
from components.spelling import did_you_mean

SECRETS = tuple(setting.name for setting in SETTINGS if setting.secret)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
_BUCKET = declared_in(ExistingTrail)["bucket_name"]

ModelT = TypeVar("ModelT")


class SettingsError(Refusal):
    """Settings that cannot be used.

    Attributes:
        problems: one line each; no secret is in them.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_settings() -> Settings:
    """Read and judge the configuration of the Pulumi stack that runs, and the environment.

    Raises:
        SettingsError: naming every mistake.
    """
    namespace = f"{pulumi.get_project()}:"
    configuration = {
        key.removeprefix(namespace): value
        for key, value in pulumi.runtime.get_config_env().items()
        if key.startswith(namespace)
    }
    plain_secrets = [name for name in SECRETS if not pulumi.runtime.is_config_secret(namespace + name)]
    return parse_settings(configuration, os.environ, plain_secrets)


def parse_settings(
    configuration: Mapping[str, str], environment: Mapping[str, str], plain_secrets: list[str] | None = None
) -> Settings:
    """Judge a configuration.

    Args:
        configuration: text by setting, objects as JSON; names without the project's.
        environment: the variables that win over it.
        plain_secrets: those of the secrets that are not stored encrypted.

    Raises:
        SettingsError: naming every mistake.
    """
    problems = [
        f"{name} is stored unencrypted: set it again with `pulumi config set --secret {name}`"
        for name in plain_secrets or []
        if configuration.get(name)
    ]

    def judge(name: str, rule: Callable[[str], Any], text: str) -> Any:
        try:
            return rule(text)
        except ValueError as error:
            reason = str(error)
            problems.append(_one_line(f"{name} {reason}" if reason.startswith("is ") else f"{name}: {reason}"))

    values = dict(_DEFAULTS)
    for setting in SETTINGS:
        if environment.get(setting.variable):
            values[setting.name] = judge(setting.variable, setting.judge, environment[setting.variable])
        elif setting.name in configuration:
            values[setting.name] = judge(setting.name, setting.judge, configuration[setting.name])
    base_url = environment.get(ENDPOINT_VARIABLE, "")
    if base_url:
        judge(ENDPOINT_VARIABLE, check_base_url, base_url)
    unknown = [name for name in configuration if name not in _DEFAULTS]
    problems += [_one_line(f"unknown setting `{name}`{did_you_mean(name, list(_DEFAULTS))}") for name in unknown]
    problems += _trail_problems(values[CREATE_NEW_TRAIL.name], values[_BUCKET.name])
    if problems:
        raise SettingsError(problems)
    templates = _filled(HostedTemplates, values)
    return _filled(
        Settings,
        values,
        trail=_filled(NewTrail if values[CREATE_NEW_TRAIL.name] else ExistingTrail, values),
        templates=None if templates == _filled(HostedTemplates, _DEFAULTS) else templates,
        enroll=bool(values[ENROLLMENT_TOKEN.name]),
        base_url=base_url,
    )


def _trail_problems(create_new_trail: bool | None, bucket_name: str | None) -> list[str]:
    """Judge what goes together; a value that was refused by itself is None."""
    if create_new_trail is False and bucket_name == "":
        return [f"{_BUCKET.name} is missing: name the bucket that a trail delivers to, or set createNewTrail to true"]
    if create_new_trail and bucket_name:
        return [f"{_BUCKET.name}: '{bucket_name}' is given together with createNewTrail true: remove one of the two"]
    return []


def _filled(model: type[ModelT], values: Mapping[str, Any], **derived: Any) -> ModelT:
    """Return a part of the settings with the values of the fields that it declares."""
    return model(**{field: values[setting.name] for field, setting in declared_in(model).items()}, **derived)


def _one_line(text: str) -> str:
    return " ".join(text.split())
