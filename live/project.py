"""The program in a folder of its own, with a stack of its own, under the `pulumi` on PATH."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from operate.console import OperateError
from operate.engine.flags import Flags
from operate.engine.foreground import Ended
from operate.engine.pulumi_cli import Pulumi

ROOT = Path(__file__).resolve().parent.parent
STACK = "live"
_LINKED = ("__main__.py", "components", "operate", "venv")


class Project:
    """The folder with the stack. It stays for as long as the stack does, so that a person can go on by hand.

    Args:
        folder: created if missing.
        environment: of every command.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._pulumi = Pulumi(Flags(cwd=str(folder)), environment)

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Create the stack and its configuration.

        Raises:
            OperateError: it cannot be created; the text holds Pulumi's own words.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in _LINKED:
            link = self._folder / name
            if not link.is_symlink():
                link.symlink_to(ROOT / name)
        (self._folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        try:
            self._pulumi.ask("stack", "init", STACK, "--no-select")
        except OperateError as error:
            left = f"`{self.command('destroy')}`, then `{self.command('stack rm')}`"
            raise OperateError(f"{error}; where an earlier run left the stack, {left} removes it") from None
        file = self._folder / f"Pulumi.{STACK}.yaml"
        content = (yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None) or {}
        file.write_text(yaml.safe_dump({**content, "config": dict(settings)}), encoding="utf-8")

    def run(self, *arguments: str) -> Ended:
        """Run a command of Pulumi's on the stack; the terminal is its own."""
        return self._pulumi.run(*arguments, "--stack", STACK, "--non-interactive")

    def remove(self) -> None:
        """Remove the stack, which must be empty, and its configuration."""
        self._pulumi.ask("stack", "rm", STACK, "--yes")

    def command(self, command: str) -> str:
        """Return a command on the stack as a person has to type it."""
        return f"pulumi {command} --stack {STACK} --cwd {shlex.quote(str(self._folder))}"
