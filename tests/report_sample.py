"""Facts for the report that are as hard on its page as they can be: hostile, long, refused, unreadable."""

from __future__ import annotations

from components.checks.deployed import Health
from components.checks.findings import Finding
from operate.report.facts import Facts, TemplateFacts
from operate.report.leaving import Item, Report
from operate.report.policies import GrantedStatement
from operate.report.roles import HeldObject, Policy, Role, TrendStack
from operate.report.sides import LinkFacts, Side
from operate.report.trail import TrailFacts

HOSTILE = "<script>alert('&')</script><img src=https://tracker.example/x.png>"
LONG_ARN = "arn:aws:iam::123456789012:role/" + "p" * 400 + "/" + "r" * 64
FORBIDDEN = "AccessDenied: not authorized; allow the deploying identity cloudformation:DescribeStackResources"

_TRUST = GrantedStatement(
    "Allow",
    ("AWS arn:aws:iam::147995105371:root",),
    ("sts:AssumeRole",),
    (),
    ("StringEquals sts:ExternalId = the tenant's external id",),
)
_READS = GrantedStatement("Allow", (), ("ec2:DescribeImages", "workspaces:" + "Describe" * 12), ("*",), ())
_DENIES = GrantedStatement(
    "Deny", ("*",), ("all but s3:GetObject",), (LONG_ARN,), ("Bool aws:SecureTransport = false",)
)
_PUBLISHES = GrantedStatement("Allow", ("Service cloudtrail.amazonaws.com",), ("sns:Publish",), ("t" * 256,), ())


def sample() -> Facts:
    """Return the facts."""
    return Facts(
        stack="trend-onboarding/sample",
        made="2026-01-02 03:04:05 UTC",
        last_run="update failed",
        last_run_ended="2026-01-02 03:00:00 UTC",
        aws_account="123456789012",
        aws_region="ap-southeast-2",
        side=Side(
            what="Cloud One account",
            account="098765432109",
            region="trend-us-1",
            trusted=(("147995105371", "Trend's AWS account"),),
            links=(
                LinkFacts("Workload Security connector", HOSTILE, "", LONG_ARN, "this stack", "failed"),
                LinkFacts("Cloud One cloud account", "AWS 123456789012", "managed", LONG_ARN, "adopted", "ok"),
                LinkFacts("Vision One enrollment", "Cloud One account 098765432109", "registered", "", "stays", ""),
            ),
            own_role_arn=LONG_ARN,
            own_role_purpose="Workload Security reads",
            stacks={},
            templates={},
        ),
        own_role=Role("Workload Security reads", LONG_ARN, "state", (_TRUST,), (Policy("reads", (_READS,)),), LONG_ARN),
        trend_stacks=(
            TrendStack(
                "CloudOne-Account",
                "arn:aws:cloudformation:::stack/CloudOne-Account/1",
                (HeldObject("AWS::IAM::Role", "x" * 64),),
                (
                    Role("Cloud One manages", "role-without-policies", "AWS", (_TRUST,)),
                    Role("Cloud One manages", "unreadable-role", "AWS", unreadable=FORBIDDEN),
                    Role("It reads", "other-role", "AWS", (_TRUST,), (Policy(LONG_ARN, unreadable=FORBIDDEN),)),
                ),
            ),
            TrendStack("CloudOne", "arn:aws:cloudformation:::stack/CloudOne/2", unreadable=FORBIDDEN),
        ),
        trail=TrailFacts(
            "b" * 63,
            Finding("delivery", "unknown", f"trail {LONG_ARN} is stopped", "aws cloudtrail start-logging"),
            made_here=True,
            properties=(("Encryption", "AES256"),),
            policy=(_DENIES,),
            topic=(_PUBLISHES,),
            notified=(LONG_ARN,),
        ),
        versions=(("Program", ""), ("Pulumi", "v3.1.4"), ("Pulumi plugin aws", "7.8.9")),
        templates=(TemplateFacts("Forwarder", "https://" + "t" * 200, "sha256:" + "0123456789abcdef" * 4),),
        health=Health(
            (
                Finding("Workload Security connector", "failed", f"points at {LONG_ARN}", "`pulumi up --refresh`"),
                Finding("trail", "unknown", "nobody may look"),
                Finding("stack CloudOne", "ok", ""),
            )
        ),
        checked="2026-01-02 03:00:00 UTC",
        leaving=Report(
            "trend-onboarding/sample",
            destroyed=False,
            removed=(Item("IAM role"),),
            kept=(Item("S3 bucket " + "b" * 63, "keeps its logs"),),
            not_removable=(Item("Vision One enrollment", "no call undoes it"),),
            left=(),
        ),
    )
