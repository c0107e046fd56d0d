"""The runs of a deployment under the policies that `operate policy` prints, in each situation that changes them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from operate.policy.statement import MANAGED_POLICY_LIMIT, length
from sandbox.sandbox import Sandbox
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import SandboxStack

UP = ("up", "--yes", "--skip-preview")
REFRESH = ("refresh", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")
EXISTING = "sandbox-existing-trail-us-east-1"
OTHER = "another-trails-bucket"
KEYS = ("CLOUD_ONE_API_KEY", "VISION_ONE_SERVICE_TOKEN", "VISION_ONE_API_KEY")

PolicyDocument = dict[str, Any]


def policy(stack: SandboxStack, run: str, *arguments: str) -> PolicyDocument:
    """Return what `operate policy` prints; no key of Trend's is at hand."""
    keys = {name: stack.environment.pop(name) for name in KEYS}
    done = operate(stack, "policy", "--for", run, *arguments)
    stack.environment |= keys
    assert done.code == 0, done.output
    document: PolicyDocument = json.loads(done.output[done.output.index("{") :])
    assert length(document) <= MANAGED_POLICY_LIMIT
    return document


def without(document: PolicyDocument, sid: str, action: str) -> PolicyDocument:
    """Return the policy less one action of one statement."""
    less = copy.deepcopy(document)
    for statement in less["Statement"]:
        if statement["Sid"] == sid:
            statement["Action"].remove(action)
    less["Statement"] = [statement for statement in less["Statement"] if statement["Action"]]
    return less


@dataclass(frozen=True)
class Situation:
    """What a stack is set to, and how its settings change in a later `up`.

    Attributes:
        settings: at first.
        changed: what is set otherwise later, so that all that an update can do is done.
    """

    settings: dict[str, Any]
    changed: dict[str, Any]


CHANGED = {"tags": {"team": "security"}, "externalId": "another-external-id"}
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
SITUATIONS = {
    "existing bucket": Situation({"existingCloudtrailBucketName": EXISTING, "tags": {"cost": "1"}}, CHANGED),
    "new trail": Situation({"createNewTrail": True, "trailBucketOnDestroy": "delete", "tags": {"cost": "1"}}, CHANGED),
    "kept bucket, role in a path": Situation(
        {"createNewTrail": True, "trailLogRetentionDays": 0, "rolePath": "/security/", "tags": {"cost": "1"}}, CHANGED
    ),
    "no trail": Situation({"scope": "account", "cloudTrail": False, "tags": {"cost": "1"}}, CHANGED),
    "bounded role": Situation(
        {
            "existingCloudtrailBucketName": EXISTING,
            "permissionsBoundary": BOUNDARY,
            "tags": {"cost": "1"},
        },
        CHANGED,
    ),
    "templates of our own": Situation(
        {
            "existingCloudtrailBucketName": EXISTING,
            "qsS3BucketName": "sandbox-assets-us-east-1",
            "qsS3KeyPrefix": "trend/",
            "tags": {"cost": "1"},
        },
        CHANGED,
    ),
}


