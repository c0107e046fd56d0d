"""Roles that a test works as."""

from __future__ import annotations

import json

from sandbox.sandbox import Sandbox


def assumable_role(sandbox: Sandbox, name: str) -> str:
    """Make a role that everybody of the sandbox's account may assume, and that may do everything; return its ARN."""
    iam = sandbox.aws("iam")
    trust: dict[str, object] = {"Effect": "Allow", "Principal": {"AWS": sandbox.account}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
    everything: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=_document(everything))
    return str(made["Role"]["Arn"])


def _document(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
