"""As whom the provider calls AWS. Follows hashicorp/aws-sdk-go-base credentials.go: each role is assumed at once.

What a role to assume may hold, and for how long it may last, follows terraform-provider-aws internal/provider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.pulumi.aws.errors import ProviderError, aws_errors, describe
from sandbox.pulumi.wire import PropertyMap

_FILES = {"sharedConfigFiles": "config_file", "sharedCredentialsFiles": "credentials_file"}
_ARGUMENTS = {"roleArn": "RoleArn", "sessionName": "RoleSessionName", "externalId": "ExternalId", "policy": "Policy"}
_TOKENS = frozenset({"webIdentityToken", "webIdentityTokenFile"})
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)")
SHORTEST, LONGEST = 900, 43200
"""Seconds that a session may be asked to last; AWS's SDK for Go asks for the shortest where nobody says."""


def profile_session(config: PropertyMap) -> Any:
    """Return a session with the profile and the files that the settings name, and with their static credentials.

    Raises:
        ProviderError: more files than one of a kind are named.
    """
    from botocore.session import Session  # boto3 takes a third longer to load, and the program waits for the plugin

    session = Session(profile=config.get("profile"))
    for name, variable in _FILES.items():
        paths = config.get(name) or []
        if len(paths) > 1:
            raise ProviderError(f"the sandbox's AWS plugin takes one file in aws:{name}")
        if paths:
            session.set_config_variable(variable, str(Path(paths[0]).expanduser()))
    given = [config.get(name) for name in ("accessKey", "secretKey", "token")]
    if any(given):
        session.set_credentials(*given)
    return session


def session_of(config: PropertyMap, region: str) -> Any:
    """Return a session with the credentials that the settings lead to.

    Raises:
        ProviderError: a role cannot be assumed.
    """
    session = profile_session(config)
    if web := config.get("assumeRoleWithWebIdentity"):
        token = web.get("webIdentityToken") or Path(web["webIdentityTokenFile"]).read_text(encoding="utf-8").strip()
        session = _assume(session, region, "assume_role_with_web_identity", web, WebIdentityToken=token)
    roles = config.get("assumeRoles") or ()
    for number, role in enumerate(roles, 1):
        if not role.get("roleArn"):
            where = f"IAM Role ARN not set in assume role {number} of {len(roles)}"
            raise ProviderError(f"Cannot assume IAM Role. {where}")
        session = _assume(session, region, "assume_role", role)
    return session


def _assume(session: Any, region: str, call: str, role: Mapping[str, Any], **more: str) -> Any:
    from botocore.session import Session

    unknown = sorted(role.keys() - _ARGUMENTS.keys() - _TOKENS - {"duration"})
    if unknown:
        raise ProviderError(f"the sandbox's AWS plugin does not implement {', '.join(unknown)} of a role to assume")
    arguments = {"RoleSessionName": "sandbox", **{_ARGUMENTS[key]: role[key] for key in role if key in _ARGUMENTS}}
    arguments["DurationSeconds"] = _seconds(str(role.get("duration") or f"{SHORTEST}s"))
    try:
        made = getattr(session.create_client("sts", region_name=region), call)(**arguments, **more)["Credentials"]
    except aws_errors() as error:
        told = f"IAM Role ({role['roleArn']}) cannot be assumed. Error: {describe(error)}"
        raise ProviderError(f"Cannot assume IAM Role. {told}") from None
    assumed = Session()
    assumed.set_credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    return assumed


def _seconds(duration: str) -> int:
    """Return the seconds of a duration as Go writes it, such as `1h30m`.

    Raises:
        ProviderError: it is none, or too short or too long for a session.
    """
    if _DURATION.sub("", duration):
        raise ProviderError(f'aws:assumeRoles: "{duration}" cannot be parsed as a duration')
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration))
    if not SHORTEST <= seconds <= LONGEST:
        raise ProviderError(
            f'aws:assumeRoles: duration "{duration}" must be between 15 minutes (15m) and 12 hours (12h), inclusive'
        )
    return int(seconds)
