"""The AWS SDK warns of its own deprecated parts when it loads them; from here on warnings are errors."""

from __future__ import annotations

import warnings

import pytest

from components.resources import vendor_template

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from pulumi_aws import cloudformation, cloudtrail, iam, s3

    # The modules load when they are first used.
    LOADED = (cloudformation.Stack, cloudtrail.Trail, iam.Role, s3.Bucket)


@pytest.fixture(autouse=True)
def templates_are_read_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program find templates without asking AWS, which is tried in tests/lifecycle."""
    found = {"digest": "sha256:of-the-template", "retired": {}}
    monkeypatch.setattr(vendor_template, "describe_template", lambda *_where: found)
