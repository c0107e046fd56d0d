"""Stub, until the real list lands."""

from __future__ import annotations

import json


def policies() -> dict[str, str]:
    """Return the inline policies of the role."""
    statement = {"Effect": "Allow", "Action": ["ec2:DescribeInstances"], "Resource": "*"}
    return {"inventory": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
