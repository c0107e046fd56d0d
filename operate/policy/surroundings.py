"""Where a stack is, told from its configuration and its state; AWS is asked for the account alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from components.aws.cloudformation import VISION_ONE_STACK
from components.settings.configuration import SECRETS, SettingsError, parse_settings
from operate.console import OperateError
from operate.engine.stack import Stack
from operate.engine.state import BUCKET, DYNAMIC, State
from operate.policy.place import Place


def place_of(stack: Stack, run: str) -> Place:
    """Return where a stack is and what it is called.

    Args:
        stack: the stack.
        run: `preview`, `up` or `destroy`; an `up` may recreate things, so that names of the state do not bind it.

    Raises:
        OperateError: the settings cannot be used, or no region is named.
        AwsError: AWS does not say which account this is.
    """
    configuration = stack.configuration()
    prefix = f"{stack.project}:"
    texts = {
        key.removeprefix(prefix): _text(setting.value)
        for key, setting in configuration.items()
        if key.startswith(prefix) and not setting.secret and key.removeprefix(prefix) not in SECRETS
    }
    try:
        settings = parse_settings(texts, {})
    except SettingsError as error:
        raise OperateError("; ".join(error.problems)) from None
    allowed = stack.aws_settings.allowed_accounts
    return Place(
        settings=settings,
        project=stack.project,
        stack=stack.name,
        where=stack.aws.context(next(iter(allowed)) if len(allowed) == 1 else ""),
        known=known_names(stack.state(), bind_names=run != "up"),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def known_names(state: State, *, bind_names: bool) -> Mapping[str, str]:
    """Return what the state knows of names, see `Place.known`.

    Args:
        state: of the stack.
        bind_names: whether those that Pulumi made up count: no new one is made up where the resource stays.
    """
    known: dict[str, str] = {}
    for resource in state.real():
        outputs = resource.outputs
        if resource.type == f"{DYNAMIC}CloudTrailParameters":
            known |= {key: str(outputs[key]) for key in ("templateUrl", "codeBucket") if outputs.get(key)}
        elif resource.type == "aws:cloudformation/stack:Stack":
            host = (outputs.get("parameters") or {}).get("CloudOneOIDCProviderURL")
            known |= {"oidcHost": str(host)} if host else {}
            known |= {"visionOneStack": resource.id} if resource.inputs.get("name") == VISION_ONE_STACK else {}
        elif bind_names and resource.type == BUCKET:
            known["bucket"] = resource.id
        elif bind_names and resource.type == "aws:iam/role:Role":
            known["role"] = resource.id
    return known
