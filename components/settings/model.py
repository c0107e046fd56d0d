"""The settings: each is declared once, at the field that holds its value in the way that the components take it.

`configuration` judges a stack's configuration by this; `make docs` writes Pulumi.yaml's `config` and the tables of
README.md and docs/settings.md from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from components.settings import rules
from components.settings.choices import CLOUD_TRAIL, CREATE_NEW_TRAIL, FROM_ANOTHER_BUCKET, ROUTE, SCOPE
from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE, parse_token
from components.settings.direct import VISION_ONE_API_KEY, DirectLink
from components.settings.route import Route
from components.settings.scope import Scope
from components.settings.setting import Effect, Part, Setting, declare, declared_in

_FROM_ANOTHER_TEMPLATE = Effect(
    "updates existing-notifications, forwarder-template, management-role, management-role-template; "
    "replaces forwarder, forwarder-key-check, health, restored-notifications",
    "the stacks come from other templates",
)

API_KEY = Setting(
    "cloudOneApiKey",
    rules.api_key,
    default=None,
    meaning="Cloud One API key, `<key id>:<secret>`. The environment variable CLOUD_ONE_API_KEY wins. Needed by "
    "everything but a preview where `route` is `cloudOne`, or was.",
    effects=[Effect("nothing", "the key is in no resource; one of another account is refused before the first change")],
    secret=True,
    variable=KEY_VARIABLE,
)

ENROLLMENT_TOKEN = Setting(
    "visionOneServiceToken",
    parse_token,
    default="",
    meaning="Vision One enrollment token. The environment variable VISION_ONE_SERVICE_TOKEN wins. Without one the "
    "enrollment is skipped.",
    effects=[Effect("nothing", "who is enrolled stays enrolled; the first token enrolls")],
    secret=True,
    variable=TOKEN_VARIABLE,
)


@dataclass(frozen=True)
class ExistingTrail:
    """Use the bucket that a trail delivers to already."""

    bucket_name: str = declare(
        "existingCloudtrailBucketName",
        rules.bucket_name,
        default="",
        meaning="Bucket of this account that a trail, this account's or the organization's, delivers to already. Only "
        "with createNewTrail false.",
        effects=[Effect(FROM_ANOTHER_BUCKET, "Trend's stack takes its bucket when it is created")],
        required=True,
        part=Part.TRAIL,
    )


@dataclass(frozen=True)
class NewTrail:
    """Create a trail, and a bucket for it.

    Attributes:
        on_destroy: what becomes of the bucket and its logs.
        retention_days: days after which logs expire; 0 for never.
    """

    on_destroy: Literal["keep", "delete"] = declare(
        "trailBucketOnDestroy",
        rules.one_of("keep", "delete"),
        default="keep",
        meaning="What `pulumi destroy` does with a new trail's bucket and its logs, `keep` or `delete`.",
        effects=[Effect("updates trail-bucket", "only what a later removal does")],
        part=Part.TRAIL,
    )
    retention_days: int = declare(
        "trailLogRetentionDays",
        rules.whole_number(0, 36500),
        default=365,
        meaning="Days after which a new trail's bucket expires its logs; 0 keeps them for ever.",
        effects=[Effect("updates trail-bucket-lifecycle", "logs that are older by now are expired by S3")],
        part=Part.TRAIL,
    )


@dataclass(frozen=True)
class HostedTemplates:
    """Take Trend's templates out of a bucket of one's own.

    Attributes:
        bucket_name: the bucket.
        key_prefix: what their keys begin with; empty, or with a slash at its end.
    """

    bucket_name: str = declare(
        "qsS3BucketName",
        rules.matching(r"[0-9a-zA-Z]([0-9a-zA-Z-]*[0-9a-zA-Z])?", "made of digits, letters and inner hyphens"),
        default="cloudone-community",
        meaning="Bucket that hosts Trend's templates; digits, letters, hyphens. With the default they come from "
        "Trend's own addresses.",
        effects=[_FROM_ANOTHER_TEMPLATE],
        required=True,
        route=Route.CLOUD_ONE,
    )
    key_prefix: str = declare(
        "qsS3KeyPrefix",
        rules.key_prefix,
        default="",
        meaning="Prefix of the templates' keys in that bucket; digits, letters, `-` `.` `/`.",
        effects=[_FROM_ANOTHER_TEMPLATE],
        route=Route.CLOUD_ONE,
    )

    def url(self, file_name: str, aws_region: str, url_suffix: str) -> str:
        """Return the address of a template in an AWS region, whose URL suffix is `amazonaws.com` or another."""
        return f"https://{self.bucket_name}.s3.{aws_region}.{url_suffix}/{self.key_prefix}templates/{file_name}"


@dataclass(frozen=True)
class Settings:
    """The settings. The API keys and the enrollment token are not among them.

    Attributes:
        direct: how the account is linked in Vision One itself; None where it is linked in Cloud One.
        trail: where the trail's events are; None where none are forwarded.
        templates: where Trend's templates are; None for Trend's own addresses.
        enroll: whether an enrollment token is at hand.
        stack_name: what Trend's stacks are named after, at most 8 characters.
        external_id: the tenant's, where it hides its own.
        adopt: whether to adopt links that are not managed by this stack.
        permissions_boundary, role_path: of the cross-account role.
        tags: for everything that takes tags.
        health_check: what a link in a bad state does to the update, after its last step.
        endpoints, endpoints_confirmed, region_map: as the dynamic resources read them from the configuration of the
            stack that runs, for the checks before it; given in Python alone they change no call.
        base_url: the one of the environment, which wins over `endpoints`; empty for none.
        scope: what the stack is for. With `Scope.TENANT` only `enroll` and how to reach Trend are of use.
    """

    trail: NewTrail | ExistingTrail | None
    templates: HostedTemplates | None = None
    enroll: bool = False
    base_url: str = ""
    scope: Scope = Scope.ALL
    direct: DirectLink | None = None
    stack_name: str = declare(
        "stackName",
        rules.matching(r"[a-zA-Z][a-zA-Z0-9-]{0,7}", "a letter and at most 7 more letters, digits and hyphens"),
        default="CloudOne",
        meaning="Name of Trend's CloudFormation stacks, at most 8 characters.",
        effects=[
            Effect(
                "updates existing-notifications, registration; "
                "replaces forwarder, forwarder-key-check, health, management-role, management-role-key-check, "
                "restored-notifications",
                "a CloudFormation stack cannot be renamed; the registration is pointed at the new role, never deleted",
            )
        ],
        route=Route.CLOUD_ONE,
    )
    external_id: str | None = declare(
        "externalId",
        rules.matching(r"[\w+=,.@:/-]{2,1224}", "an external id (letters, digits, _+=,.@:/-)"),
        default=None,
        meaning="The tenant's external id, where an administrator hides it.",
        effects=[
            Effect(
                "deletes external-id",
                "the tenant is not asked any more; another id than the tenant's changes the role's trust, and Trend "
                "then refuses the role",
            )
        ],
        route=Route.CLOUD_ONE,
    )
    adopt: bool = declare(
        "adopt",
        rules.boolean,
        default=False,
        meaning="Adopt a connector or cloud account that is not managed by this stack; `pulumi destroy` restores its "
        "earlier settings.",
        effects=[
            Effect(
                "creates connector-before-adoption, registration-before-adoption; updates connector, registration",
                "links that are managed by this stack stay as they are; another's is adopted, with its earlier "
                "settings recorded",
            )
        ],
    )
    permissions_boundary: str | None = declare(
        "permissionsBoundary",
        rules.matching(r"arn:[\w-]+:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "an IAM policy's ARN"),
        default=None,
        meaning="ARN of the policy that bounds the cross-account role.",
        effects=[Effect("updates workload-security", "a role takes another boundary in place")],
    )
    role_path: str | None = declare(
        "rolePath",
        rules.matching(r"/([!-.0-~]+/)*", "an IAM path (a slash at either end, no blanks)"),
        default=None,
        meaning="IAM path of the cross-account role, for example `/security/`.",
        effects=[
            Effect(
                "updates connector, health; replaces workload-security, workload-security-reads",
                "a role cannot move; the connector is pointed at the new one before the old one is deleted",
            )
        ],
    )
    tags: Mapping[str, str] = declare(
        "tags",
        rules.tags,
        default={},
        meaning="Tags for everything that takes tags.",
        effects=[
            Effect(
                "updates existing-notifications, management-role, workload-security; "
                "replaces forwarder, forwarder-key-check, health, restored-notifications",
                "in place, but for Trend's CloudTrail stack: its token is good for one creation",
            )
        ],
    )
    health_check: Literal["fail", "warn"] = declare(
        "healthCheck",
        rules.one_of("fail", "warn"),
        default="fail",
        meaning="What a link in a bad state, or one that could not be read, does to `pulumi up` after its last step, "
        "`fail` or `warn`. Either way the output `health` names it.",
        effects=[Effect("updates health", "the check runs again, and its verdict counts as the setting says")],
    )
    endpoints: Mapping[str, str] = declare(
        "endpoints",
        rules.endpoints,
        default={},
        meaning="Base URL by service: accounts, services, workload, cloudaccounts, cloudtrail, visionone-connect, "
        "visionone. The environment variable TREND_ENDPOINT_URL wins: one base, `/<service>` appended.",
        effects=[Effect("updates health", "where calls go is in no other resource; the check runs again")],
        part=Part.ALL,
    )
    endpoints_confirmed: tuple[str, ...] = declare(
        "endpointsConfirmed",
        rules.hosts,
        default=(),
        meaning="Hosts, with commas between, that are not Trend's and get the API key all the same: exactly those that "
        "`endpoints` and TREND_ENDPOINT_URL name, but for this machine's own addresses. `pulumi up` refuses any other.",
        effects=[Effect("updates health", "it is among what the check is told, which runs again")],
        part=Part.ALL,
    )
    region_map: Mapping[str, str] = declare(
        "regionMap",
        rules.region_map,
        default={},
        meaning="Additions to the table of Cloud One regions and the AWS region of each, such as "
        '`{"zz-1": "us-west-2"}`.',
        effects=[Effect("nothing", "it is in no resource; a region that does not fit is refused")],
        part=Part.ALL,
        route=Route.CLOUD_ONE,
    )


SETTINGS: tuple[Setting[Any], ...] = (
    API_KEY,
    ENROLLMENT_TOKEN,
    VISION_ONE_API_KEY,
    ROUTE,
    SCOPE,
    CLOUD_TRAIL,
    CREATE_NEW_TRAIL,
    *(
        setting
        for part in (ExistingTrail, NewTrail, HostedTemplates, DirectLink, Settings)
        for setting in declared_in(part).values()
    ),
)
"""All settings, in the order in which they are listed."""
