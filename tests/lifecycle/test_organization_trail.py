"""What is found about an organization's trail: before a second one is made, and in the bucket that it delivers to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from components.aws.bucket import TrailBucket
from components.aws.clients import AwsClients
from components.aws.context import AwsContext
from components.aws.identity import AwsSettings
from components.checks.findings import Finding, TrailDoubt
from components.checks.trail import delivery_finding, new_trail_finding
from sandbox import environment
from sandbox.gate.faults import Fault
from sandbox.organization import TRAIL, TRAIL_BUCKET, TRAIL_REGION, AccountKind, Organization
from sandbox.sandbox import ACCOUNT, Sandbox

ORGANIZATION_TRAIL = f"arn:aws:cloudtrail:{TRAIL_REGION}:{ACCOUNT}:trail/{TRAIL}"
INSTEAD = "`pulumi config set cloudTrail false` here"

Member = Callable[[AccountKind], "MemberAccount"]


class MemberAccount:
    """An account of the organization, as its owner changes it and as the checks of its stack ask it."""

    def __init__(self, sandbox: Sandbox, account: str) -> None:
        self.id = account
        self.where = AwsContext(account, TRAIL_REGION, "aws", "amazonaws.com")
        self.clients = AwsClients(AwsSettings())
        self.trails = sandbox.aws("cloudtrail", account=account)
        self.s3 = sandbox.aws("s3", account=account)

    def new_trail(self) -> Finding:
        return new_trail_finding(self.clients, self.where, "trend-onboarding-dev")

    def delivery(self, bucket: str = TRAIL_BUCKET) -> Finding:
        return delivery_finding(TrailBucket(self.clients, bucket, self.id, TRAIL_REGION))


@pytest.fixture(scope="module")
def running_organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("organization") / "home", accounts=6) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_organization: Sandbox) -> Sandbox:
    running_organization.reset()
    return running_organization


@pytest.fixture
def member(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Member:
    """Return an account of a kind, whose keys are in the environment from then on."""
    organization = sandbox.organization
    assert isinstance(organization, Organization)

    def work_in(kind: AccountKind) -> MemberAccount:
        account = organization.the(kind).id
        for name, value in sandbox.endpoints().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"{environment.ACCESS_KEY}-{account}")
        return MemberAccount(sandbox, account)

    return work_in


def deny(sandbox: Sandbox, action: str) -> None:
    fault = Fault(action=action, count=None, status=403, code="AccessDenied", message="not allowed")
    sandbox.aws_control.add_fault(fault)


@pytest.mark.parametrize("kind", [AccountKind.PLAIN, AccountKind.MANAGEMENT])
def test_it_is_named_before_a_second_trail_with_its_account_and_bucket_and_what_to_do_instead(
    member: Member, kind: AccountKind
) -> None:
    finding = member(kind).new_trail()
    assert finding.verdict == "unknown"
    for text in (
        ORGANIZATION_TRAIL,
        f"of account {ACCOUNT} delivers the management events of this account to bucket '{TRAIL_BUCKET}' already",
        "AWS charges",
        "`pulumi config rm createNewTrail`",
        INSTEAD,
        f"set existingCloudtrailBucketName to {TRAIL_BUCKET}",
    ):
        assert text in str(finding)


def test_a_trail_of_the_accounts_own_that_can_be_used_comes_first(member: Member) -> None:
    account = member(AccountKind.PLAIN)
    account.s3.create_bucket(Bucket="of-the-account")
    statement = '{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*", '
    statement += '"Resource": ["arn:aws:s3:::of-the-account", "arn:aws:s3:::of-the-account/*"]}'
    account.s3.put_bucket_policy(Bucket="of-the-account", Policy=f'{{"Statement": [{statement}]}}')
    account.trails.create_trail(Name="own", S3BucketName="of-the-account", IsMultiRegionTrail=True)
    account.trails.start_logging(Name="own")
    assert "`pulumi config set existingCloudtrailBucketName of-the-account`" in str(account.new_trail())


def test_once_the_new_trail_is_there_it_is_no_news(member: Member) -> None:
    account = member(AccountKind.MANAGEMENT)
    bucket = f"sandbox-existing-trail-{TRAIL_REGION}"
    account.s3.delete_bucket_policy(Bucket=bucket)
    statement = '{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*", '
    statement += f'"Resource": ["arn:aws:s3:::{bucket}", "arn:aws:s3:::{bucket}/*"]}}'
    account.s3.put_bucket_policy(Bucket=bucket, Policy=f'{{"Statement": [{statement}]}}')
    account.trails.create_trail(Name="trend-onboarding-dev", S3BucketName=bucket, IsMultiRegionTrail=True)
    account.trails.start_logging(Name="trend-onboarding-dev")
    assert account.new_trail().verdict == "ok"


@pytest.mark.parametrize("change", ["stopped", "encrypted"])
def test_one_that_is_stopped_or_that_trend_could_not_read_is_no_reason_against_a_trail_of_ones_own(
    member: Member, sandbox: Sandbox, change: str
) -> None:
    trails = sandbox.aws("cloudtrail")
    if change == "stopped":
        trails.stop_logging(Name=TRAIL)
    else:
        trails.update_trail(Name=TRAIL, KmsKeyId=f"arn:aws:kms:{TRAIL_REGION}:{ACCOUNT}:key/a-key")
    assert member(AccountKind.PLAIN).new_trail().verdict == "ok"


@pytest.mark.parametrize("actions", [("GetTrailStatus",), ("HeadBucket", "ListBuckets")])
def test_an_account_that_may_not_look_further_is_told_all_the_same(
    member: Member, sandbox: Sandbox, actions: tuple[str, ...]
) -> None:
    for action in actions:
        deny(sandbox, action)
    finding = member(AccountKind.PLAIN).new_trail()
    assert finding.verdict == "unknown"
    assert ORGANIZATION_TRAIL in str(finding)
    assert INSTEAD in str(finding)
    assert ("could not be looked at" in str(finding)) == ("GetTrailStatus" in actions)


def test_the_account_that_owns_the_bucket_is_shown_how_to_use_it_and_it_is_accepted(member: Member) -> None:
    account = member(AccountKind.LOG_ARCHIVE)
    assert f"`pulumi config set existingCloudtrailBucketName {TRAIL_BUCKET}`" in str(account.new_trail())
    assert (account.delivery().verdict, account.delivery().doubt) == ("ok", None)
    assert f"{ORGANIZATION_TRAIL} delivers to bucket" in str(account.delivery())


def test_where_it_is_not_shown_the_buckets_policy_tells_that_it_may_deliver(member: Member, sandbox: Sandbox) -> None:
    sandbox.aws("cloudtrail").update_trail(Name=TRAIL, IsOrganizationTrail=False)
    finding = member(AccountKind.LOG_ARCHIVE).delivery()
    assert (finding.verdict, finding.doubt) == ("ok", None)
    assert f"lets trail {ORGANIZATION_TRAIL} of account {ACCOUNT} deliver" in str(finding)


def test_a_policy_that_may_not_be_read_leaves_it_open_with_the_permission(member: Member, sandbox: Sandbox) -> None:
    sandbox.aws("cloudtrail").update_trail(Name=TRAIL, IsOrganizationTrail=False)
    deny(sandbox, "GetBucketPolicy")
    finding = member(AccountKind.LOG_ARCHIVE).delivery()
    assert (finding.verdict, finding.doubt) == ("unknown", TrailDoubt.DELIVERY)
    assert "s3:GetBucketPolicy" in str(finding)


def test_a_policy_that_names_trails_of_the_account_alone_tells_nothing_of_another(member: Member) -> None:
    account = member(AccountKind.MANAGEMENT)
    account.trails.delete_trail(Name="sandbox-existing-trail")
    finding = account.delivery(f"sandbox-existing-trail-{TRAIL_REGION}")
    assert (finding.verdict, finding.doubt) == ("unknown", TrailDoubt.DELIVERY)
    assert "its policy names none of another account" in str(finding)
