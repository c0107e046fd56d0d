"""The configuration of a stack, judged as a whole: one message names every mistake, before anything is changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

import pulumi

from components.refusal import Refusal
from components.settings import rules
from components.settings.choices import CLOUD_TRAIL, CREATE_NEW_TRAIL, ROUTE, SCOPE
from components.settings.direct import AUDIT_LOGS, DirectLink
from components.settings.endpoints import ENDPOINT_VARIABLE, check_base_url
from components.settings.model import ENROLLMENT_TOKEN, SETTINGS, ExistingTrail, HostedTemplates, NewTrail, Settings
from components.settings.route import Route
from components.settings.scope import Scope
from components.settings.setting import Part, Setting, declared_in
from components.spelling import did_you_mean

DEFAULT_TAGS = "aws:defaultTags"
"""Key of the AWS provider's own tags. They count as `tags` do: AWS gets both."""

SECRETS = tuple(setting.name for setting in SETTINGS if setting.secret)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
_TAGS = declared_in(Settings)["tags"]
_BUCKET = declared_in(ExistingTrail)["bucket_name"]
_FEATURES = declared_in(DirectLink)["features"]

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
    namespace, entries = f"{pulumi.get_project()}:", pulumi.runtime.get_config_env()
    configuration = {key.removeprefix(namespace): value for key, value in entries.items() if key.startswith(namespace)}
    plain_secrets = [name for name in SECRETS if not pulumi.runtime.is_config_secret(namespace + name)]
    return parse_settings(configuration, os.environ, plain_secrets, entries.get(DEFAULT_TAGS, ""))


def parse_settings(
    configuration: Mapping[str, str],
    environment: Mapping[str, str],
    plain_secrets: list[str] | None = None,
    default_tags: str = "",
) -> Settings:
    """Judge a configuration.

    Args:
        configuration: text by setting, objects as JSON; names without the project's.
        environment: the variables that win over it.
        plain_secrets: those of the secrets that are not stored encrypted.
        default_tags: the AWS provider's setting `DEFAULT_TAGS`, as JSON; empty for none.

    Raises:
        SettingsError: naming every mistake.
    """
    judge = _Judge()
    judge.problems += [
        f"{name} is stored unencrypted: set it again with `pulumi config set --secret {name}`"
        for name in plain_secrets or []
        if configuration.get(name)
    ]
    values = dict(_DEFAULTS)
    for setting in SETTINGS:
        if environment.get(setting.variable):
            values[setting.name] = judge(setting.variable, setting.judge, environment[setting.variable])
        elif setting.name in configuration:
            values[setting.name] = judge(setting.name, setting.judge, configuration[setting.name])
    judge.route(values)
    trail = judge.trail(values)
    given = judge(DEFAULT_TAGS, lambda text: rules.default_tags(text, environment), default_tags)
    if given and values[_TAGS.name] is not None:
        both = f"{DEFAULT_TAGS} and {_TAGS.name}"
        values[_TAGS.name] = judge(both, partial(rules.together, given), values[_TAGS.name])
    base_url = environment.get(ENDPOINT_VARIABLE, "")
    if base_url:
        judge(ENDPOINT_VARIABLE, check_base_url, base_url)
    judge.unknown_names(configuration)
    if judge.problems:
        raise SettingsError(judge.problems)
    templates = _filled(HostedTemplates, values)
    return _filled(
        Settings,
        values,
        trail=trail and _filled(trail, values),
        scope=values[SCOPE.name],
        direct=_filled(DirectLink, values) if values[ROUTE.name] is Route.VISION_ONE else None,
        templates=None if templates == _filled(HostedTemplates, _DEFAULTS) else templates,
        enroll=bool(values[ENROLLMENT_TOKEN.name]),
        base_url=base_url,
    )


class _Judge:
    """Names what is wrong with a configuration, a line each."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def __call__(self, name: str, rule: Callable[[Any], Any], value: Any) -> Any:
        """Return what a rule makes of a value; None where it refuses it."""
        try:
            return rule(value)
        except ValueError as error:
            reason = " ".join(str(error).split())  # a value may have line breaks
            self.problems.append(f"{name} {reason}" if reason.startswith("is ") else f"{name}: {reason}")

    def unknown_names(self, names: Iterable[str]) -> None:
        """Judge the names of what is set."""
        for name in names:
            if name not in _DEFAULTS:
                word = " ".join(name.split())
                self.problems.append(f"unknown setting `{word}`{did_you_mean(word, list(_DEFAULTS))}")

    def route(self, values: Mapping[str, Any]) -> None:
        """Judge what is set for the other route, and what a tenant has there."""
        route = values[ROUTE.name]
        if route is None:
            return
        other = [setting for setting in SETTINGS if setting.route not in (None, route)]
        self._without_effect(f"{ROUTE.name}: with `{route}`, the other route is not taken", other, values)
        if route is Route.VISION_ONE and values[SCOPE.name] is Scope.TENANT:
            self.problems.append(
                f"{SCOPE.name}: with `{ROUTE.name}` `{route}`, there is nothing that a tenant has once: use "
                f"`{Scope.ACCOUNT}`, or no `{SCOPE.name}`"
            )

    def trail(self, values: Mapping[str, Any]) -> type[NewTrail | ExistingTrail] | None:
        """Judge what goes together, and return which trail is asked for; a value that was refused by itself is None."""
        scope, cloud_trail = values[SCOPE.name], values[CLOUD_TRAIL.name]
        audited = any(each.id == AUDIT_LOGS for each in values[_FEATURES.name] or ())
        if scope is Scope.TENANT:
            reason = f"with `{scope}`, no AWS account is linked"
            self._without_effect(f"{SCOPE.name}: {reason}", _of_parts(Part.ACCOUNT, Part.TRAIL), values)
            return None
        if cloud_trail is False:
            self._without_effect(f"{CLOUD_TRAIL.name}: with `false`, there is no trail", _of_parts(Part.TRAIL), values)
            if audited:
                self.problems.append(
                    f"{_FEATURES.name}: {AUDIT_LOGS} reads a trail, which {CLOUD_TRAIL.name} leaves out"
                )
            return None
        create_new_trail, bucket_name = values[CREATE_NEW_TRAIL.name], values[_BUCKET.name]
        if values[ROUTE.name] is Route.VISION_ONE and create_new_trail is False and bucket_name == "" and not audited:
            return None
        if scope and cloud_trail and create_new_trail is False and bucket_name == "":
            reason = "is missing: name the bucket that a trail delivers to, or set createNewTrail to true"
            self.problems.append(f"{_BUCKET.name} {reason}")
        elif create_new_trail and bucket_name:
            reason = f"'{bucket_name}' is given together with createNewTrail true: remove one of the two"
            self.problems.append(f"{_BUCKET.name}: {reason}")
        return NewTrail if create_new_trail else ExistingTrail

    def _without_effect(self, reason: str, settings: Iterable[Setting[Any]], values: Mapping[str, Any]) -> None:
        """Refuse what is set for something that is left out; nobody can tell a default from nothing set."""
        given = [each.name for each in settings if values[each.name] not in (None, each.default)]
        if given:
            self.problems.append(f"{reason}, so remove what has no effect: {', '.join(given)}")


def _of_parts(*parts: Part) -> list[Setting[Any]]:
    return [setting for setting in SETTINGS if setting.part in parts]


def _filled(model: type[ModelT], values: Mapping[str, Any], **derived: Any) -> ModelT:
    """Return a part of the settings with the values of the fields that it declares."""
    return model(**{field: values[setting.name] for field, setting in declared_in(model).items()}, **derived)
