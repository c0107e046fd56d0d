"""The sandbox's organization: what Organizations answers, whose account a role opens, and what an SCP denies."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from sandbox.aws.judging.judge import Judge
from sandbox.aws.world import AwsWorld
from sandbox.organization import (
    DEV,
    PROD,
    ROOT,
    TRAIL_BUCKET,
    UNITS,
    WORKLOADS,
    AccountKind,
    Organization,
    OrganizationAccount,
)
from sandbox.sandbox import Sandbox
from sandbox.showcase import organization_table
from tests.unit.test_sandbox.scene import ACCOUNT, Stacks, code_of
from tests.unit.test_sandbox.test_calls import request
from tests.unit.test_sandbox.test_trust import Workload

SIZE = 26
"""Accounts: more than fit on one page."""


@pytest.fixture(scope="module")
def running_organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("organization") / "home", account=ACCOUNT, accounts=SIZE) as sandbox:
        yield sandbox


@pytest.fixture
def whole(running_organization: Sandbox) -> Sandbox:
    """A sandbox with an organization, freshly seeded."""
    running_organization.reset()
    return running_organization


@pytest.fixture
def organization(whole: Sandbox) -> Organization:
    assert whole.organization is not None
    return whole.organization


def assumed(sandbox: Sandbox, role_arn: str, **more: Any) -> dict[str, str]:
    """Assume a role as the sandbox's caller; return the options of a client that works with it."""
    made = sandbox.aws("sts").assume_role(RoleArn=role_arn, RoleSessionName="test", **more)["Credentials"]
    return {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
        "endpoint_url": sandbox.endpoints()["AWS_ENDPOINT_URL"],
        "region_name": "us-east-1",
    }


def test_the_size_counts_the_special_accounts_and_every_id_is_another() -> None:
    declared = Organization.of(ACCOUNT, 12)
    assert len({account.id for account in declared.accounts}) == 12
    assert len(declared.plain) == 7
    with pytest.raises(ValueError, match="5 is the least"):
        Organization.of(ACCOUNT, 4)
    with pytest.raises(ValueError, match="name another one"):
        Organization.of(declared.the(AccountKind.LOG_ARCHIVE).id, 5)


def test_the_table_names_each_account_and_fits_a_terminal_of_80_columns() -> None:
    declared, screen = Organization.of(ACCOUNT, 40), io.StringIO()
    Console(file=screen, width=80).print(organization_table(declared))
    lines = screen.getvalue().splitlines()
    assert "…" not in screen.getvalue()
    for account in declared.accounts[:25]:
        (line,) = (line for line in lines if account.id in line)
        assert account.name in line
        assert account.kind.value in line
    assert any(line.strip() == "and 15 more" for line in lines)


def test_without_accounts_there_is_no_organization(sandbox: Sandbox) -> None:
    assert sandbox.organization is None
    with pytest.raises(ClientError) as refused:
        sandbox.aws("organizations").list_accounts()
    assert code_of(refused) == "AWSOrganizationsNotInUseException"


def test_lists_come_in_pages_of_twenty(whole: Sandbox, organization: Organization) -> None:
    client = whole.aws("organizations")
    first = client.list_accounts()
    second = client.list_accounts(NextToken=first["NextToken"])
    assert (len(first["Accounts"]), len(second["Accounts"])) == (20, SIZE - 20)
    assert "NextToken" not in second
    listed = [account["Id"] for page in (first, second) for account in page["Accounts"]]
    assert listed == [account.id for account in organization.accounts]
    with pytest.raises(ClientError, match="maxResults"):
        client.list_accounts(MaxResults=21)
    small = client.get_paginator("list_accounts_for_parent").paginate(
        ParentId=PROD.id, PaginationConfig={"PageSize": 3}
    )
    pages = [[account["Id"] for account in page["Accounts"]] for page in small]
    in_prod = [account.id for account in organization.accounts if account.unit == PROD]
    assert pages == [in_prod[start : start + 3] for start in range(0, len(in_prod), 3)]


