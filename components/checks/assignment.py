"""What the check after the last step is told by the program: one JSON document, of which nothing is secret."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

COMMAND = "components.checks.command"
"""The module that reads the document. It is run and never imported by the program, which needs none of its clients."""

# The last may hold a token. A setting that is stored encrypted counts as well.
_AWS_SECRETS = ("aws:accessKey", "aws:secretKey", "aws:token", "aws:assumeRoleWithWebIdentity")
_EMPTY = ("", "{}", "[]")


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What must be found.

    Attributes:
        cloud_one_account_id, region: the Cloud One account.
        aws_account_id, aws_region: the AWS account.
        connector_id, connector_role_arn: the connector, and the role that it must point at.
        cloud_account_role_arn: the role that the cloud account must point at.
        stack_name: what Trend's stacks are named after.
        bucket_name: the trail's; None where no events are forwarded.
    """

    cloud_one_account_id: str
    region: str
    aws_account_id: str
    aws_region: str
    connector_id: str
    connector_role_arn: str
    cloud_account_role_arn: str
    stack_name: str
    bucket_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class VisionOneExpectation:
    """What must be found where the account is linked in Vision One itself.

    Attributes:
        vision_one_region: Vision One's code.
        customer: the tenant that the key must be of; empty where it is not known.
        aws_account_id, aws_region: the AWS account.
        role_arn: the role that the link must point at.
        stack_name: of Trend's stack; None where it has none.
        bucket_name: the trail's; None where Vision One reads none.
    """

    vision_one_region: str
    customer: str
    aws_account_id: str
    aws_region: str
    role_arn: str
    stack_name: str | None = None
    bucket_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What the Command is told; nothing of it is secret.

    Attributes:
        stack: `<organization>/<project>/<stack>`.
        access: what of the run's configuration says how to ask, see `access_settings`.
        on_failure: what a check that failed does to the update.
        expected: what must be found.
    """

    stack: str
    access: Mapping[str, str | None]
    on_failure: Literal["fail", "warn"]
    expected: Expectation | VisionOneExpectation

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Assignment:
        """Read the document, whose fields are named as the attributes are."""
        expected = document["expected"]
        kind = VisionOneExpectation if "vision_one_region" in expected else Expectation
        return cls(**{**document, "expected": kind(**expected)})

    @property
    def project(self) -> str:
        """The project, which is the namespace of its settings."""
        return self.stack.split("/")[1]


def access_settings(configuration: Mapping[str, str], secrets: Collection[str], project: str) -> dict[str, str | None]:
    """Return the entries of a configuration that say how to ask Trend and AWS, with None for the value of a secret.

    The API key is not among them: it is looked for in any case, so that moving it to the environment changes nothing.

    Args:
        configuration: its entries by full key, objects as JSON.
        secrets: keys of those that are stored encrypted.
        project: namespace of the settings.
    """
    own = (f"{project}:endpoints", f"{project}:endpointsConfirmed")
    return {
        key: None if key in secrets or key in _AWS_SECRETS else value
        for key, value in sorted(configuration.items())  # whose order is another one in each run
        if (key.startswith("aws:") or key in own) and value not in _EMPTY
    }
