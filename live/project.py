"""The program in a folder of its own, with a stack of its own, under the `pulumi` on PATH."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from operate.console import OperateError
from operate.engine import foreground
from operate.engine.foreground import Ended

ROOT = Path(__file__).resolve().parent.parent
STACK = "live"
_LINKED = ("__main__.py", "components", "operate", "venv")


class Project:
    """The folder with the stack. It stays for as long as the stack does, so that a person can take over.

    Args:
        folder: made if missing.
        environment: of every command.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = dict(environment)

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Make the stack and its configuration.

        Raises:
            OperateError: it cannot be made; the text holds Pulumi's own words.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in _LINKED:
            link = self.folder / name
            if not link.is_symlink():
                link.symlink_to(ROOT / name)
        (self.folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        try:
            self._ask("stack", "init", STACK, "--no-select")
        except OperateError as error:
            left = f"`{self.shown('destroy')}`, then `{self.shown('stack rm')}`"
            raise OperateError(f"{error}; where an earlier run left the stack, {left} removes it") from None
        file = self.folder / f"Pulumi.{STACK}.yaml"
        content = (yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None) or {}
        file.write_text(yaml.safe_dump({**content, "config": dict(settings)}), encoding="utf-8")

    def run(self, *arguments: str) -> Ended:
        """Run a command of Pulumi's on the stack; the terminal is its own."""
        return foreground.run(self._command(*arguments, "--stack", STACK), self._environment)

    def remove(self) -> None:
        """Remove the stack, which must be empty, and its configuration."""
        self._ask("stack", "rm", STACK, "--yes")

    def shown(self, command: str) -> str:
        """Return a command on the stack as a person has to type it."""
        return f"pulumi {command} --stack {STACK} --cwd {shlex.quote(str(self.folder))}"

    def _command(self, *arguments: str) -> list[str]:
        return ["pulumi", *arguments, "--cwd", str(self.folder), "--non-interactive"]

    def _ask(self, *arguments: str) -> None:
        try:
            done = subprocess.run(
                self._command(*arguments),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise OperateError(f"`pulumi` cannot be started ({error.strerror}): put it on PATH") from None
        if done.returncode:
            words = " ".join((done.stderr or done.stdout).split()).removeprefix("error: ")
            raise OperateError(f"`pulumi {' '.join(arguments[:2])}` failed: {words}")
