"""The workflows of the repository, read for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".github" / "workflows"


class Workflow:
    """One workflow; each has one job, whose name is the file's."""

    def __init__(self, name: str) -> None:
        self.text = (FOLDER / f"{name}.yml").read_text()
        self.document: dict[Any, Any] = yaml.safe_load(self.text)
        self.job: dict[str, Any] = self.document["jobs"][name]
        self.steps: list[dict[str, Any]] = self.job["steps"]

    @property
    def events(self) -> Any:
        return self.document[True]  # YAML 1.1 takes `on` for true

    @property
    def commands(self) -> list[str]:
        return [step["run"] for step in self.steps if "run" in step]

    def command(self, word: str) -> str:
        """Return the one command that contains a word."""
        (found,) = [command for command in self.commands if word in command]
        return found


NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))