def test_the_tree_the_states_and_the_tags_are_those_declared(whole: Sandbox, organization: Organization) -> None:
    client = whole.aws("organizations")
    assert [root["Id"] for root in client.list_roots()["Roots"]] == [ROOT.id]
    below = client.list_organizational_units_for_parent
    assert [unit["Id"] for unit in below(ParentId=WORKLOADS.id)["OrganizationalUnits"]] == [PROD.id, DEV.id]
    children = [unit["Id"] for unit in below(ParentId=ROOT.id)["OrganizationalUnits"]]
    assert children == [unit.id for unit in UNITS if unit.parent == ROOT]
    states = {each["Id"]: each["Status"] for each in client.list_accounts(MaxResults=20)["Accounts"]}
    closed = organization.the(AccountKind.SUSPENDED)
    assert {account for account, state in states.items() if state != "ACTIVE"} == {closed.id}
    assert states[closed.id] == "SUSPENDED"
    for account in organization.accounts[:6]:
        tags = client.list_tags_for_resource(ResourceId=account.id)["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == account.tags
        assert [parent["Id"] for parent in client.list_parents(ChildId=account.id)["Parents"]] == [account.unit.id]


def test_an_account_that_joins_or_leaves_shows(whole: Sandbox, organization: Organization) -> None:
    client, leaver = whole.aws("organizations"), organization.plain[0]
    client.remove_account_from_organization(AccountId=leaver.id)
    joined = client.create_account(AccountName="new", Email="new@sandbox.example")["CreateAccountStatus"]["AccountId"]
    listed = [each["Id"] for page in client.get_paginator("list_accounts").paginate() for each in page["Accounts"]]
    assert leaver.id not in listed
    assert joined in listed
    role = f"arn:aws:iam::{joined}:role/OrganizationAccountAccessRole"
    assert boto3.client("sts", **assumed(whole, role)).get_caller_identity()["Account"] == joined


def test_only_the_management_account_and_delegated_administrators_may_look(
    whole: Sandbox, organization: Organization
) -> None:
    administrator, member = organization.the(AccountKind.LOG_ARCHIVE), organization.plain[0]
    whole.aws("organizations").register_delegated_administrator(
        AccountId=administrator.id, ServicePrincipal="ssm.amazonaws.com"
    )
    assert len(whole.aws("organizations", account=administrator.id).list_accounts()["Accounts"]) == 20
    outsider = whole.aws("organizations", account=member.id)
    assert outsider.describe_organization()["Organization"]["MasterAccountId"] == ACCOUNT
    with pytest.raises(ClientError) as refused:
        outsider.list_accounts()
    assert code_of(refused) == "AccessDeniedException"


def test_each_account_is_one_of_its_own_behind_its_role(whole: Sandbox, organization: Organization) -> None:
    one, other = organization.plain[:2]
    options = assumed(whole, one.role_arn)
    s3, iam = boto3.client("s3", **options), boto3.client("iam", **options)
    s3.create_bucket(Bucket="only-here")
    iam.create_role(RoleName="only-here", AssumeRolePolicyDocument="{}")
    boto3.client("cloudformation", **options).create_stack(
        StackName="only-here", TemplateBody=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    )
    assert boto3.client("sts", **options).get_caller_identity()["Account"] == one.id

    def count_own(account: str) -> list[int]:
        """Return how many buckets, roles of one's own and stacks an account has."""
        roles = whole.aws("iam", account=account).list_roles()["Roles"]
        return [
            sum(bucket["Name"] == "only-here" for bucket in whole.aws("s3", account=account).list_buckets()["Buckets"]),
            sum(role["Arn"] == f"arn:aws:iam::{account}:role/only-here" for role in roles),
            len(whole.aws("cloudformation", account=account).describe_stacks()["Stacks"]),
        ]

    assert count_own(one.id) == [1, 1, 1]
    assert count_own(other.id) == count_own(ACCOUNT) == [0, 0, 0]
    assert {call.account for call in whole.aws_requests(changing=True)} == {one.id}


def test_accounts_worked_in_at_once_do_not_mix(whole: Sandbox, organization: Organization) -> None:
    members = organization.plain[:8]

    def work(member: OrganizationAccount) -> list[str]:
        """Make things in an account, look at what all accounts share, and return what the account has then."""
        options = assumed(whole, member.role_arn)
        s3, iam, trails = (boto3.client(service, **options) for service in ("s3", "iam", "cloudtrail"))
        for number in range(10):
            s3.create_bucket(Bucket=f"of-{member.id}-{number}")
            iam.create_role(RoleName=f"of-{member.id}-{number}", AssumeRolePolicyDocument="{}")
            assert len(trails.describe_trails()["trailList"]) == 1
        names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        return names + [role["RoleName"] for role in iam.list_roles()["Roles"]]

    with ThreadPoolExecutor(len(members)) as pool:
        names_of_each = list(pool.map(work, members))
    for member, names in zip(members, names_of_each, strict=True):
        own = sorted(f"of-{member.id}-{number}" for number in range(10))
        assert sorted(name for name in names if name.startswith("of-")) == sorted([*own, *own])
    assert [call for call in whole.aws_requests() if call.status != 200] == []


def test_moto_is_asked_for_one_call_at_a_time() -> None:
    asked, released = threading.Semaphore(0), threading.Event()

    def moto(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.release()
        released.wait(1)
        start_response("200 OK", [])
        return [b""]

    world, environ = AwsWorld(moto, Judge(), ACCOUNT), request("iam", body="Action=ListRoles&Version=2010-05-08")
    call = world.identify(dict(environ))
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(world.answer, call, dict(environ)) for _ in range(2)]
        asked.acquire()
        assert not asked.acquire(timeout=0.2)  # the second one waits
        released.set()
        assert [answer.result().status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("kind", [AccountKind.UNREACHABLE, AccountKind.SUSPENDED, AccountKind.MANAGEMENT])
def test_a_role_that_lets_the_caller_in_nowhere_cannot_be_assumed(
    whole: Sandbox, organization: Organization, kind: AccountKind
) -> None:
    arn = organization.the(kind).role_arn
    with pytest.raises(ClientError) as refused:
        assumed(whole, arn)
    assert code_of(refused) == "AccessDenied"
    assert f"is not authorized to perform: sts:AssumeRole on resource: {arn}" in str(refused.value)


def test_a_trust_with_an_external_id_wants_just_that_one(whole: Sandbox, organization: Organization) -> None:
    account = organization.plain[0]
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    condition = {"StringEquals": {"sts:ExternalId": "right"}}
    whole.aws("iam", account=account.id).update_assume_role_policy(
        RoleName="OrganizationAccountAccessRole",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}),
    )
    assert assumed(whole, account.role_arn, ExternalId="right")
    for given in ({}, {"ExternalId": "wrong"}):
        with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
            assumed(whole, account.role_arn, **given)


