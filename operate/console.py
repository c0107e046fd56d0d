"""How the operator's commands speak: single lines on standard error, so that Pulumi's own output stays as it is."""

from __future__ import annotations

import sys

import click

from components.aws.errors import AwsError
from components.aws.identity import redactor
from components.refusal import Refusal
from components.resources.base import OnboardingError


class OperateError(Exception):
    """Something must be put right before the command can go on; the text is one line with the next step."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


ONE_LINE_ERRORS = (OperateError, AwsError, OnboardingError, Refusal)
"""What a command ends with and says as one line; anything else is a mistake of this program's."""


def worded(error: Exception) -> str:
    """Return an error as one line, without the AWS credentials of the environment: AWS may repeat what it was sent.

    What Trend's client and Pulumi say is redacted where it is made.
    """
    return redactor(lambda _name: None)(" ".join(str(error).split()))


def say(line: str) -> None:
    """Tell the operator one line."""
    print(f"operate: {line}", file=sys.stderr, flush=True)


def confirm(question: str) -> bool:
    """Ask the operator; the answer is no where nobody is at a terminal, and where the question is interrupted."""
    try:
        return sys.stdin.isatty() and click.confirm(question, err=True)
    except click.Abort:
        return False
