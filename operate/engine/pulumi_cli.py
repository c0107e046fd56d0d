"""The `pulumi` command, for one stack."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from semver import Version

from operate.console import OperateError
from operate.engine import foreground
from operate.engine.flags import Flags
from operate.engine.foreground import Ended

NO_SUCH_STACK = 6
"""Exit code of a command about a stack that does not exist (source: `pulumi`'s own list of its codes)."""


class PulumiError(OperateError):
    """A command of the CLI failed; the text holds its own words.

    Attributes:
        code: its exit code; 0 where it was not started.
    """

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Pulumi:
    """Runs the CLI where the flags say.

    Attributes:
        flags: which stack, in which folder.
        environment: of the CLI.
    """

    flags: Flags
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def require(self, versions: str) -> None:
        """Make sure that the CLI is one that the project works with.

        Args:
            versions: such as `>=3.1.0`; empty for any.

        Raises:
            PulumiError: it is another, or cannot be started.
        """
        version = self._captured(["version"]).strip()
        number = version.removeprefix("v")
        if versions and not (Version.is_valid(number) and Version.parse(number).match(versions)):
            raise PulumiError(f"`pulumi` on PATH is {version or 'of an unknown version'}; the project needs {versions}")

    def ask(self, *arguments: str, event_log: str = "") -> str:
        """Run a command that asks nothing, and return what it printed.

        Args:
            arguments: the command's.
            event_log: file that takes the engine's events; empty for none.

        Raises:
            PulumiError: it failed.
        """
        log = ["--event-log", event_log] if event_log else []
        return self._captured([*arguments, *log, *self._where(), "--non-interactive"])

    def ask_json(self, *arguments: str) -> Any:
        """Run a command that prints JSON, and return the document."""
        return json.loads(self.ask(*arguments))

    def run(self, *arguments: str, event_log: str = "") -> Ended:
        """Run a command in the foreground.

        Args:
            arguments: the command's.
            event_log: file that takes the engine's events; empty for none.
        """
        log = ["--event-log", event_log] if event_log else []
        try:
            return foreground.run(["pulumi", *arguments, *log, *self._where()], self._variables())
        except OSError as error:
            raise _cannot_start(error) from None

    def configured(self) -> list[str]:
        """Return the flag that names the configuration file, for commands that take it."""
        return ["--config-file", self.flags.config_file] if self.flags.config_file else []

    def format_command(self, command: str) -> str:
        """Return a command as the operator has to type it."""
        return " ".join([command, *self._where()])

    def _captured(self, arguments: Sequence[str]) -> str:
        command = ["pulumi", *arguments]
        try:
            done = subprocess.run(
                command,
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise _cannot_start(error) from None
        if done.returncode != 0:
            message = _find_error(done.stderr or done.stdout)
            raise PulumiError(f"`pulumi {' '.join(arguments[:2])}` failed: {message}", done.returncode)
        return done.stdout

    def _variables(self) -> dict[str, str]:
        """Open `--event-log`, which the CLI hides otherwise; the Automation API of Pulumi's own SDK does the same."""
        return {**self.environment, "PULUMI_DEBUG_COMMANDS": "true"}

    def _where(self) -> list[str]:
        stack, cwd = self.flags.stack, self.flags.cwd
        return [*(["--stack", stack] if stack else []), *(["--cwd", cwd] if cwd else [])]


def _cannot_start(error: OSError) -> PulumiError:
    return PulumiError(f"`pulumi` cannot be started ({error.strerror}): put it on PATH, or source .sandbox/env")


def _find_error(output: str) -> str:
    """Return what the CLI says from its first error on, or else the end of what it said."""
    _, error, rest = output.strip().partition("error: ")
    return (rest if error else output.strip().rpartition("\n")[2]) or "no error message"