def test_a_session_is_no_longer_than_its_role_and_the_chain_allow(whole: Sandbox, organization: Organization) -> None:
    one, other = organization.plain[:2]
    with pytest.raises(ClientError, match="exceeds the MaxSessionDuration set for this role"):
        assumed(whole, one.role_arn, DurationSeconds=7200)
    trust = {"Effect": "Allow", "Principal": {"AWS": one.role_arn}, "Action": "sts:AssumeRole"}
    whole.aws("iam", account=other.id).create_role(
        RoleName="second",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        MaxSessionDuration=43200,
    )
    second = {"RoleArn": f"arn:aws:iam::{other.id}:role/second", "RoleSessionName": "test"}
    chained = boto3.client("sts", **assumed(whole, one.role_arn))
    assert f":sts::{other.id}:assumed-role/second/test" in chained.assume_role(**second)["AssumedRoleUser"]["Arn"]
    with pytest.raises(ClientError, match="1 hour session limit for roles assumed by role chaining"):
        chained.assume_role(**second, DurationSeconds=7200)


def test_a_session_ends_with_a_reset_and_opens_no_other_account(whole: Sandbox, organization: Organization) -> None:
    sts = boto3.client("sts", **assumed(whole, organization.plain[0].role_arn))
    whole.reset()
    with pytest.raises(ClientError) as refused:
        sts.get_caller_identity()
    assert code_of(refused) == "InvalidClientTokenId"


def test_a_policy_can_be_enforced_for_all_sessions_of_a_role(whole: Sandbox, organization: Organization) -> None:
    one, other = organization.plain[:2]
    whole.aws_control.enforce(one.role_arn, {"Statement": []})
    with pytest.raises(ClientError, match=r"assumed-role/Org.*iam:ListRoles.*no identity-based policy allows"):
        boto3.client("iam", **assumed(whole, one.role_arn)).list_roles()
    assert boto3.client("iam", **assumed(whole, other.role_arn)).list_roles()["Roles"]
    assert [asked.caller for asked in whole.aws_control.asked()] == [one.role_arn]


