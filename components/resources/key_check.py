"""The API key once more, in each run that deletes something of this stack: it is asked for before the deletion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult
from pulumi.output import Unknown

from components.resources.account import CloudOneAccount, check_usable
from components.resources.base import TrendProvider, reported
from components.resources.properties import Inputs, OnboardingResource, Props


@dataclass(frozen=True, kw_only=True)
class KeyCheckInputs(Inputs):
    """Inputs of a check of the key.

    Attributes:
        cloud_one_account_id: whose key it must be.
        before: ids of what is not to be deleted without such a key.
    """

    cloud_one_account_id: str
    before: list[str] = field(default_factory=list)


class KeyCheckProvider(TrendProvider):
    """Asks whether Trend takes the key when it is deleted, which is before all that it depends on is."""

    step = "step 1, Cloud One account"
    identity = ("cloudOneAccountId", "before")

    def diff(self, check_id: str, olds: Props, news: Props) -> DiffResult:
        """Replace the check with what it is for, so that it goes first; the new id of that is unknown meanwhile."""
        result = super().diff(check_id, olds, news)
        before = news.get("before")
        if isinstance(before, Unknown) or any(isinstance(each, Unknown) for each in before or ()):
            result.replaces = [*(result.replaces or ()), "before"]
        return result

    def create(self, props: Props) -> CreateResult:
        """Ask nothing: what it is for was created after a check of the same key."""
        inputs = KeyCheckInputs.of(props)
        return CreateResult(inputs.cloud_one_account_id, inputs.props())

    def read(self, check_id: str, props: Props) -> ReadResult:
        """Return what the state holds."""
        return ReadResult(check_id, props, KeyCheckInputs.of(props).props())

    def update(self, _id: str, _olds: Props, news: Props) -> UpdateResult:
        """Keep the inputs."""
        return UpdateResult(KeyCheckInputs.of(news).props())

    def delete(self, _id: str, props: Props) -> None:
        """Ask whether Trend takes the key."""
        self.require_key(KeyCheckInputs.of(props).cloud_one_account_id)

    @reported
    def require_key(self, cloud_one_account_id: str) -> None:
        """Make sure that Trend takes the key, for changes too, and that it is one of the account.

        Raises:
            OnboardingError: it is not.
        """
        check_usable(self.trend(cloud_one_account_id).key_details())


class KeyCheck(OnboardingResource, module="trend", name="KeyCheck"):
    """A check of the API key before something is deleted, `trend:KeyCheck`.

    Args:
        name: the resource's name.
        account: whose key it must be.
        before: ids of what is not to be deleted without such a key.
    """

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        before: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"cloudOneAccountId": account.account_id, "before": list(before)}
        super().__init__(KeyCheckProvider(), name, inputs, opts)
