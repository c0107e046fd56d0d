"""The settings that choose which others there are: `model` has the types that they stand for."""

from __future__ import annotations

from components.settings import rules
from components.settings.route import Route
from components.settings.scope import Scope
from components.settings.setting import Effect, Part, Setting

_NEW_TRAIL_RESOURCES = (
    "trail, trail-bucket, trail-bucket-access, trail-bucket-encryption, trail-bucket-lifecycle, "
    "trail-bucket-ownership, trail-bucket-policy, trail-bucket-versioning, trail-key-check"
)
_FORWARDING_RESOURCES = (
    "existing-notifications, forwarder, forwarder-key-check, forwarder-template, parameters, restored-notifications"
)
_ACCOUNT_RESOURCES = (
    "connector, deployment, existing-notifications, external-id, forwarder, forwarder-key-check, forwarder-template, "
    "health, management-role, management-role-key-check, management-role-template, parameters, registration, "
    "restored-notifications, workload-security, workload-security-reads"
)
"""Of an existing trail's bucket; those of a new trail come on top."""
FROM_ANOTHER_BUCKET = "replaces existing-notifications, forwarder, forwarder-key-check, health, restored-notifications"
_OF_CLOUD_ONE = (
    "cloud-one-account, connector, enrollment, existing-notifications, external-id, forwarder, forwarder-key-check, "
    "forwarder-template, management-role, management-role-key-check, management-role-template, parameters, "
    "registration, restored-notifications, workload-security, workload-security-reads"
)
_OF_VISION_ONE = "vision-one-account, vision-one-oidc, vision-one-reads, vision-one-role, vision-one-tenant"

ROUTE = Setting(
    "route",
    rules.one_of(*Route),
    default=Route.CLOUD_ONE,
    meaning="Where the AWS account is linked: `cloudOne`, which Vision One sees once it is enrolled, or `visionOne` "
    "itself, for tenants that have no Cloud One or have left it.",
    effects=[
        Effect(
            f"creates {_OF_VISION_ONE}; deletes {_OF_CLOUD_ONE}; replaces health",
            "the account is linked in Vision One first and unlinked in Cloud One afterwards; Cloud One stays enrolled",
            "to visionOne",
        ),
        Effect(
            f"creates {_OF_CLOUD_ONE}; deletes {_OF_VISION_ONE}; replaces health",
            "the account is linked in Cloud One first and unlinked in Vision One afterwards",
            "to cloudOne",
        ),
    ],
)

SCOPE = Setting(
    "scope",
    rules.one_of(*Scope),
    default=Scope.ALL,
    meaning="What this stack is for: `tenant` enrolls Cloud One in Vision One, once for all accounts; `account` links "
    "an AWS account and never enrolls; `all` does both.",
    effects=[
        Effect(
            "deletes enrollment",
            "Cloud One stays enrolled as it is; the stack of the tenant finds that, and enrolls nothing twice",
            "from all to account",
        ),
        Effect("creates enrollment", "it enrolls where a token is at hand, and nothing twice", "from account to all"),
        Effect(
            f"deletes {_ACCOUNT_RESOURCES}",
            "the AWS account is unlinked, as by `pulumi destroy`; Cloud One stays enrolled. A new trail goes, too",
            "from all to tenant",
        ),
        Effect(f"creates {_ACCOUNT_RESOURCES}", "the AWS account is linked", "from tenant to all"),
    ],
)

CLOUD_TRAIL = Setting(
    "cloudTrail",
    rules.boolean,
    default=True,
    meaning="Forward the events of a trail to Trend. False leaves out trail and bucket, for an account whose events an "
    "organization's trail delivers to another account.",
    effects=[
        Effect(
            f"deletes {_FORWARDING_RESOURCES}; replaces health",
            "no event of this account's bucket reaches Trend any more; existing notifications are restored, and a new "
            "trail goes with its bucket, as `trailBucketOnDestroy` says",
            "to false",
        ),
        Effect(f"creates {_FORWARDING_RESOURCES}; replaces health", "the events reach Trend from then on", "to true"),
    ],
    part=Part.ACCOUNT,
)

CREATE_NEW_TRAIL = Setting(
    "createNewTrail",
    rules.boolean,
    default=False,
    part=Part.TRAIL,
    meaning="Create a trail and a bucket for it (extra cost). False needs existingCloudtrailBucketName.",
    effects=[
        Effect(
            f"creates {_NEW_TRAIL_RESOURCES}; {FROM_ANOTHER_BUCKET}",
            "the events are read from another bucket; the old one keeps its logs",
            "to true",
        ),
        Effect(
            f"deletes {_NEW_TRAIL_RESOURCES}; {FROM_ANOTHER_BUCKET}",
            "the same, back; the bucket leaves the stack and stays in AWS with its logs, unless "
            "`trailBucketOnDestroy` is `delete`",
            "to false",
        ),
    ],
)
