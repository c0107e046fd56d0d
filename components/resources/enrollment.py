"""Step 2: the registration of Cloud One with Vision One."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, ReadResult, UpdateResult

from components.resources.account import CloudOneAccount
from components.resources.base import TrendProvider, reported
from components.resources.properties import Inputs, OnboardingResource, OutputProperty, Props
from components.trend.errors import (
    BadRequest,
    Conflict,
    CredentialsError,
    NoReply,
    ServiceFailed,
    UnusableReply,
)

if TYPE_CHECKING:
    from components.trend.vision_one import VisionOneConnectClient

SKIPPED = "skipped"
REGISTERED = "registered"
# After one of these the enrollment may have been carried out, now or by a run before.
LOOK_AGAIN = (NoReply, UnusableReply, ServiceFailed, BadRequest, Conflict)


@dataclass(frozen=True, kw_only=True)
class EnrollmentInputs(Inputs):
    """Inputs of step 2.

    Attributes:
        cloud_one_account_id, region: of the Cloud One account.
        enroll: whether a token was given, in this run or an earlier one.
    """

    cloud_one_account_id: str
    region: str
    enroll: bool


class EnrollmentProvider(TrendProvider):
    """Enrolls Cloud One, once. What is enrolled stays so: no call undoes it, and a token serves a single time."""

    step = "step 2, Vision One enrollment"
    identity = ("cloudOneAccountId", "region")

    def check(self, olds: Props, news: Props) -> CheckResult:
        """Keep `enroll` once it was set: the token is needed once, and gone from the settings later.

        This runs in a preview too, so what cannot be undone is said here, before it is done.
        """
        result = super().check(olds, news)
        if olds.get("enroll") is True:
            result.inputs["enroll"] = True
        elif news.get("enroll") is True:
            self.say("moves endpoint management from Cloud One to Vision One, which cannot simply be undone")
        return result

    @reported
    def create(self, props: Props) -> CreateResult:
        """Enroll, unless Cloud One is enrolled already or no token was given."""
        outs = self._enroll(props)
        return CreateResult(outs["cloudOneAccountId"], outs)

    @reported
    def read(self, account_id: str, props: Props) -> ReadResult:
        """Ask how the registration stands; where that cannot be told, what was known stays."""
        inputs = EnrollmentInputs.of(props)
        status = self._client(inputs).status() if inputs.enroll else ""
        return ReadResult(account_id, {**props, "status": status or props["status"]}, inputs.props())

    @reported
    def update(self, _id: str, _olds: Props, news: Props) -> UpdateResult:
        """Enroll where a token was given for the first time."""
        return UpdateResult(self._enroll(news))

    def delete(self, _id: str, props: Props) -> None:
        """Leave the registration, and say so: only the Vision One console can take it back."""
        if props["status"] != SKIPPED:
            self.say(
                f"the enrollment of Cloud One account {props['cloudOneAccountId']} stays (status {props['status']}): "
                "it cannot be undone from here; in the Vision One console see Service Management > Product Connector"
            )

    def _enroll(self, props: Props) -> Props:
        inputs = EnrollmentInputs.of(props)
        if not inputs.enroll:
            self.say("skipped, since no visionOneServiceToken is given")
            return {**inputs.props(), "status": SKIPPED}
        client = self._client(inputs)
        if status := client.status():
            self.say(
                f"Cloud One is enrolled already (status {status}): Vision One manages endpoint security, and a "
                "connector in Cloud One may be of no use; docs/routes.md says which route is yours"
            )
            return {**inputs.props(), "status": status}
        return {**inputs.props(), "status": self._post(client)}

    def _post(self, client: VisionOneConnectClient) -> str:
        token = self.enrollment_token()
        if not token:
            raise CredentialsError(
                "there is no Vision One enrollment token in this run",
                hint="set VISION_ONE_SERVICE_TOKEN, or `pulumi config set --secret visionOneServiceToken`",
            )
        try:
            return client.enroll(token) or REGISTERED
        except LOOK_AGAIN as error:
            if status := client.status():
                return status
            if isinstance(error, Conflict):
                return REGISTERED  # there is a registration, and its status cannot be asked for
            raise

    def _client(self, inputs: EnrollmentInputs) -> VisionOneConnectClient:
        return self.trend(inputs.cloud_one_account_id).vision_one_connect(inputs.region)


class VisionOneEnrollment(OnboardingResource, module="trend", name="VisionOneEnrollment"):
    """The registration of Cloud One with Vision One, `trend:VisionOneEnrollment`.

    Args:
        name: the resource's name.
        account: the Cloud One account.
        enroll: whether an enrollment token is at hand. The token itself is no property of the resource.
    """

    status = OutputProperty[str]()
    """Trend's word for the state of the registration, or `skipped`."""

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        enroll: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"cloudOneAccountId": account.account_id, "region": account.region, "enroll": enroll}
        super().__init__(EnrollmentProvider(), name, inputs, opts)
