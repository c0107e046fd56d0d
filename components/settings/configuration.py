"""The configuration of a stack, judged as a whole: one message names every mistake, before anything is changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pulumi
import pydantic
from pydantic.alias_generators import to_camel

from components.refusal import Refusal
from components.settings import rules as value_rules
from components.settings.credentials import HOW_TO_SET, KEY_VARIABLE, TOKEN_VARIABLE, ApiKey, InvalidApiKey
from components.settings.endpoints import ENDPOINT_VARIABLE, EndpointError, check_base_url
from components.settings.model import ExistingTrail, HostedTemplates, NewTrail, Settings
from components.spelling import did_you_mean

DEFAULT_ASSETS_BUCKET = "cloudone-community"
SECRETS = ("cloudOneApiKey", "visionOneServiceToken")


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
        plain_secrets: those of the two secrets that are not stored encrypted.

    Raises:
        SettingsError: naming every mistake.
    """
    flat = dict(configuration)
    api_key, token = (flat.pop(name, "") for name in SECRETS)
    problems = [
        f"{name} is stored unencrypted: set it again with `pulumi config set --secret {name}`"
        for name in plain_secrets or []
        if configuration.get(name)
    ]
    problems += _credential_problems(environment.get(KEY_VARIABLE, ""), api_key)
    problems += _endpoint_problems(environment.get(ENDPOINT_VARIABLE, ""))
    try:
        parsed = _Configuration.model_validate(flat)
    except pydantic.ValidationError as error:
        problems += [_problem(detail) for detail in error.errors(include_url=False)]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return parsed.settings(enroll=bool(environment.get(TOKEN_VARIABLE) or token))


def _when_given(pattern: str, rule: str) -> pydantic.AfterValidator:
    return pydantic.AfterValidator(
        lambda value: None if value is None else value_rules.must_match(value, pattern, rule)
    )


# Pulumi.yaml must give every setting a default, so an empty text stands for one that is not given.
_Optional = pydantic.BeforeValidator(lambda value: value or None)
_Object = pydantic.BeforeValidator(value_rules.json_object)


class _Configuration(pydantic.BaseModel):
    """The configuration as Pulumi holds it: flat, in camelCase."""

    model_config = pydantic.ConfigDict(alias_generator=to_camel, extra="forbid")

    create_new_trail: bool = False
    existing_cloudtrail_bucket_name: Annotated[str | None, _Optional] = pydantic.Field(None, validate_default=True)
    trail_bucket_on_destroy: Literal["keep", "delete"] = "keep"
    trail_log_retention_days: Annotated[int, pydantic.Field(ge=0, le=36500)] = 365
    qs_s3_bucket_name: Annotated[
        str, _when_given(r"[0-9a-zA-Z]([0-9a-zA-Z-]*[0-9a-zA-Z])?", "made of digits, letters and inner hyphens")
    ] = DEFAULT_ASSETS_BUCKET
    qs_s3_key_prefix: Annotated[str, _when_given(r"[0-9a-zA-Z./-]*", "made of digits, letters, - . and /")] = ""
    stack_name: Annotated[
        str, _when_given(r"[a-zA-Z][a-zA-Z0-9-]{0,7}", "a letter and at most 7 more letters, digits and hyphens")
    ] = "CloudOne"
    external_id: Annotated[
        str | None,
        _when_given(r"[\w+=,.@:/-]{2,1224}", "an external id (letters, digits, _+=,.@:/-)"),
        _Optional,
    ] = None
    adopt: bool = False
    permissions_boundary: Annotated[
        str | None, _when_given(r"arn:[\w-]+:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "an IAM policy's ARN"), _Optional
    ] = None
    role_path: Annotated[
        str | None, _when_given(r"/([!-.0-~]+/)*", "an IAM path (a slash at either end, no blanks)"), _Optional
    ] = None
    tags: Annotated[dict[str, str], pydantic.BeforeValidator(value_rules.tags), _Object] = pydantic.Field(
        default_factory=dict
    )
    health_check: Literal["fail", "warn"] = "fail"
    endpoints: Annotated[dict[str, str], pydantic.BeforeValidator(value_rules.endpoints), _Object] = pydantic.Field(
        default_factory=dict
    )
    region_map: Annotated[dict[str, str], pydantic.BeforeValidator(value_rules.region_map), _Object] = pydantic.Field(
        default_factory=dict
    )

    @pydantic.field_validator("existing_cloudtrail_bucket_name", mode="after")
    @classmethod
    def _goes_with_create_new_trail(cls, value: str | None, info: pydantic.ValidationInfo) -> str | None:
        create_new_trail = info.data.get("create_new_trail")
        if value is None and create_new_trail is False:
            raise ValueError("is missing: name the bucket that a trail delivers to, or set createNewTrail to true")
        if value is not None and create_new_trail:
            raise ValueError(f"'{value}' is given together with createNewTrail true: remove one of the two")
        return None if value is None else value_rules.bucket_name(value)

    def settings(self, *, enroll: bool) -> Settings:
        """Return the flat values as the types that the components take."""
        trail = (
            NewTrail(self.trail_bucket_on_destroy, self.trail_log_retention_days)
            if self.existing_cloudtrail_bucket_name is None
            else ExistingTrail(self.existing_cloudtrail_bucket_name)
        )
        prefix = self.qs_s3_key_prefix
        hosted = (self.qs_s3_bucket_name, prefix) != (DEFAULT_ASSETS_BUCKET, "")
        return Settings(
            trail=trail,
            templates=HostedTemplates(self.qs_s3_bucket_name, _with_slash(prefix)) if hosted else None,
            stack_name=self.stack_name,
            enroll=enroll,
            external_id=self.external_id,
            adopt=self.adopt,
            permissions_boundary=self.permissions_boundary,
            role_path=self.role_path,
            tags=self.tags,
            health_check=self.health_check,
        )


def _with_slash(prefix: str) -> str:
    return prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def _credential_problems(from_environment: str, from_configuration: str) -> list[str]:
    """Judge the form of the API key that is going to be used; a preview needs none at all."""
    if not (from_environment or from_configuration):
        return []
    try:
        ApiKey.parse(from_environment or from_configuration)
    except InvalidApiKey as error:
        return [f"{KEY_VARIABLE if from_environment else SECRETS[0]}: {error}; {HOW_TO_SET}"]
    return []


def _endpoint_problems(base_url: str) -> list[str]:
    try:
        if base_url:
            check_base_url(base_url)
    except EndpointError as error:
        return [f"{ENDPOINT_VARIABLE}: {error}"]
    return []


def _problem(detail: Any) -> str:
    """Return one of pydantic's findings as a line for the operator, also where a value has line breaks."""
    return " ".join(_finding(detail).split())


def _finding(detail: Any) -> str:
    name = str(detail["loc"][0])
    if detail["type"] == "extra_forbidden":
        known = [to_camel(field) for field in _Configuration.model_fields]
        return f"{name} is no setting{did_you_mean(name, [*known, *SECRETS])}"
    if name in _Configuration.model_fields:  # pydantic names a field in Python's way where its default was judged
        name = to_camel(name)
    if detail["type"] == "value_error":
        reason = str(detail["ctx"]["error"])
        return f"{name} {reason}" if reason.startswith("is ") else f"{name}: {reason}"
    return f"{name}: '{detail['input']}' is refused: {detail['msg'].lower()}"
