"""A typed client of the control calls of `sandbox.aws`, for tests and for the sandbox's command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from sandbox.aws.judging.policy import Asked
from sandbox.gate.client import Control

_ASKED: TypeAdapter[list[Asked]] = TypeAdapter(list[Asked])


class AwsControl(Control):
    """Looks into a running `sandbox.aws` and sets its scene."""

    def enforce(self, caller: str, document: Mapping[str, Any]) -> None:
        """Let whoever signs with this access key id do what a policy allows, and nothing else."""
        self.call("PUT", f"policies/{caller}", document)

    def clear_policies(self) -> None:
        """Let everybody do everything again, and forget what was asked."""
        self.call("DELETE", "policies")

    def asked(self) -> list[Asked]:
        """What callers with a policy asked for, in order."""
        return _ASKED.validate_json(self.call("GET", "asks").content)
