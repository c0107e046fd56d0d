"""Calls to AWS from a provider's process, with the credentials that the stack gives the AWS provider.

The program's own AWS resources go through `pulumi_aws`. What that provider has no resource for is called from here.
"""

from __future__ import annotations

import functools
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from components.redaction import Redactor

SECRET_LENGTH = 16
SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

# What is to be done about an error code; the rest gets `AwsError.hint`.
_HINTS = {
    "ExpiredToken": "the AWS credentials have expired: get new ones and run the command again",
    "InvalidAccessKeyId": "AWS does not know these credentials: give those that the AWS provider works with",
    "SignatureDoesNotMatch": "AWS does not know these credentials: give those that the AWS provider works with",
}
_DENIED = ("AccessDenied", "AccessDeniedException", "AllAccessDisabled", "UnauthorizedOperation")


class AwsError(Exception):
    """A call to AWS failed, or what it answered cannot be used; the text is one line with the next step."""

    hint = "run the command again; if it stays, compare the message with the AWS documentation of the call"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}; {hint or self.hint}")


class AwsUnavailable(AwsError):
    """AWS could not be reached, or had a fault or too much to do, after the client asked as often as it may."""


@dataclass(frozen=True)
class AwsSettings:
    """The AWS provider's settings that say who calls; empty where the environment decides.

    Attributes:
        profile: a profile of the shared configuration files.
        access_key, secret_key, token: static credentials.
        assume_roles: roles to assume one after the other, as JSON, each as in `aws:assumeRoles`.
    """

    profile: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    assume_roles: str = ""

    @classmethod
    def of(cls, get: Callable[[str], Any]) -> AwsSettings:
        """Read the settings from a stack's configuration, in which each is a text.

        Args:
            get: returns a setting of the namespace `aws`, for example `profile`; None where it is not set.
        """
        names = ("profile", "accessKey", "secretKey", "token", "assumeRoles")
        return cls(*(str(get(name) or "") for name in names))

    def redactor(self) -> Redactor:
        """Return what takes the secrets out of texts, those of the environment too.

        AWS's have 40 characters and more. A shorter one is a stand-in's and opens nothing, and it may be a word.
        """
        given = [self.secret_key, self.token, *(os.environ.get(name, "") for name in SECRET_VARIABLES)]
        return Redactor([secret for secret in given if len(secret) >= SECRET_LENGTH])


class AwsClients:
    """The boto3 clients of a process, one a service and region; they may be used by several threads at once."""

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str) -> Any:
        """Return the client of a service in a region, for example `s3` in `us-east-1`.

        Raises:
            AwsError: the credentials or the settings cannot be used.
        """
        with self._lock:  # boto3's sessions are not safe to share, its clients are
            if (service, region) not in self._clients:
                with calling(f"the AWS client of {service}"):
                    self._clients[service, region] = self._make(service, region)
            return self._clients[service, region]

    def _make(self, service: str, region: str) -> Any:
        # Here, since loading boto3 takes longer than all else that a plugin does to start.
        from botocore.config import Config

        if self._session is None:
            self._session = _session(self._settings, region)
        retries = {"total_max_attempts": 5, "mode": "standard"}
        config = Config(connect_timeout=5, read_timeout=30, retries=retries)
        return self._session.client(service, region_name=region, config=config)


@functools.lru_cache
def clients(settings: AwsSettings) -> AwsClients:
    """Return the same clients to all providers of a process."""
    return AwsClients(settings)


@contextmanager
def calling(what: str, needs: str = "") -> Iterator[None]:
    """Turn what boto3 raises into an `AwsError`.

    Args:
        what: is being done, for the error.
        needs: the permission that it takes, for the next step after a refusal.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        HTTPClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    try:
        yield
    except ClientError as error:
        code = error_code(error)
        said = f"{code}: {error.response['Error'].get('Message') or 'no further words'}"
        hint = f"allow the deploying identity {needs}" if needs and code in _DENIED else _HINTS.get(code, "")
        failed = AwsUnavailable if _is_of_aws(error, code) else AwsError
        raise failed(f"{what}: {_one_line(said)}", hint) from None
    except (NoCredentialsError, PartialCredentialsError) as error:
        hint = "give the credentials that the AWS provider works with: aws:profile, aws:accessKey or AWS_*"
        raise AwsError(f"{what}: {_one_line(str(error))}", hint) from None
    except BotoCoreError as error:
        failed = AwsUnavailable if isinstance(error, (ConnectionError, HTTPClientError)) else AwsError
        hint = "check the network and the AWS settings, then run it again"
        raise failed(f"{what}: {_one_line(str(error))}", hint) from None


def error_code(error: Any) -> str:
    """Return the code of a botocore `ClientError`, for example `NoSuchBucket`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _is_of_aws(error: Any, code: str) -> bool:
    """Whether an error says something about the service, and nothing about what was asked."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or status == 429 or "Throttl" in code or code in ("RequestLimitExceeded", "SlowDown")


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _session(settings: AwsSettings, region: str) -> Any:
    import boto3

    session = boto3.Session(
        aws_access_key_id=settings.access_key or None,
        aws_secret_access_key=settings.secret_key or None,
        aws_session_token=settings.token or None,
        profile_name=settings.profile or None,
    )
    for role in json.loads(settings.assume_roles or "[]"):
        session = _assuming(session, role, region)
    return session


def _assuming(session: Any, role: Mapping[str, Any], region: str) -> Any:
    """Return a session that works as a role; its credentials are asked for when needed, and anew when they expire."""
    import boto3
    import botocore.session
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )

    def sts(_service: str, **credentials: Any) -> Any:
        return session.client("sts", region_name=region, **credentials)

    fetcher = AssumeRoleCredentialFetcher(
        sts, session.get_credentials(), role["roleArn"], extra_args=assume_role_arguments(role)
    )

    class Assumed(CredentialProvider):  # type: ignore[misc] # botocore publishes no types
        METHOD = "assume-role"

        def load(self) -> Any:
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, self.METHOD)

    bare = botocore.session.Session()
    bare.register_component("credential_provider", CredentialResolver([Assumed()]))
    return boto3.Session(botocore_session=bare)


def assume_role_arguments(role: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of sts:AssumeRole for one of `aws:assumeRoles`, but for the role's ARN.

    Source of the names: the AWS provider's `ProviderAssumeRole`.
    """
    renamed = {
        "RoleSessionName": role.get("sessionName") or "trend-onboarding",
        "ExternalId": role.get("externalId"),
        "Policy": role.get("policy"),
        "PolicyArns": [{"arn": arn} for arn in role.get("policyArns") or ()],
        "Tags": [{"Key": key, "Value": value} for key, value in (role.get("tags") or {}).items()],
        "TransitiveTagKeys": role.get("transitiveTagKeys"),
        "SourceIdentity": role.get("sourceIdentity"),
        "DurationSeconds": _seconds(role.get("duration") or ""),
    }
    return {name: value for name, value in renamed.items() if value}


def _seconds(duration: str) -> int:
    """Return the seconds of a duration such as `1h30m`."""
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([hms])", duration))
