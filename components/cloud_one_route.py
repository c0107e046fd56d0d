"""The route by Cloud One: the eight steps, in order, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pulumi

from components.aws.context import AwsContext
from components.aws.tags import all_tags
from components.checks.findings import TrailDoubt
from components.resources.account import CloudOneAccount
from components.resources.deployment import Deployment
from components.resources.external_id import ExternalId
from components.resources.notification_snapshot import NotificationSnapshot
from components.settings.model import ExistingTrail, Settings
from components.settings.scope import Scope
from components.steps.audit_trail import AuditTrail
from components.steps.cloud_account import CloudAccount
from components.steps.cloudtrail_integration import CloudTrailIntegration
from components.steps.health import HealthCheck
from components.steps.vision_one import VisionOne
from components.steps.workload_security import WorkloadSecurity


class _Source(NamedTuple):
    """Where the events are: the trail, and what others have in its bucket."""

    trail: AuditTrail
    snapshot: NotificationSnapshot


class CloudOneRoute:
    """Declares what links an AWS account to Cloud One, and Cloud One to Vision One.

    Nothing is created before the API key's account is known and the AWS region fits it. Then connector and cloud
    account are created side by side, the enrollment follows, and at last the events of the trail are sent to Trend.

    Args:
        parent: of all that is declared.
        settings, where, doubt: as `components.onboarding.Onboarding` takes them.

    Attributes:
        outputs: the stack's outputs by name, those of steps that are left out missing.
    """

    def __init__(
        self, parent: pulumi.Resource, settings: Settings, where: AwsContext, doubt: TrailDoubt | None
    ) -> None:
        self._parent = parent
        self._settings = settings
        self._where = where
        self._doubt = doubt
        self.outputs: dict[str, pulumi.Input[Any]] = {}

    def declare(self) -> pulumi.Output[Any]:
        """Declare the steps that the settings ask for; return what is known when they are done."""
        return self._tenant() if self._settings.scope is Scope.TENANT else self._account_with_links()

    def _tenant(self) -> pulumi.Output[Any]:
        """Declare steps 1 and 2."""
        account = self._cloud_one_account()
        return self._vision_one(account, after=[account]).status

    def _account_with_links(self) -> pulumi.Output[Any]:
        """Declare steps 1 to 8, less those that the settings leave out."""
        settings, where = self._settings, self._where

        # Step 1: the Cloud One account and region of the API key
        account = self._cloud_one_account()
        deployment = Deployment("deployment", opts=pulumi.ResourceOptions(parent=self._parent, depends_on=[account]))
        tags = all_tags(settings.tags, deployment.mark)
        # The external id of step 3 is the first thing that takes more than a valid key: a key without permissions stops
        # here, before anything is created.
        gates: list[pulumi.Resource] = [account]
        external_id: pulumi.Input[str]
        if settings.external_id is None:
            asked = ExternalId("external-id", account=account, opts=pulumi.ResourceOptions(parent=self._parent))
            gates.append(asked)
            external_id = asked.external_id
        else:
            external_id = settings.external_id
        source = self._source(account, tags, after=list(gates))
        # What others have in an existing bucket must go together with what step 8 adds; if not, it stops here as well.
        if source is not None and isinstance(settings.trail, ExistingTrail):
            gates.append(source.snapshot)
        after_gates = pulumi.ResourceOptions(parent=self._parent, depends_on=gates)

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
            linked = [self._vision_one(account, after=linked)]

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
                after=linked,
                opts=pulumi.ResourceOptions(parent=self._parent),
            )
            linked, forwarding = [integration], [integration.stack_id]
            self.outputs["cloudTrailStackId"] = integration.stack_id

        # After the last step: what was created is read back
        check = HealthCheck(
            "health-check",
            expected={
                "cloud_one_account_id": account.account_id,
                "region": account.region,
                "aws_account_id": where.account_id,
                "aws_region": where.region,
                "connector_id": workload_security.connector_id,
                "connector_role_arn": workload_security.role_arn,
                "cloud_account_role_arn": cloud_account.role_arn,
                "stack_name": settings.stack_name,
                **({"bucket_name": source.trail.bucket_name} if source else {}),
            },
            on_failure=settings.health_check,
            triggers=[
                workload_security.connector_id,
                cloud_account.cloud_account_id,
                cloud_account.state,
                *forwarding,
                # The only thing that it may have been unable to look at, so that it looks again when this changes.
                *([self._doubt.value] if self._doubt is TrailDoubt.DELIVERY else []),
            ],
            after=linked,
            opts=pulumi.ResourceOptions(parent=self._parent),
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

    def _cloud_one_account(self) -> CloudOneAccount:
        where = self._where
        account = CloudOneAccount(
            "cloud-one-account",
            aws_account_id=where.account_id,
            aws_region=where.region,
            opts=pulumi.ResourceOptions(parent=self._parent),
        )
        self.outputs |= {
            "cloudOneAccountId": account.account_id,
            "cloudOneRegion": account.region,
            "awsAccountId": where.account_id,
        }
        return account

    def _vision_one(self, account: CloudOneAccount, after: Sequence[pulumi.Resource]) -> VisionOne:
        vision_one = VisionOne(
            "vision-one",
            account=account,
            enroll=self._settings.enroll,
            after=after,
            opts=pulumi.ResourceOptions(parent=self._parent),
        )
        self.outputs["visionOneStatus"] = vision_one.status
        return vision_one

    def _source(
        self, account: CloudOneAccount, tags: Mapping[str, pulumi.Input[str]], after: Sequence[pulumi.Resource]
    ) -> _Source | None:
        """Declare the trail and read its bucket's notifications; nothing where no events are forwarded."""
        settings, where = self._settings, self._where
        if settings.trail is None:
            return None
        trail = AuditTrail(
            "audit-trail",
            account=account,
            source=settings.trail,
            where=where,
            tags=tags,
            stopped=self._doubt is TrailDoubt.STOPPED,
            opts=pulumi.ResourceOptions(parent=self._parent, depends_on=list(after)),
        )
        snapshot = NotificationSnapshot(
            "existing-notifications",
            aws_account_id=where.account_id,
            aws_region=where.region,
            bucket_name=trail.bucket_name,
            stack_name=settings.stack_name,
            stack_settings={"templates": str(settings.templates), "tags": tags},
            opts=pulumi.ResourceOptions(parent=self._parent, depends_on=[account]),
        )
        self.outputs["trailBucketName"] = trail.bucket_name
        if trail.trail_arn is not None:
            self.outputs["trailArn"] = trail.trail_arn
        return _Source(trail, snapshot)
