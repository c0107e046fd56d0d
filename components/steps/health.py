"""The check after the last step: what was made is read back, and a link in a bad state fails the update."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi_command import local

SPECIFICATION_VARIABLE = "HEALTH_CHECK"
"""Environment variable of the command with what it is to look at, as JSON."""

MODULE = "operate.health"
"""What the command runs. It is named and not imported: it is an operator's tool, which the program only starts."""


class HealthCheck(pulumi.ComponentResource):
    """`trend:onboarding:HealthCheck`: a command that looks once, and again when what it looks at changes.

    It changes nothing, and a preview does not run it. Neither the API key nor any other secret is among its inputs: it
    asks the environment and the stack's configuration for them, as the providers do.

    Args:
        name: the component's name.
        expected: what must be found, see `operate.health.Expectation`; nothing of it is secret.
        on_refusal: what becomes of the update where a link is in a bad state, `fail` or `warn`.
        triggers: the command runs again when one of these changes.
    """

    health: pulumi.Output[dict[str, Any]]
    """What it found, an object."""

    def __init__(
        self,
        name: str,
        *,
        expected: Mapping[str, pulumi.Input[str]],
        on_refusal: str,
        triggers: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:HealthCheck", name, None, opts)
        whose = {"stack": f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"}
        command = local.Command(
            "health",
            create=f"{_python()} -m {MODULE}",
            environment={
                SPECIFICATION_VARIABLE: pulumi.Output.json_dumps({**expected, **whose, "onRefusal": on_refusal}),
            },
            triggers=list(triggers),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.health = pulumi.Output.json_loads(command.stdout)
        self.register_outputs({"health": self.health})


def _python() -> str:
    """Return this interpreter as seen from the project's folder, where the command runs.

    Below the folder (`virtualenv: venv` in Pulumi.yaml) it is named alike on every machine. Its whole path would show
    as a change on another one.
    """
    executable, project = Path(sys.executable), Path.cwd()
    return str(executable.relative_to(project) if executable.is_relative_to(project) else executable)
