"""The check after the last step: what was created is read back, and a link in a bad state fails the update."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pulumi
import pulumi_command
from pulumi_command import local

from components.checks.assignment import COMMAND, access_settings
from components.checks.own_state import in_state
from components.settings.scope import Scope


def begin(scope: Scope) -> None:
    """Let the plugin of the check's command start beside what precedes the steps; without this call it starts later.

    The engine starts one plugin after the other, and says nothing of the state meanwhile: so that is asked for first.

    Args:
        scope: a tenant has no check.
    """
    if scope.links_account:
        in_state()
        _commands(pulumi.runtime.settings.get_monitor())


@lru_cache(maxsize=1)
def _commands(_engine: Any) -> pulumi_command.Provider:
    """Return the provider of a run's command; the first call registers it."""
    onboarding = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::trend:onboarding:Onboarding::any"
    earlier = pulumi.Alias(name="command", parent=onboarding)  # in 1.0.0-rc
    return pulumi_command.Provider("health-command", opts=pulumi.ResourceOptions(aliases=[earlier]))


class HealthCheck(pulumi.ComponentResource):
    """`trend:onboarding:HealthCheck`: a command that checks once, and again when what it checks changes.

    It changes nothing, and a preview does not run it. Neither the API key nor any other secret is among its inputs: it
    asks the environment and the stack's configuration for them, as the providers do.

    Args:
        name: the component's name.
        expected: what must be found, by the fields of an expectation of `components.checks.assignment`.
        on_failure: what a check that failed does to the update.
        triggers: the command runs again when one of these changes.
        after: what the command waits for; the component itself does not, see `VisionOne`.

    Attributes:
        health: what was found, see `components.checks.deployed.Health.document`.
    """

    health: pulumi.Output[dict[str, Any]]

    def __init__(
        self,
        name: str,
        *,
        expected: Mapping[str, pulumi.Input[str]],
        on_failure: Literal["fail", "warn"],
        triggers: Sequence[pulumi.Input[str]],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trend:onboarding:HealthCheck", name, None, opts)
        project, configuration = pulumi.get_project(), pulumi.runtime.get_config_env()
        secrets = {key for key in configuration if pulumi.runtime.is_config_secret(key)}
        # The fields of `components.checks.assignment.Assignment`.
        assignment = {
            "stack": f"{pulumi.get_organization()}/{project}/{pulumi.get_stack()}",
            "access": access_settings(configuration, secrets, project),
            "on_failure": on_failure,
            "expected": dict(expected),
        }
        commands = _commands(pulumi.runtime.settings.get_monitor())
        command = local.Command(
            "health",
            create=f"{_python()} -m {COMMAND}",
            stdin=pulumi.Output.json_dumps(assignment),
            triggers=list(triggers),
            opts=pulumi.ResourceOptions(parent=self, provider=commands, depends_on=list(after)),
        )
        self.health = pulumi.Output.json_loads(command.stdout)
        self.register_outputs({"health": self.health})


def _python() -> str:
    """Return this interpreter as named from the program's folder, where the command runs.

    Below the folder (`virtualenv: venv` in Pulumi.yaml) its name is the same on every machine; its whole path would
    show as a change on another one. Folders are compared as they are and not as they are named: in a symlinked checkout
    Pulumi names the interpreter by way of the link, and the operating system names this folder by its target.
    """
    executable, here = Path(sys.executable), Path.cwd().resolve()
    for folder in executable.parents:
        if folder.resolve() == here:
            return str(executable.relative_to(folder))
    return str(executable)
