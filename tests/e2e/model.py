"""What the machine of test_model believes about a stack: a few plain values, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.trend import TenantKey
from tests.e2e.sentinels import KEY, NEXT_KEY
from tests.e2e.subscribers import BUCKET, existing

BOUNDARY = "arn:aws:iam::123456789012:policy/sandbox-boundary"
EXTERNAL_ID = "sandbox-external-id"
# What each setting, or group of settings that go together, can be; the first is what a stack begins with.
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "trail": [
        {"existingCloudtrailBucketName": BUCKET},
        {"createNewTrail": True},
        {"createNewTrail": True, "trailBucketOnDestroy": "delete", "trailLogRetentionDays": 30},
        {"createNewTrail": True, "trailBucketOnDestroy": "delete"},
    ],
    "stackName": [{}, {"stackName": "Trend"}],
    "tags": [{}, {"tags": {"team": "blue"}}, {"tags": {"team": "red", "cost": "7"}}],
    "rolePath": [{}, {"rolePath": "/security/"}],
    "permissionsBoundary": [{}, {"permissionsBoundary": BOUNDARY}],
    "externalId": [{}, {"externalId": EXTERNAL_ID}],
    "templates": [{}, {"qsS3BucketName": "sandbox-assets-us-east-1", "qsS3KeyPrefix": "trend/"}],
    "adopt": [{}, {"adopt": True}],
    "healthCheck": [{}, {"healthCheck": "warn"}],
}
SETTINGS = tuple(VARIANTS)


@dataclass
class Model:
    """What is configured, what was applied, and what happened since.

    Attributes:
        chosen: number of the variant of each setting.
        deployed: the settings that were applied last, all of them; None where nothing stands.
        tried: the settings of an update that failed since.
        settled: whether the world is what `deployed` says.
        unseen: whether something was changed of which the state does not know.
        others: what other teams have subscribed to on the bucket.
        others_unseen: whether they changed it since the state saw it last.
        unlinked: the kinds of links that were deleted by hand since the stack was made.
        may_keep_buckets: whether a trail was asked for whose bucket outlives it.
        key: the API key that Trend takes; any other was revoked.
        key_configured: whether it is given by the configuration, not by the environment.
        key_applied: whether the state knows it, where it comes from the configuration.
    """

    chosen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SETTINGS, 0))
    deployed: dict[str, Any] | None = None
    tried: dict[str, Any] | None = None
    settled: bool = False
    unseen: bool = False
    others: dict[str, Any] = field(default_factory=existing)
    others_unseen: bool = False
    unlinked: set[str] = field(default_factory=set)
    may_keep_buckets: bool = False
    key: TenantKey = KEY
    key_configured: bool = False
    key_applied: bool = True

    @property
    def settings(self) -> dict[str, Any]:
        """What is configured, less the secrets."""
        return {name: value for group in SETTINGS for name, value in VARIANTS[group][self.chosen[group]].items()}

    @property
    def stands(self) -> bool:
        """Whether an update worked, so that everything was there, whatever somebody did to it since."""
        return self.deployed is not None and self.tried is None

    @property
    def began(self) -> bool:
        """Whether an update was ever begun, so that there may be something in the stack."""
        return self.deployed is not None or self.tried is not None

    @property
    def needs_refresh(self) -> bool:
        """Whether only a refresh can tell an update what there is to do.

        That is so after a change by hand, and where an update failed half-way and other settings are wanted by now.
        """
        return self.unseen or self.tried not in (None, self.settings)

    @property
    def reading_flags(self) -> list[str]:
        """What commands need that read what stands: plain ones use the configuration of the last update."""
        return [] if self.key_applied else ["--run-program"]

    def change(self, group: str, by: int) -> None:
        """Choose another variant of a setting."""
        variants = len(VARIANTS[group])
        self.chosen[group] = (self.chosen[group] + 1 + by % (variants - 1)) % variants

    def change_key(self, configured: bool) -> None:
        """Take the other key."""
        self.key = NEXT_KEY if self.key == KEY else KEY
        self.key_configured, self.key_applied = configured, not configured

    def begins(self) -> None:
        """Note that an update was begun with the settings."""
        self.may_keep_buckets |= VARIANTS["trail"][self.chosen["trail"]] == {"createNewTrail": True}

    def succeeded(self, *, refreshed: bool) -> None:
        """Note that an update worked."""
        if refreshed or self.deployed is None:
            self.others_unseen = False
        self.deployed, self.tried, self.settled, self.unseen, self.key_applied = self.settings, None, True, False, True

    def failed(self) -> None:
        """Note that an update failed."""
        self.unseen = self.needs_refresh
        self.tried, self.settled = self.settings, False

    def drifted(self) -> None:
        """Note that something of the stack was changed by hand."""
        self.unseen, self.settled = True, False

    def refreshed(self) -> None:
        """Note that the state knows all there is."""
        self.unseen, self.others_unseen = False, False
        self.tried = None if self.tried is None else self.settings

    def destroyed(self) -> None:
        """Note that nothing of the stack is left."""
        self.deployed, self.tried, self.settled, self.unseen = None, None, False, False
        self.unlinked, self.may_keep_buckets, self.others_unseen = set(), False, False
