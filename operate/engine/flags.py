"""Which of the flags for `pulumi up` say where: they hold for the further commands too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

_FIELDS = {"s": "stack", "stack": "stack", "C": "cwd", "cwd": "cwd", "config-file": "config_file"}
# Short flags of `pulumi up` that take a value, which is never a flag itself (source: `pulumi up --help`).
_SHORT_WITH_VALUE = "cmptvsC"


@dataclass(frozen=True)
class Flags:
    """What Pulumi was told about where it works and whom it may ask; empty where it decides itself.

    Attributes:
        stack: the stack, `--stack`.
        cwd: the folder, `--cwd`.
        config_file: file with the stack's configuration, `--config-file`.
        yes: whether nothing is asked, `--yes`.
        non_interactive: whether nobody can be asked, `--non-interactive`.
    """

    stack: str = ""
    cwd: str = ""
    config_file: str = ""
    yes: bool = False
    non_interactive: bool = False

    @classmethod
    def among(cls, arguments: Sequence[str]) -> Flags:
        """Find them among the arguments of a Pulumi command, in each of the spellings that Pulumi takes."""
        flags, rest = cls(), list(arguments)
        while rest:
            argument = rest.pop(0)
            if argument == "--":
                break
            if argument.startswith("--"):
                flags = flags._long(argument[2:], rest)
            elif argument.startswith("-"):
                flags = flags._short(argument[1:], rest)
        return flags

    def _long(self, argument: str, rest: list[str]) -> Flags:
        name, given, value = argument.partition("=")
        if name in ("yes", "non-interactive"):
            switch: dict[str, Any] = {name.replace("-", "_"): value != "false"}
            return replace(self, **switch)
        return self._with(name, value if given else _next(rest)) if name in _FIELDS else self

    def _short(self, cluster: str, rest: list[str]) -> Flags:
        """Read `-y`, `-sprod`, `-s prod`, `-s=prod`, `-ys prod`."""
        flags = self
        for position, letter in enumerate(cluster):
            if letter in _SHORT_WITH_VALUE:
                value = cluster[position + 1 :].removeprefix("=") or _next(rest)
                return flags._with(letter, value) if letter in _FIELDS else flags
            if letter == "y":
                flags = replace(flags, yes=True)
        return flags

    def _with(self, name: str, value: str) -> Flags:
        given: dict[str, Any] = {_FIELDS[name]: value}
        return replace(self, **given)


def _next(rest: list[str]) -> str:
    return rest.pop(0) if rest else ""
