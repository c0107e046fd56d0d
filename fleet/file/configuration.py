"""The model of `fleet.yaml`. The JSON schema for editors and the table of docs/fleet.md are generated from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from components.settings.rules import matching
from fleet.file import placeholders, settings


def _quoted(value: Any) -> Any:
    if isinstance(value, int):
        raise ValueError("is a number in YAML, which loses leading zeros: write the account's id in quotes")
    return value


def _text_of(pattern: str, form: str) -> Any:
    """Return the annotations of a `str` that matches a pattern."""
    schema = WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})
    return AfterValidator(matching(pattern, form)), schema


stack_name = matching(r"[\w.-]{1,100}", "a stack's name (1 to 100 letters, digits, _ . -)")


def _stack_template(text: str) -> str:
    if not placeholders.names_account(text):
        raise ValueError(f"'{text}' is the same name for all accounts: add {{id}} or {{name}}")
    stack_name(placeholders.filled(text, placeholders.SAMPLE))
    return text


AccountId = Annotated[str, BeforeValidator(_quoted), *_text_of(r"\d{12}", "an account's id (twelve digits)")]
UnitId = Annotated[
    str, *_text_of(r"r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}", "the id of a unit (ou-…) or a root (r-…)")
]
RoleArn = Annotated[str, *_text_of(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+", "a role's ARN")]
RoleName = Annotated[str, *_text_of(r"[\w+=,.@/-]{1,512}", "a role's name, with its path if it has one")]
RoleExternalId = Annotated[str, *_text_of(r"[\w+=,.@:/-]{2,1224}", "an external id")]
StackName = Annotated[str, AfterValidator(stack_name)]
StackTemplate = Annotated[str, AfterValidator(_stack_template)]
WaveName = Annotated[str, *_text_of(r"[\w.-]{1,40}", "a wave's name (1 to 40 letters, digits, _ . -)")]
Tags = dict[str, str]
ProgramSettings = Annotated[dict[str, Any], AfterValidator(settings.judged), WithJsonSchema(settings.schema())]
GeneralSettings = Annotated[ProgramSettings, AfterValidator(settings.fit_for_tenant)]
Percent = Annotated[int, Field(ge=0, le=100)]
Positive = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_camel, use_attribute_docstrings=True
    )


class TenantStack(_Part):
    """The one stack with what the tenant has once, deployed first."""

    stack: StackName = "tenant"
    """The stack's name."""
    enroll: bool = False
    """Whether it enrolls in Vision One, with the token that the worker's environment has."""


class Organizations(_Part):
    """The accounts of an AWS organization."""

    units: list[UnitId] = []
    """Organizational units, or the root, whose accounts count; empty for the whole organization."""
    nested: bool = True
    """Whether the accounts of the units within these units count as well."""
    tags: Tags = {}
    """Tags that an account must have, all of them."""
    role_arn: RoleArn | None = None
    """Role to read the organization with; by default the caller's own credentials do."""


class Source(_Part):
    """Where the accounts come from: one of the two."""

    organizations: Annotated[Organizations | None, BeforeValidator(lambda value: {} if value is None else value)] = None
    """The accounts of an AWS organization."""
    file: str | None = None
    """A YAML file with a list of accounts, each with `id`, `name` and `tags`; relative to this one."""


class Exclude(_Part):
    """Accounts to skip: those that match any of these."""

    accounts: list[AccountId] = []
    """Ids of accounts."""
    units: list[UnitId] = []
    """Units with all that is within."""
    tags: Tags = {}
    """Tags that an account has, all of them."""


class Access(_Part):
    """How an account is reached; that of the caller itself takes no role."""

    role_name: RoleName = "OrganizationAccountAccessRole"
    """Role in each account that the caller assumes."""
    external_id: RoleExternalId | None = None
    """External id that the role's trust asks for."""


class Override(_Part):
    """Settings of some accounts: those that match all that is given here."""

    accounts: list[AccountId] = []
    """Ids of accounts."""
    units: list[UnitId] = []
    """Units with all that is within."""
    tags: Tags = {}
    """Tags that an account has, all of them."""
    settings: ProgramSettings
    """Settings of the program; the last matching override wins, setting by setting."""


class Wave(_Part):
    """Accounts that are deployed together, before the next wave begins."""

    name: WaveName
    """The wave's name; `tenant` is that of the tenant's stack."""
    count: Positive | None = None
    """Number of accounts."""
    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    """Percentage of the accounts to deploy, rounded up."""
    gate: Literal["manual"] | None = None
    """`manual`: the wave starts once somebody approves it, when asked or by `--approve NAME`."""


class Stop(_Part):
    """When a run starts no more accounts."""

    failed_percent: Percent = 5
    """More than this percentage of a wave's accounts has failed."""
    same_error: Positive = 5
    """This many accounts have failed with the same error."""


class Limits(_Part):
    """How fast a run goes."""

    at_once: Positive = 8
    """Accounts that run at the same time on each worker."""
    starts_per_minute: Positive = 30
    """Accounts started within a minute, over all workers."""
    minutes: Positive = 30
    """Minutes after which the run of an account is interrupted."""


class Fleet(_Part):
    """Many accounts, and how they are linked."""

    tenant: TenantStack = TenantStack()
    """The one stack with what the tenant has once."""
    source: Source
    """Where the accounts come from."""
    exclude: Exclude = Exclude()
    """Accounts of the source to skip."""
    access: Access = Access()
    """How an account is reached."""
    stack: StackTemplate = "aws-{id}"
    """Name of an account's stack, with the placeholders `{id}` and `{name}`."""
    settings: GeneralSettings = {}
    """Settings of the program for every account; a text may have the placeholders `{id}` and `{name}`."""
    overrides: list[Override] = []
    """Settings of some accounts; the last match wins, setting by setting."""
    waves: list[Wave] = [Wave(name="rest")]
    """The order of deployment; the last wave takes the rest."""
    stop: Stop = Stop()
    """When a run starts no more accounts."""
    limits: Limits = Limits()
    """How fast a run goes."""