def test_what_a_service_control_policy_denies_is_refused_by_its_name_also_to_cloudformation(
    whole: Sandbox, organization: Organization
) -> None:
    restricted = organization.the(AccountKind.RESTRICTED)
    denial = (
        f"is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::{restricted.id}:role/mine with an "
        f"explicit deny in a service control policy: arn:aws:organizations::{ACCOUNT}:policy/o-sandbox000/"
    )
    options = assumed(whole, restricted.role_arn)
    with pytest.raises(ClientError) as refused:
        boto3.client("iam", **options).create_role(RoleName="mine", AssumeRolePolicyDocument="{}")
    assert code_of(refused) == "AccessDenied"
    assert denial in str(refused.value)
    assert f"User: arn:aws:sts::{restricted.id}:assumed-role/OrganizationAccountAccessRole/test " in str(refused.value)

    stacks = Stacks(whole)
    stacks.client = boto3.client("cloudformation", **options)
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": "mine", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
    }
    body = json.dumps({"Resources": {"Role": role}})
    stacks.client.create_stack(StackName="Own", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    assert any(denial in reason for reason in stacks.reasons("Own"))
    boto3.client("s3", **options).create_bucket(Bucket="others-are-free")


def test_the_simulator_knows_attached_policies_and_those_above_the_account(
    whole: Sandbox, organization: Organization
) -> None:
    def decided(account: OrganizationAccount, role_arn: str) -> list[tuple[str, bool]]:
        results = whole.aws("iam", account=account.id).simulate_principal_policy(
            PolicySourceArn=role_arn, ActionNames=["iam:CreateRole", "s3:CreateBucket"]
        )["EvaluationResults"]
        return [
            (each["EvalDecision"], each["OrganizationsDecisionDetail"]["AllowedByOrganizations"]) for each in results
        ]

    free, restricted = organization.plain[0], organization.the(AccountKind.RESTRICTED)
    assert decided(free, free.role_arn) == [("allowed", True), ("allowed", True)]
    assert decided(restricted, restricted.role_arn) == [("explicitDeny", False), ("allowed", True)]
    iam = whole.aws("iam", account=free.id)
    own = iam.create_role(RoleName="own", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    assert decided(free, own) == [("implicitDeny", True), ("implicitDeny", True)]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    policy = iam.create_policy(PolicyName="buckets", PolicyDocument=json.dumps(allow))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="own", PolicyArn=policy)
    assert decided(free, own) == [("implicitDeny", True), ("allowed", True)]


def test_a_policy_of_a_unit_holds_below_it_and_never_for_the_management_account(
    whole: Sandbox, organization: Organization
) -> None:
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:Create*", "Resource": "*"}]}
    client = whole.aws("organizations")
    made = client.create_policy(
        Name="NoBuckets", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(deny)
    )
    for target in (WORKLOADS.id, ACCOUNT):
        client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=target)
    member, outside = organization.plain[0], organization.the(AccountKind.LOG_ARCHIVE)
    with pytest.raises(ClientError, match="explicit deny in a service control policy"):
        whole.aws("s3", account=member.id).create_bucket(Bucket="below")
    whole.aws("s3", account=outside.id).create_bucket(Bucket="outside")
    whole.aws("s3").create_bucket(Bucket="management")


def test_the_organization_trail_shows_in_every_account_and_its_bucket_is_the_log_archives(
    whole: Sandbox, organization: Organization
) -> None:
    archive, member = organization.the(AccountKind.LOG_ARCHIVE), organization.plain[0]
    owned = whole.aws("s3", account=archive.id).list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in owned] == [TRAIL_BUCKET]
    for account in (archive.id, member.id, ACCOUNT):
        for region in ("us-east-1", "eu-central-1"):
            trails = whole.aws("cloudtrail", region, account=account)
            (trail,) = (each for each in trails.describe_trails()["trailList"] if each["IsOrganizationTrail"])
            assert (trail["S3BucketName"], trail["HomeRegion"]) == (TRAIL_BUCKET, "us-east-1")
            assert f":{ACCOUNT}:trail/" in trail["TrailARN"]
            assert trails.get_trail_status(Name=trail["TrailARN"])["IsLogging"] is True
    own = whole.aws("cloudtrail", account=member.id).describe_trails(includeShadowTrails=False)
    assert own["trailList"] == []


def test_trend_tries_the_role_of_whichever_account_it_is_asked_to_connect(
    whole: Sandbox, organization: Organization
) -> None:
    for member in organization.plain[:2]:
        workload = Workload(whole, member.id)
        assert workload.connect(workload.role("for-trend")).status_code == 200
    closed = Workload(whole, organization.the(AccountKind.SUSPENDED).id)
    refused = closed.connect(closed.role("for-trend"))
    assert (refused.status_code, "is suspended" in refused.text) == (400, True)
    assert "there is no such role" in closed.connect(f"arn:aws:iam::{closed.account}:role/other").text
    connected = [connector.account_id for connector in whole.trend.state().connectors]
    assert connected == [member.id for member in organization.plain[:2]]


def test_the_bucket_of_another_account_is_not_to_be_changed(whole: Sandbox, organization: Organization) -> None:
    archive = organization.the(AccountKind.LOG_ARCHIVE).id
    for account in ("", organization.plain[0].id):
        s3 = whole.aws("s3", account=account)
        with pytest.raises(ClientError) as refused:
            s3.put_bucket_notification_configuration(Bucket=TRAIL_BUCKET, NotificationConfiguration={})
        assert code_of(refused) == "AccessDenied"
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_bucket(Bucket=TRAIL_BUCKET)
        with pytest.raises(ClientError, match="BucketAlreadyExists"):
            s3.create_bucket(Bucket=TRAIL_BUCKET)
    s3 = whole.aws("s3", account=archive)
    s3.put_bucket_notification_configuration(Bucket=TRAIL_BUCKET, NotificationConfiguration={})