class DeploymentLife:
    """The runs of a deployment, each with a policy of its own in force.

    Args:
        stack: is deployed.
        situation: its settings.
    """

    def __init__(self, stack: SandboxStack, situation: Situation) -> None:
        self.stack = stack
        self._situation = situation
        stack.configure(situation.settings)
        self._let_another_trail_be()

    def ups(self, document: PolicyDocument) -> Iterator[None]:
        """Deploy, make a half-updated stack anew, repair drift and update; pause after each, and end where one fails.

        Args:
            document: the whole policy of an up.
        """
        before, after = self._situation.settings, {**self._situation.settings, **self._situation.changed}
        self.stack.configure(before)
        yield from self.run(*UP)
        self.stack.configure(after)
        self._somebody_fails(without(document, "TrendRoles", "iam:TagRole"), *UP)
        yield from self.run(*UP)
        self._others_act()
        self.stack.configure(before)
        yield from self.run(*UP, "--refresh")

    def _somebody_fails(self, document: PolicyDocument, *command: str) -> None:
        """Let somebody with too few rights try first, who leaves Trend's stack half changed."""
        signs_as = {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "somebody"}
        usual = dict(self.stack.environment)
        self.stack.sandbox.aws_control.enforce("somebody", document)
        self.stack.environment |= signs_as
        done = self.stack.run(*command)
        self.stack.environment = usual
        assert done.code, "that did not fail"

    def previews(self) -> Iterator[None]:
        """Preview, and look for drift."""
        yield from self.run("preview")
        yield from self.run("preview", "--refresh")
        yield from self.run(*REFRESH)

    def destroys(self, document: PolicyDocument) -> Iterator[None]:
        """Destroy, with all that a run reads, after somebody could not.

        Args:
            document: the whole policy of a destroy.
        """
        failing, *lacked = "forwarder", "TrendFunctions", "lambda:DeleteFunction"
        if self._situation.settings.get("cloudTrail") is False:
            failing, *lacked = "management-role", "TrendRoles", "iam:DeleteRole"
        self._somebody_fails(without(document, *lacked), *DESTROY, "--target", f"**::{failing}", "--target-dependents")
        yield from self.run(*DESTROY, "--refresh")

    def deploy(self) -> None:
        """Deploy with all rights, so that there is something to look at and to destroy."""
        self.stack.sandbox.aws_control.clear_policies()
        self.stack.configure(self._situation.settings)
        self.stack.up()
        self._others_act()

    def anew(self) -> DeploymentLife:
        """Take everything back, and begin from nothing."""
        self.stack.sandbox.aws_control.clear_policies()
        self.stack.succeed(*DESTROY)
        self.stack.sandbox.reset()
        return DeploymentLife(self.stack, self._situation)

    def run(self, *command: str) -> Iterator[None]:
        done = self.stack.run(*command)
        if done.code:
            raise RunFailedError(done.output)
        yield

    def _others_act(self) -> None:
        """Change the role and the trail by hand, put a notification beside the others', and let a log arrive."""
        sandbox, outputs = self.stack.sandbox, self.stack.outputs()
        role = outputs["workloadSecurityRoleArn"].rpartition("/")[2]
        iam = sandbox.aws("iam")
        iam.update_role(RoleName=role, Description="by hand", MaxSessionDuration=7200)
        if "permissionsBoundary" in self._situation.settings:
            iam.delete_role_permissions_boundary(RoleName=role)
        if "trailBucketName" not in outputs:
            return
        s3, bucket = sandbox.aws("s3"), outputs["trailBucketName"]
        notifications = s3.get_bucket_notification_configuration(Bucket=bucket)
        notifications.pop("ResponseMetadata")
        notifications["QueueConfigurations"] = [
            {"Id": "by-hand", "QueueArn": self._queue(), "Events": ["s3:ObjectTagging:*"]}
        ]
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notifications)
        if "trailArn" in outputs:
            spoil_trail(sandbox, outputs["trailArn"], bucket)

    def _let_another_trail_be(self) -> None:
        """Make a trail that records management events already, by selectors of its own."""
        sandbox = self.stack.sandbox
        arn = f"arn:aws:cloudtrail:us-east-1:{sandbox.account}:trail/another"
        service, bucket = {"Service": "cloudtrail.amazonaws.com"}, f"arn:aws:s3:::{OTHER}"
        statement = {"Effect": "Allow", "Principal": service, "Condition": {"StringEquals": {"aws:SourceArn": arn}}}
        s3, trails = sandbox.aws("s3"), sandbox.aws("cloudtrail")
        s3.create_bucket(Bucket=OTHER)
        statements = [
            {**statement, "Action": "s3:GetBucketAcl", "Resource": bucket},
            {**statement, "Action": "s3:PutObject", "Resource": f"{bucket}/*"},
        ]
        s3.put_bucket_policy(Bucket=OTHER, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
        trails.create_trail(Name="another", S3BucketName=OTHER, IsMultiRegionTrail=True)
        trails.put_event_selectors(TrailName="another", EventSelectors=[{"IncludeManagementEvents": True}])
        trails.start_logging(Name="another")

    def _queue(self) -> str:
        sqs = self.stack.sandbox.aws("sqs")
        url = sqs.create_queue(QueueName="by-hand")["QueueUrl"]
        return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def spoil_trail(sandbox: Sandbox, arn: str, bucket: str) -> None:
    """Change and stop a trail by hand, and let a log arrive in its bucket."""
    trails, s3 = sandbox.aws("cloudtrail"), sandbox.aws("s3")
    trails.update_trail(Name=arn, EnableLogFileValidation=False)
    trails.stop_logging(Name=arn)
    policy_before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)  # moto applies its TLS-only statement without its condition
    s3.put_object(Bucket=bucket, Key="AWSLogs/x.json.gz", Body=b"log")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy_before)


class RunFailedError(Exception):
    """A run failed; the text is what it printed."""
