"""The rights of the role that Vision One assumes: reading, named, and within IAM's limit."""

from __future__ import annotations

import json
import re

import pytest

from components.steps.vision_one_reads import READS, read_policy

INLINE_LIMIT = 10_240
"""Characters of all inline policies of a role, blanks aside (source: IAM quotas)."""

READING = re.compile(
    r"Describe|List|Get(?!SecretValue|Object$)|GET$|Search|Select|Preview|Detect|GenerateCredentialReport$"
)
SHOW_CONTENT = [
    ("ec2", "DescribeLaunchTemplateVersions"),
    ("storagegateway", "DescribeChapCredentials"),
    ("support", "DescribeCommunications"),
    ("support", "DescribeAttachment"),
    ("ssm", "GetParameter"),
    ("s3", "GetObject"),
    ("secretsmanager", "GetSecretValue"),
    ("kms", "Decrypt"),
]

ACTIONS = [(service, action) for service, names in READS.items() for action in names.split()]


def allows(service: str, action: str) -> bool:
    return any(re.fullmatch(name.replace("*", ".*"), action) for of_service, name in ACTIONS if of_service == service)


def test_the_policy_fits_into_a_role() -> None:
    assert len("".join(read_policy().split())) < INLINE_LIMIT
    (statement,) = json.loads(read_policy())["Statement"]
    assert len(statement["Action"]) == len(ACTIONS)


def test_every_action_reads() -> None:
    assert [f"{service}:{action}" for service, action in ACTIONS if not READING.match(action)] == []


def test_no_wildcard_reads_what_is_stored() -> None:
    assert [
        (service, action) for service, action in ACTIONS if "*" in action and action not in ("Describe*", "List*")
    ] == []


@pytest.mark.parametrize(("service", "action"), SHOW_CONTENT)
def test_what_shows_secrets_or_contents_is_not_among_them(service: str, action: str) -> None:
    assert not allows(service, action)


def test_they_are_sorted_and_there_once() -> None:
    assert list(READS) == sorted(READS)
    for names in READS.values():
        assert names.split() == sorted(set(names.split()))
