"""The program's settings in `fleet.yaml`, judged by the program's own rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from components.settings.choices import CLOUD_TRAIL, ROUTE, SCOPE
from components.settings.model import SETTINGS
from components.settings.route import Route
from components.settings.scope import Scope
from components.settings.setting import Part, Setting
from components.spelling import did_you_mean
from fleet.file import placeholders

_DECLARED = {setting.name: setting for setting in SETTINGS}
_KINDS = {
    bool: "a truth value",
    int: "a number",
    float: "a number",
    type(None): "empty",
    dict: "an object",
    list: "a list",
}


def judged(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings unchanged if all are valid.

    Raises:
        ValidationError: with every mistake, located at its setting.
    """
    return _judged(settings, _judge)


def fit_for_tenant(settings: dict[str, Any]) -> dict[str, Any]:
    """Return valid settings of all accounts unchanged if the tenant's stack can have them, too.

    Raises:
        ValidationError: it cannot.
    """
    return _judged(settings, _judge_for_tenant)


def in_scope(settings: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    """Return the configuration of a stack, as Pulumi holds it: texts, objects as JSON.

    What has no effect there is left out, since the program refuses it: the bucket that all accounts are given, where
    one of them has `cloudTrail: false`.

    Args:
        settings: valid ones, with no placeholders.
        scope: of the stack.
    """
    texts = {name: _text(value) for name, value in settings.items()}
    parts = {Part.ALL}
    if scope.links_account:
        parts |= {Part.ACCOUNT}
        if CLOUD_TRAIL.judge(texts.get(CLOUD_TRAIL.name, "true")):
            parts |= {Part.TRAIL}
    return {name: text for name, text in texts.items() if _DECLARED[name].part in parts} | {SCOPE.name: scope.value}


def kind_of(value: Any) -> str:
    """Return what YAML reads a value as."""
    return "empty" if value is None else _KINDS.get(type(value), f"a {type(value).__name__}")


def schema() -> dict[str, Any]:
    """Return the JSON schema of settings, for editors."""
    declared = [setting for setting in SETTINGS if not setting.secret and setting is not SCOPE]
    properties = {setting.name: {"description": setting.meaning, **_types(setting)} for setting in declared}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _judged(settings: dict[str, Any], judge: Callable[[str, Any], None]) -> dict[str, Any]:
    mistakes = []
    for name, value in settings.items():
        try:
            judge(name, value)
        except ValueError as error:
            reason = " ".join(str(error).split())
            kind = PydanticCustomError("setting", "{reason}", {"reason": reason})
            mistakes.append(InitErrorDetails(type=kind, loc=(name,), input=None))  # never the value: it may be a secret
    if mistakes:
        raise ValidationError.from_exception_data("settings", mistakes)
    return settings


def _judge_for_tenant(name: str, value: Any) -> None:
    if name == ROUTE.name and ROUTE.judge(_text(value)) is Route.VISION_ONE:
        raise ValueError("is `visionOne`, where a tenant has nothing once, and so no stack: give it in `overrides`")


def _judge(name: str, value: Any) -> None:
    setting = _DECLARED.get(name)
    if setting is SCOPE:
        raise ValueError("is set by the fleet: remove it")
    if setting is None:
        open_to_all = [each.name for each in SETTINGS if not each.secret]
        raise ValueError(f"unknown setting `{name}`{did_you_mean(name, open_to_all)}")
    if setting.secret:
        raise ValueError(f"is a secret: remove it; workers read it from {setting.variable} in their own environment")
    if setting.kind == "string" and isinstance(value, bool | int | float):
        raise ValueError(f"is {kind_of(value)} in YAML: write it in quotes")
    setting.judge(_text(placeholders.filled(value, placeholders.SAMPLE)))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, bool | int | float | dict | list):
        raise ValueError(f"is {kind_of(value)}: give a value, or remove the setting")
    return json.dumps(value, default=str)


def _types(setting: Setting[Any]) -> dict[str, Any]:
    """Return the types that an editor accepts: always a text, which may have placeholders."""
    if isinstance(setting.default, tuple):
        return {"type": ["string", "array"]}
    return {"type": setting.kind if setting.kind in ("string", "object") else [setting.kind, "string"]}
