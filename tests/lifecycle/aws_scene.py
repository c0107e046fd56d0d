"""AWS for the checks that ask it: the sandbox's, emptied for each test, and clients as the program makes them."""

from __future__ import annotations

from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients
from components.aws.context import AwsContext
from components.aws.identity import AwsSettings
from sandbox.gate.faults import Fault
from sandbox.sandbox import ACCOUNT, Sandbox

REGION = "us-east-1"
WHERE = AwsContext(ACCOUNT, REGION, "aws", "amazonaws.com")
NAME = f"sandbox-existing-trail-{REGION}"


class AwsScene:
    """The sandbox's AWS as its owners change it, and as the checks ask it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clients = AwsClients(AwsSettings())
        self.s3 = sandbox.aws("s3")
        self.trails = sandbox.aws("cloudtrail")

    def bucket(self, name: str = NAME) -> TrailBucket:
        """Return a bucket as the checks ask about it."""
        return TrailBucket(self.clients, name, ACCOUNT, REGION)

    def deny(self, action: str) -> None:
        """Refuse an action, as for an identity without the permission."""
        fault = Fault(action=action, count=None, status=403, code="AccessDenied", message="not allowed")
        self.sandbox.aws_control.add_fault(fault)

    def make_trail(self, name: str, bucket: str = NAME, *, everywhere: bool = False, started: bool = True) -> str:
        """Make a trail; the bucket gets a policy that lets it."""
        arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}"
        self.let_trails_deliver(bucket)
        self.trails.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=everywhere)
        if started:
            self.trails.start_logging(Name=name)
        return arn

    def let_trails_deliver(self, bucket: str) -> None:
        """Let any trail deliver to a bucket."""
        statement = '{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*", '
        statement += f'"Resource": ["arn:aws:s3:::{bucket}", "arn:aws:s3:::{bucket}/*"]}}'
        self.s3.put_bucket_policy(Bucket=bucket, Policy=f'{{"Version": "2012-10-17", "Statement": [{statement}]}}')

    def encrypt(self, algorithm: str, bucket: str = NAME) -> None:
        """Set a bucket's default encryption."""
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
        self.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
