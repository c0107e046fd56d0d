"""Which of the flags for `pulumi up` say where: they hold for the further commands too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import click

from operate.console import OperateError


def _value(text: str) -> str:
    """Read `-s=prod` as Pulumi does."""
    return text.removeprefix("=")


_PULUMI = click.Command(
    "pulumi",
    params=[
        click.Option(["-s", "--stack"], default="", type=_value),
        click.Option(["-C", "--cwd"], default="", type=_value),
        click.Option(["--config-file"], default=""),
        click.Option(["--non-interactive"], is_flag=True),
        # The other short flags that take a value, which is never a flag itself (source: `pulumi up --help`).
        *(click.Option([f"-{letter}", f"value_of_{letter}"], multiple=True) for letter in "cmptv"),
    ],
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)


@dataclass(frozen=True)
class Flags:
    """What Pulumi was told about where it works and whom it may ask; empty where it decides itself.

    Attributes:
        stack: the stack, `--stack`.
        cwd: the folder, `--cwd`.
        config_file: file with the stack's configuration, `--config-file`.
        non_interactive: whether nobody can be asked, `--non-interactive`.
    """

    stack: str = ""
    cwd: str = ""
    config_file: str = ""
    non_interactive: bool = False

    @classmethod
    def among(cls, arguments: Sequence[str]) -> Flags:
        """Find them among the arguments of a Pulumi command.

        Raises:
            OperateError: a flag lacks its value, or a switch has one.
        """
        try:
            given = _PULUMI.make_context("pulumi", list(arguments)).params
        except click.UsageError as error:
            raise OperateError(error.format_message()) from None
        return cls(**{field.name: given[field.name] for field in fields(cls)})
