"""Step 2: Cloud One's integration with Vision One."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.resources.account import CloudOneAccount
from components.resources.enrollment import VisionOneEnrollment


class VisionOne(pulumi.ComponentResource):
    """`trend:onboarding:VisionOne`: the enrollment of Cloud One in Vision One.

    Without an enrollment token it creates nothing and says so. It never undoes an enrollment: no call does.

    Args:
        name: the component's name.
        account: the Cloud One account that is enrolled.
        enroll: whether an enrollment token is at hand.
        after: what the enrollment waits for. The component itself waits for nothing: the engine passes over one whose
            dependency a `pulumi refresh --run-program` has found gone, and then refuses its outputs.

    Attributes:
        status: Trend's word for the state of the registration, or `skipped`.
    """

    status: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        account: CloudOneAccount,
        enroll: bool,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:VisionOne", name, None, opts)
        enrollment = VisionOneEnrollment(
            "enrollment",
            account=account,
            enroll=enroll,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        self.status = enrollment.status
        self.register_outputs({"status": self.status})
