"""Where a stack is, told from its configuration and its state; AWS is asked for the account alone."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from components.aws.clients import calling
from components.settings.configuration import SECRETS, SettingsError, parse_settings
from operate.console import OperateError
from operate.engine.history import Configuration
from operate.engine.stack import Stack
from operate.engine.state import BUCKET, DYNAMIC, State
from operate.policy.place import Place

_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def place_of(stack: Stack, run: str) -> Place:
    """Return where a stack is and what it is called.

    Args:
        stack: the stack.
        run: `preview`, `up` or `destroy`; an `up` may make things anew, so that names of the state do not bind it.

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
    region = _region(configuration)
    partition, suffix = _partition(region)
    return Place(
        settings=settings,
        project=stack.project,
        stack=stack.name,
        account=_account(stack, configuration, region),
        region=region,
        partition=partition,
        url_suffix=suffix,
        known=_known(stack.state(), bind_names=run != "up"),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _region(configuration: Configuration) -> str:
    given = configuration.get("aws:region")
    candidates = (str(given.value) if given else "", *(os.environ.get(name, "") for name in _REGION_VARIABLES))
    region = next(filter(None, candidates), None)
    if region is None:
        raise OperateError("no AWS region is named: run `pulumi config set aws:region <region>`")
    return region


def _partition(region: str) -> tuple[str, str]:
    import botocore.session

    resolver = botocore.session.get_session().get_component("endpoint_resolver")
    partition = resolver.get_partition_for_region(region)
    return partition, resolver.get_partition_dns_suffix(partition)


def _account(stack: Stack, configuration: Configuration, region: str) -> str:
    """Return the account: the only one that the stack may be deployed to, or else the caller's."""
    setting = configuration.get("aws:allowedAccountIds")
    allowed = setting.value if setting else []
    if isinstance(allowed, str):
        allowed = json.loads(allowed)
    if len(allowed) == 1:
        return str(allowed[0])
    with calling("asking AWS which account this is: set aws:allowedAccountIds to one to do without credentials"):
        return str(stack.aws.client("sts", region).get_caller_identity()["Account"])


def _known(state: State, *, bind_names: bool) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for resource in state.real():
        outputs = resource.outputs
        if resource.type == f"{DYNAMIC}CloudTrailParameters":
            known |= {key: str(outputs[key]) for key in ("templateUrl", "codeBucket") if outputs.get(key)}
        elif resource.type == "aws:cloudformation/stack:Stack":
            host = (outputs.get("parameters") or {}).get("CloudOneOIDCProviderURL")
            known |= {"oidcHost": str(host)} if host else {}
        elif bind_names and resource.type == BUCKET:
            known["bucket"] = resource.id
        elif bind_names and resource.type == "aws:iam/role:Role":
            known["role"] = resource.id
    return known
