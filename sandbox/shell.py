"""Variables as lines that a POSIX shell reads."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

MISLEADING = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")
"""Variables of the user's real AWS that would lead boto3 or a plugin away from the sandbox's credentials."""


def exports(variables: Mapping[str, str]) -> str:
    """Return one `export NAME='value'` line for each variable."""
    return "".join(f"export {name}={_quoted(value)}\n" for name, value in variables.items())


def sandbox_exports(variables: Mapping[str, str]) -> str:
    """Return the lines that lead a shell into the sandbox: what would mislead it is unset first."""
    return f"unset {' '.join(MISLEADING)}\n{exports(variables)}"


def sourced_file(variables: Mapping[str, str], folders: Sequence[Path]) -> str:
    """Return a file to be sourced by any shell, once or many times: PATH keeps what that shell has, and does not grow.

    Args:
        variables: what to export; a PATH among them is passed over.
        folders: to put in front of PATH, in this order.
    """
    others = {name: value for name, value in variables.items() if name != "PATH"}
    quoted = [_quoted(str(folder)) for folder in reversed(folders)]
    path = [f'case ":$PATH:" in *:{folder}:*) ;; *) export PATH={folder}:"$PATH" ;; esac\n' for folder in quoted]
    return sandbox_exports(others) + "".join(path)


def _quoted(value: str) -> str:
    quoted = shlex.quote(value)
    return quoted if quoted.startswith("'") else f"'{quoted}'"
