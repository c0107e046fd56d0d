"""The stack that a command is about: its names, state, history, configuration and credentials."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

from components.aws.clients import AwsClients
from components.aws.identity import AwsSettings
from operate.console import OperateError
from operate.engine import history
from operate.engine.flags import Flags
from operate.engine.history import Configuration, Run
from operate.engine.pulumi_cli import Pulumi
from operate.engine.state import State

_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")


def find_project(start: Path, hint: str = "run this in the project") -> Path:
    """Return the folder that a folder's Pulumi project is in: itself, or one above.

    Raises:
        OperateError: there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if any((folder / name).is_file() for name in _PROJECT_FILES):
            return folder
    raise OperateError(f"there is no Pulumi.yaml in {start} or above: {hint}")


@dataclass(frozen=True)
class Decrypted:
    """A configuration with its secrets.

    Attributes:
        values: texts by key, objects as JSON.
        secrets: the keys of those that are stored encrypted.
    """

    values: Mapping[str, str] = field(repr=False)
    secrets: frozenset[str]


class Stack:
    """One stack, asked through the CLI. Every method raises `PulumiError` when that fails.

    Args:
        pulumi: the CLI, told which stack.
    """

    def __init__(self, pulumi: Pulumi) -> None:
        self.pulumi = pulumi

    @classmethod
    def of(cls, flags: Flags) -> Stack:
        """Return the stack that flags name, once it is known that the CLI is one that the project works with.

        Raises:
            OperateError: it is not, or there is no project.
        """
        stack = cls(Pulumi(flags))
        stack.pulumi.require(str(stack.project_file.get("requiredPulumiVersion", "")))
        return stack

    @cached_property
    def name(self) -> str:
        """The stack's name, without an organization's."""
        return self.pulumi.ask("stack", "--show-name").strip().rpartition("/")[2]

    @cached_property
    def project_folder(self) -> Path:
        """Where the project file is: here, or in a folder above."""
        return find_project(Path(self.pulumi.flags.cwd or "."), "run this in the project, or name it by --cwd")

    @cached_property
    def project_file(self) -> dict[str, Any]:
        """What the project file holds."""
        file = next(self.project_folder / name for name in _PROJECT_FILES if (self.project_folder / name).is_file())
        project: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        return project

    @property
    def project(self) -> str:
        """The project's name."""
        return str(self.project_file["name"])

    @property
    def owner(self) -> str:
        """The value of the owner's tag on all that this stack makes (`components.aws.tags`)."""
        return f"{self.project}/{self.name}"

    @property
    def settings_file(self) -> Path:
        """The file with the stack's configuration; it need not exist."""
        if self.pulumi.flags.config_file:
            return Path(self.pulumi.flags.cwd or ".", self.pulumi.flags.config_file)
        return self.project_folder / str(self.project_file.get("stackConfigDir") or "") / f"Pulumi.{self.name}.yaml"

    def state(self) -> State:
        """Return the state as it is now."""
        return State.of(self.pulumi.ask_json("stack", "export"))

    def replace_state(self, document: dict[str, Any]) -> None:
        """Put another document in place of the state."""
        with tempfile.TemporaryDirectory(prefix="operate-") as folder:
            file = Path(folder, "state.json")
            file.write_text(json.dumps(document), encoding="utf-8")
            self.pulumi.ask("stack", "import", "--file", str(file))

    def runs(self) -> list[Run]:
        """Return the runs that ended, the newest first."""
        return history.read(self.pulumi)

    def configuration(self) -> Configuration:
        """Return the configuration as it is now, without secrets."""
        return history.configuration(self.pulumi.ask_json("config", "--json", *self.pulumi.configured()))

    @cached_property
    def decrypted(self) -> Decrypted:
        """The configuration, decrypted. It is held in memory only."""
        document = self.pulumi.ask_json("config", "--json", "--show-secrets", *self.pulumi.configured())
        values = {key: str(entry.get("value", "")) for key, entry in document.items()}
        return Decrypted(values, frozenset(key for key, entry in document.items() if entry.get("secret")))

    @cached_property
    def configure_request(self) -> ConfigureRequest:
        """What Pulumi hands the providers: the configuration, decrypted."""
        return ConfigureRequest(Config(dict(self.decrypted.values), self.project))

    def aws_setting(self, name: str) -> str | None:
        """Return a setting of the AWS provider, for example `profile`; None where it is not set."""
        return self.decrypted.values.get(f"aws:{name}")

    @cached_property
    def aws_settings(self) -> AwsSettings:
        """Who calls AWS.

        Raises:
            AwsSettingsRefused: the stack has settings that this program cannot follow.
        """
        return AwsSettings.of(self.aws_setting)

    @cached_property
    def aws(self) -> AwsClients:
        """The clients of AWS, with the credentials that the stack gives the AWS provider."""
        return AwsClients(self.aws_settings)
