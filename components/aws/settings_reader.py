"""Reads the AWS provider's settings out of the texts in which Pulumi keeps them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.spelling import did_you_mean

_KEYS = frozenset({"roleArn", "sessionName", "policy", "policyArns", "duration"})
ROLE_KEYS = _KEYS | {"externalId", "tags", "transitiveTagKeys", "sourceIdentity"}
WEB_ROLE_KEYS = _KEYS | {"webIdentityToken", "webIdentityTokenFile"}
"""What a role to assume may hold (source: the AWS provider's ProviderAssumeRole, ProviderAssumeRoleWithWebIdentity)."""


@dataclass(frozen=True)
class AssumedRole:
    """A role to work as.

    Attributes:
        arn: of the role.
        arguments: the others of sts:AssumeRole or sts:AssumeRoleWithWebIdentity, but for the token.
        token: of the web identity; empty where `token_file` has it.
        token_file: path of the file with the token.
    """

    arn: str
    arguments: Mapping[str, Any]
    token: str = field(default="", repr=False)
    token_file: str = ""


class SettingsReader:
    """Reads settings out of their texts, and collects what is wrong with them; no secret is in it.

    Args:
        given: the text of each setting that is set.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.asked: set[str] = set()
        self.problems: list[str] = []

    def problem(self, name: str, text: str) -> None:
        """Note what is wrong with a setting."""
        self.problems.append(f"aws:{name}: {text}")

    def refuse(self, settings: Mapping[str, str]) -> None:
        """Note those that are set of the settings that cannot be followed, with the way to do without."""
        for name, way_out in settings.items():
            if self.text(name).lower() not in ("", "false"):
                self.problem(name, f"not supported: {way_out}, then run `pulumi config rm aws:{name}`")

    def text(self, name: str) -> str:
        """Read a text; empty where it is not set."""
        self.asked.add(name)
        return self._given.get(name, "")

    def one_of(self, name: str, known: Sequence[str]) -> str:
        """Read one of some words, in lower case."""
        text = self.text(name)
        if text and text.lower() not in map(str.lower, known):
            self.problem(name, f"'{text}' is neither {' nor '.join(known)}")
        return text.lower()

    def switch(self, name: str) -> bool:
        """Read `true` or `false`; false where it is not set."""
        return self.one_of(name, ("true", "false")) == "true"

    def number(self, name: str) -> int:
        """Read a whole number; 0 where it is not set."""
        text = self.text(name)
        if text and not text.isdecimal():
            self.problem(name, f"'{text}' is not a number")
            return 0
        return int(text or 0)

    def items(self, name: str) -> list[Any]:
        """Read a list."""
        text = self.text(name)
        try:
            items = json.loads(text or "[]")
        except ValueError:
            items = None
        if not isinstance(items, list):
            self.problem(name, f"not a list: set its items, `pulumi config set --path 'aws:{name}[0]' …`")
            return []
        return items

    def objects(self, name: str) -> list[Mapping[str, Any]]:
        """Read a list of objects."""
        items = self.items(name)
        if not all(isinstance(each, dict) for each in items):
            self.problem(name, "not a list of objects")
            return []
        return items

    def endpoints(self, name: str, services: Mapping[str, str]) -> dict[str, str]:
        """Read base URLs by service.

        Args:
            name: of the setting.
            services: botocore's name of each service that counts, by the AWS provider's.
        """
        given = {service: str(url) for each in self.objects(name) for service, url in each.items()}
        for service, url in given.items():
            if not re.match(r"https?://[^/]", url):
                self.problem(name, f"{service}: '{url}' does not begin with https:// or http://")
        return {services[service]: url for service, url in given.items() if service in services}

    def accounts(self, name: str) -> frozenset[str]:
        """Read ids of accounts, as texts or as the whole numbers that `pulumi config set --path` makes of them."""
        ids = []
        for each in self.items(name):
            text = str(int(each)) if isinstance(each, float) and each.is_integer() else str(each)
            if not re.fullmatch(r"\d{12}", text):
                lost = "; one that begins with 0 must be in quotation marks" if text.isdecimal() else ""
                self.problem(name, f"'{text}' is not an AWS account id (twelve digits){lost}")
            ids.append(text)
        return frozenset(ids)

    def only_file(self, name: str) -> str:
        """Read a list of files that may have one item; empty where it has none."""
        paths = self.items(name)
        if len(paths) > 1:
            self.problem(name, "more than one file is not supported: put all profiles into one")
            return ""
        return self.file(name, str(paths[0])) if paths else ""

    def file(self, name: str, text: str) -> str:
        """Return the path of a file, which the AWS provider expands, too."""
        path = Path(os.path.expandvars(text)).expanduser()
        if text and not path.is_absolute():
            self.problem(name, f"'{text}' is not an absolute path, and those who call AWS work in several folders")
        elif text and not path.is_file():
            self.problem(name, f"there is no file {path}")
        return str(path) if text else ""

    def web_identity(self, name: str) -> AssumedRole | None:
        """Read the role that a web identity's token opens."""
        try:
            given = json.loads(self.text(name) or "{}")
        except ValueError:
            given = None
        if not isinstance(given, dict):
            self.problem(name, "not an object")
            return None
        return self.role(name, given, WEB_ROLE_KEYS) if given else None

    def role(self, name: str, given: Mapping[str, Any], known: frozenset[str]) -> AssumedRole | None:
        """Read a role to assume, which may have the known keys."""
        for key in sorted(given.keys() - known):
            self.problem(name, f"unknown key '{key}'{did_you_mean(key, sorted(known))}")
        token, token_file = str(given.get("webIdentityToken") or ""), str(given.get("webIdentityTokenFile") or "")
        if "webIdentityToken" in known and bool(token) == bool(token_file):
            self.problem(name, "needs one of webIdentityToken and webIdentityTokenFile")
        if not given.get("roleArn"):
            self.problem(name, "there is no roleArn")
            return None
        duration = self._seconds(name, str(given.get("duration") or ""))
        token_file = self.file(name, token_file)
        return AssumedRole(str(given["roleArn"]), _arguments(given, duration), token, token_file)

    def _seconds(self, name: str, duration: str) -> int:
        """Return the seconds of a duration such as `1h30m`, as Go writes it."""
        if not re.fullmatch(r"(\d+h)?(\d+m)?(\d+s)?", duration):
            self.problem(name, f"duration '{duration}' is not one such as 1h30m")
        units = {"h": 3600, "m": 60, "s": 1}
        return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([hms])", duration))


def _arguments(role: Mapping[str, Any], duration: int) -> dict[str, Any]:
    """Return the arguments of STS for a role as `aws:assumeRoles` has it, less its ARN."""
    arguments = {
        "RoleSessionName": role.get("sessionName") or "trend-onboarding",
        "ExternalId": role.get("externalId"),
        "Policy": role.get("policy"),
        "PolicyArns": [{"arn": arn} for arn in role.get("policyArns") or ()],
        "Tags": [{"Key": key, "Value": value} for key, value in (role.get("tags") or {}).items()],
        "TransitiveTagKeys": role.get("transitiveTagKeys"),
        "SourceIdentity": role.get("sourceIdentity"),
        "DurationSeconds": duration,
    }
    return {name: value for name, value in arguments.items() if value}
