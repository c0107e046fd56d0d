"""The eight steps, in order, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import pulumi
import pulumi_command

from components.aws.context import AwsContext
from components.aws.tags import all_tags
from components.checks.findings import TrailDoubt
from components.checks.own_state import in_state
from components.refusal import Refusal, refusals_in_one_line
from components.resources.account import CloudOneAccount
from components.resources.deployment import Deployment
from components.resources.external_id import ExternalId
from components.resources.key_gate import KeyGate
from components.resources.notification_snapshot import NotificationSnapshot
from components.settings.model import ExistingTrail, Settings
from components.settings.scope import Scope
from components.steps.audit_trail import AuditTrail
from components.steps.cloud_account import CloudAccount
from components.steps.cloudtrail_integration import CloudTrailIntegration
from components.steps.health import HealthCheck
from components.steps.vision_one import VisionOne
from components.steps.workload_security import WorkloadSecurity

_onboarded: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
"""The name of the onboarding by the run of the engine that it belongs to."""


class _Source(NamedTuple):
    """Where the events are: the trail, and what others have in its bucket."""

    trail: AuditTrail
    snapshot: NotificationSnapshot


class Onboarding(pulumi.ComponentResource):
    """`trend:onboarding:Onboarding`: links one AWS account to Cloud One and Vision One, or does what a tenant has once.

    Nothing is created before the API key's account is known and the AWS region fits it. Then connector and cloud
    account are created side by side, the enrollment follows, and at last the events of the trail are sent to Trend.
    Links that are not managed by this stack are left alone unless `settings.adopt`; an existing trail, its bucket's
    policy and existing notifications always are.

    What `settings.scope` leaves out is not registered: a tenant has steps 1 and 2, an account all but step 2. Without
    `settings.trail` there are no steps 7 and 8.

    A program has one. A second is refused: an AWS account has one link of each kind, and the dynamic resources call AWS
    and Trend as the stack's configuration says, which is one account and one key.

    Args:
        name: the component's name.
        settings: what to do and how.
        where: the AWS account and region to onboard; a tenant's must fit its Cloud One region, too.
        doubt: what `preflight.check` found doubtful about the trail.

    Attributes:
        outputs: the stack's outputs by name, those of steps that are left out missing; no secret is among them.
    """

    outputs: dict[str, pulumi.Input[Any]]

    def __init__(
        self,
        name: str,
        *,
        settings: Settings,
        where: AwsContext,
        doubt: TrailDoubt | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        with refusals_in_one_line():
            _refuse_a_second(name)
        # Asked for only where it matters, since it is a call to the engine: previews change nothing.
        gate = KeyGate(name, in_state() if settings.adopt and not pulumi.runtime.is_dry_run() else {})
        super().__init__("trend:onboarding:Onboarding", name, None, gate.before_changes(opts))
        with refusals_in_one_line():
            self._refuse_another_caller(name)
        self.outputs = {}
        if settings.scope is Scope.TENANT:
            end = self._onboard_tenant(settings, where)
        else:
            end = self._onboard_account(settings, where, doubt)
        # When this update got to its end. Pulumi keeps it in the state where a later one fails, through a destroy of
        # parts, an export and an import: `operate revert` goes by it.
        completed = end.apply(lambda _: datetime.now(UTC).isoformat())
        self.register_outputs({**self.outputs, "completed": completed})

    def _onboard_tenant(self, settings: Settings, where: AwsContext) -> pulumi.Output[Any]:
        """Declare steps 1 and 2; return what is known when they are done."""
        account = self._cloud_one_account(where)
        return self._vision_one(account, settings, after=[account]).status

    def _onboard_account(self, settings: Settings, where: AwsContext, doubt: TrailDoubt | None) -> pulumi.Output[Any]:
        """Declare steps 1 to 8, less those that the settings leave out; return what is known when they are done."""
        # Registered first, so that its plugin starts beside the others: the check after the last step is all it is for.
        commands = pulumi_command.Provider("command", opts=pulumi.ResourceOptions(parent=self))

        # Step 1: the Cloud One account and region of the API key
        account = self._cloud_one_account(where)
        deployment = Deployment("deployment", opts=pulumi.ResourceOptions(parent=self, depends_on=[account]))
        tags = all_tags(settings.tags, deployment.mark)
        # The external id of step 3 is the first thing that takes more than a valid key: a key without permissions stops
        # here, before anything is created.
        gates: list[pulumi.Resource] = [account]
        external_id: pulumi.Input[str]
        if settings.external_id is None:
            asked = ExternalId("external-id", account=account, opts=pulumi.ResourceOptions(parent=self))
            gates.append(asked)
            external_id = asked.external_id
        else:
            external_id = settings.external_id
        source = self._source(account, settings, where, tags, doubt, after=list(gates))
        # What others have in an existing bucket must go together with what step 8 adds; if not, it stops here as well.
        if source is not None and isinstance(settings.trail, ExistingTrail):
            gates.append(source.snapshot)
        after_gates = pulumi.ResourceOptions(parent=self, depends_on=gates)

        # Steps 3 and 4: the cross-account role and the connector
        workload_security = WorkloadSecurity(
            "workload-security",
            account=account,
            where=where,
            external_id=external_id,
            adopt=settings.adopt,
            permissions_boundary=settings.permissions_boundary,
            role_path=settings.role_path,
            tags=tags,
            opts=after_gates,
        )

        # Steps 5 and 6: the management role and the cloud account
        cloud_account = CloudAccount(
            "cloud-account",
            account=account,
            where=where,
            stack_name=settings.stack_name,
            templates=settings.templates,
            adopt=settings.adopt,
            tags=tags,
            opts=after_gates,
        )

        # Step 2: Cloud One and Vision One. Nothing undoes an enrollment, so it waits for all that may fail beside it.
        linked: list[pulumi.Resource] = [workload_security, cloud_account, *([source.trail] if source else [])]
        if settings.scope.enrolls:
            linked = [self._vision_one(account, settings, after=linked)]

        # Steps 7 and 8: the token and the stack that forwards the trail's events
        forwarding: list[pulumi.Output[str]] = []
        if source:
            integration = CloudTrailIntegration(
                "cloudtrail-integration",
                account=account,
                where=where,
                snapshot=source.snapshot,
                stack_name=settings.stack_name,
                templates=settings.templates,
                tags=tags,
                opts=pulumi.ResourceOptions(parent=self, depends_on=linked),
            )
            linked, forwarding = [integration], [integration.stack_id]
            self.outputs["cloudTrailStackId"] = integration.stack_id

        # After the last step: what was created is read back
        check = HealthCheck(
            "health-check",
            cloud_one_account_id=account.account_id,
            region=account.region,
            where=where,
            connector_id=workload_security.connector_id,
            connector_role_arn=workload_security.role_arn,
            cloud_account_role_arn=cloud_account.role_arn,
            stack_name=settings.stack_name,
            bucket_name=source.trail.bucket_name if source else None,
            on_failure=settings.health_check,
            triggers=[
                workload_security.connector_id,
                cloud_account.cloud_account_id,
                cloud_account.state,
                *forwarding,
                # The only thing that it may have been unable to look at, so that it looks again when this changes.
                *([doubt.value] if doubt is TrailDoubt.DELIVERY else []),
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=linked, providers=[commands]),
        )
        self.outputs |= {
            "workloadSecurityRoleArn": workload_security.role_arn,
            "workloadSecurityConnectorId": workload_security.connector_id,
            "cloudOneRoleArn": cloud_account.role_arn,
            "cloudAccountId": cloud_account.cloud_account_id,
            "cloudAccountState": cloud_account.state,
            "health": check.health,
        }
        return check.health

    def _cloud_one_account(self, where: AwsContext) -> CloudOneAccount:
        account = CloudOneAccount(
            "cloud-one-account",
            aws_account_id=where.account_id,
            aws_region=where.region,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.outputs |= {
            "cloudOneAccountId": account.account_id,
            "cloudOneRegion": account.region,
            "awsAccountId": where.account_id,
        }
        return account

    def _vision_one(self, account: CloudOneAccount, settings: Settings, after: Sequence[pulumi.Resource]) -> VisionOne:
        vision_one = VisionOne(
            "vision-one",
            account=account,
            enroll=settings.enroll,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        self.outputs["visionOneStatus"] = vision_one.status
        return vision_one

    def _source(
        self,
        account: CloudOneAccount,
        settings: Settings,
        where: AwsContext,
        tags: Mapping[str, pulumi.Input[str]],
        doubt: TrailDoubt | None,
        after: Sequence[pulumi.Resource],
    ) -> _Source | None:
        """Declare the trail and read its bucket's notifications; nothing where no events are forwarded."""
        if settings.trail is None:
            return None
        trail = AuditTrail(
            "audit-trail",
            account=account,
            source=settings.trail,
            where=where,
            tags=tags,
            stopped=doubt is TrailDoubt.STOPPED,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        snapshot = NotificationSnapshot(
            "existing-notifications",
            aws_account_id=where.account_id,
            aws_region=where.region,
            bucket_name=trail.bucket_name,
            stack_name=settings.stack_name,
            stack_settings={"templates": str(settings.templates), "tags": tags},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
        self.outputs["trailBucketName"] = trail.bucket_name
        if trail.trail_arn is not None:
            self.outputs["trailArn"] = trail.trail_arn
        return _Source(trail, snapshot)

    def _refuse_another_caller(self, name: str) -> None:
        if self.get_provider("aws:iam/role:Role") is not None:
            raise Refusal(
                f"Onboarding '{name}': an AWS provider of the program's own is not supported, since the dynamic "
                "resources call AWS as the stack's configuration says; give its settings as `aws:<setting>` there"
            )


def _refuse_a_second(name: str) -> None:
    run = pulumi.runtime.settings.get_monitor()
    if run in _onboarded:
        raise Refusal(
            f"Onboarding '{name}': this program has one already, '{_onboarded[run]}', and a stack onboards one AWS "
            "account; give the other a stack of its own"
        )
    _onboarded[run] = name
