"""The stack of an account: there before a run, with its configuration in a file of its own, gone after a removal.

The file is written anew before each run. What encrypts the stack's secrets is kept in the stack's state as well, so a
machine that has no such file yet makes it from there. No secret of ours is in it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from fleet.unit.job import Job
from operate.engine.flags import Flags
from operate.engine.pulumi_cli import NO_SUCH_STACK, Pulumi, PulumiError
from operate.engine.stack import Stack
from operate.engine.state import State

FOLDER = Path(".fleet", "stacks")
"""Where the files are, below the project's folder."""


def open_stack(job: Job) -> Stack:
    """Return the job's stack; it need not exist.

    Raises:
        OperateError: there is no project here, or `pulumi` is not one that it works with.
    """
    where = Flags(stack=job.stack, non_interactive=True)
    folder = Stack(Pulumi(where)).project_folder
    file = folder / FOLDER / f"Pulumi.{job.stack}.yaml"
    return Stack.of(Flags(stack=job.stack, config_file=str(file), non_interactive=True))


def state_of(stack: Stack) -> State | None:
    """Return the stack's state; None where there is no such stack.

    Raises:
        PulumiError: the backend does not tell.
    """
    try:
        return stack.state()
    except PulumiError as error:
        if error.code == NO_SUCH_STACK:
            return None
        raise


def create(stack: Stack, job: Job) -> State:
    """Create the stack.

    Pulumi writes how its secrets are encrypted into the project's folder; the state has that as well. A file that is
    there already is somebody's own, and is left as it was.
    """
    provider = ["--secrets-provider", job.secrets_provider] if job.secrets_provider else []
    beside = Path(stack.project_folder, str(stack.project_file.get("stackConfigDir") or ""), f"Pulumi.{job.stack}.yaml")
    before = beside.read_bytes() if beside.is_file() else None
    stack.pulumi.ask("stack", "init", "--no-select", *provider)
    if before is None:
        beside.unlink(missing_ok=True)
    else:
        beside.write_bytes(before)
    return stack.state()


def configure(stack: Stack, job: Job, aws: Mapping[str, Any], state: State) -> None:
    """Write the stack's configuration, all of it.

    Args:
        stack: the stack.
        job: has the settings.
        aws: settings of the AWS provider.
        state: of the stack.
    """
    settings = {f"{stack.project}:{name}": value for name, value in job.settings.items()}
    of_aws = {f"aws:{name}": value for name, value in aws.items()}
    file = stack.settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {**_encryption(state), "config": {**settings, **of_aws}}
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    scratch.write_text(yaml.safe_dump(content, sort_keys=True), encoding="utf-8")
    scratch.replace(file)


def remove(stack: Stack) -> None:
    """Remove the stack and the file that a run wrote; nothing may be deployed any more."""
    stack.pulumi.ask("stack", "rm", "--yes", "--preserve-config")
    stack.settings_file.unlink(missing_ok=True)


def _encryption(state: State) -> dict[str, str]:
    """Return the entries of a configuration file that say how secrets are encrypted, as the state has them."""
    given = (state.document.get("deployment") or {}).get("secrets_providers") or {}
    kept = given.get("state") or {}
    if given.get("type") == "passphrase":
        return {"encryptionsalt": kept["salt"]}
    if given.get("type") == "cloud":
        return {"secretsprovider": kept["url"], "encryptedkey": kept["encryptedkey"]}
    return {}
