"""Rules of single settings. Each returns the value that a text stands for, or raises ValueError with a reason.

The reasons repeat the values, but for those of secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from components.settings.credentials import HOW_TO_SET, ApiKey, InvalidApiKey
from components.settings.endpoints import REGION_CODE, Endpoints, check_base_url, check_service
from components.spelling import did_you_mean

# AWS takes 50 tags; four are ours, see `components.aws.tags`.
MOST_TAGS = 46

OWN_TAGS = "trend-onboarding:"
"""How the keys of this program's own tags begin, but for `ManagedBy`, which a user's takes the place of."""

DEFAULT_TAG_VARIABLES = "TF_AWS_DEFAULT_TAGS_"

_TAG_CHARACTERS = r"[\w .:/=+\-@]"  # letters of any language; of the blanks no line break, which IAM refuses
_RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

ChoiceT = TypeVar("ChoiceT", bound=str)


def api_key(text: str) -> ApiKey:
    """Judge the form of an API key."""
    try:
        return ApiKey.parse(text)
    except InvalidApiKey as error:
        raise ValueError(f"{error}; {HOW_TO_SET}") from None


def boolean(text: str) -> bool:
    """Judge a truth value, as YAML and Pulumi write it."""
    if text.lower() not in ("true", "false"):
        raise ValueError(f"'{text}' is neither true nor false")
    return text.lower() == "true"


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return the rule of a whole number between two others, both included."""

    def rule(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"'{text}' is not a whole number from {least} to {most}")
        return int(text)

    return rule


def one_of(*choices: ChoiceT) -> Callable[[str], ChoiceT]:
    """Return the rule of a choice."""

    def rule(text: str) -> ChoiceT:
        for choice in choices:
            if choice == text:
                return choice
        raise ValueError(f"'{text}' is not {' or '.join(repr(str(choice)) for choice in choices)}")

    return rule


def known(what: str, *names: str) -> Callable[[str], str]:
    """Return the rule of one of several names, of which the nearest is told.

    Args:
        what: such a name stands for, for example `a Vision One region`.
        names: all of them.
    """

    def rule(text: str) -> str:
        if text not in names:
            raise ValueError(f"'{text}' is not {what}{did_you_mean(text, list(names))}; known: {', '.join(names)}")
        return text

    return rule


def matching(pattern: str, form: str) -> Callable[[str], str]:
    """Return the rule of a text that fits a pattern as a whole; digits and letters are ASCII's, as AWS wants them.

    Args:
        pattern: a regular expression.
        form: what such a text is, for whoever gave another.
    """

    def rule(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"'{text}' is not {form}")
        return text

    return rule


_looks_like_a_bucket = matching(
    r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "a bucket name (3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at either end)",
)
_cloud_one_region = matching(REGION_CODE.pattern, "a Cloud One region (such as us-1)")
aws_region = matching(r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region (such as us-east-1)")

_host = matching(r"[a-z0-9.:-]+", "a host (such as proxy.example.com, without scheme, port and path)")


def bucket_name(text: str) -> str:
    """Judge a bucket name by the rules for general purpose buckets (source: S3 user guide, bucket naming rules)."""
    _looks_like_a_bucket(text)
    if ".." in text or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", text):
        raise ValueError(f"'{text}' is not a bucket name (no two dots in a row, no IP address)")
    if text.startswith(_RESERVED_BEGINNINGS) or text.endswith(_RESERVED_ENDS):
        raise ValueError(f"'{text}' is not a bucket name (S3 reserves its beginning or end)")
    return text


def key_prefix(text: str) -> str:
    """Judge what keys of a bucket begin with; a slash that is missing at its end is added."""
    matching(r"[0-9a-zA-Z./-]*", "made of digits, letters, - . and /")(text)
    return text if not text or text.endswith("/") else f"{text}/"


def tags(text: str) -> dict[str, str]:
    """Judge tags by the strictest of IAM, S3, CloudTrail and CloudFormation (source: their API references, Tag)."""
    return _tags(_json_object(text))


def default_tags(block: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Judge the tags that the AWS provider adds to all that takes tags, as `tags` are judged.

    One of this program's own must not be among them: `tags` cannot change those, and IAM refuses two keys that differ
    in nothing but their case.

    Args:
        block: the setting `aws:defaultTags`; empty for none.
        environment: may hold some, too; the setting wins (source: the provider's documentation of `defaultTags`).
    """
    try:
        entries = _json_object(block or "{}")
        given = entries.pop("tags", None) or {}
    except ValueError:
        given, entries = None, {}
    if not isinstance(given, dict) or entries:
        raise ValueError(
            "is not an object whose `tags` are one: `pulumi config set --path 'aws:defaultTags.tags.<key>' <value>`"
        )
    named = {
        name.removeprefix(DEFAULT_TAG_VARIABLES): value
        for name, value in environment.items()
        if name.startswith(DEFAULT_TAG_VARIABLES)
    }
    own = [key for key in {**named, **given} if key.lower().startswith(OWN_TAGS)]
    if own:
        raise ValueError(", ".join(f"'{key}' is a tag that this program sets itself" for key in own))
    return _tags({**named, **given})


def together(default: Mapping[str, str], users: Mapping[str, str]) -> dict[str, str]:
    """Judge default tags and tags, which win, as they come to AWS: together."""
    return _tags({**default, **users})


def endpoints(text: str) -> dict[str, str]:
    """Judge base URLs by service: https, or http to this machine."""
    return _each(_json_object(text), lambda name, url: (check_service(name), check_base_url(str(url))))


def trend_endpoints(overrides: str, base: str, confirmed: str) -> Endpoints:
    """Return where Trend's services are.

    Args:
        overrides, confirmed: the settings `endpoints` and `endpointsConfirmed`; empty for none.
        base: the one base URL of the environment; empty for none.
    """
    return Endpoints(endpoints(overrides or "{}"), base, hosts(confirmed or "[]"))


def hosts(text: str) -> tuple[str, ...]:
    """Judge names of hosts: a list with commas between, or one as Pulumi keeps it, in JSON."""
    try:
        listed = json.loads(text)
    except json.JSONDecodeError:
        listed = text.split(",")
    if not isinstance(listed, list):
        raise ValueError(f"'{text}' is not a list of hosts, with commas between")
    return tuple(_host(str(each).strip().lower()) for each in listed)


def region_map(text: str) -> dict[str, str]:
    """Judge additions to the table of regions, Cloud One region to AWS region."""
    return _each(_json_object(text), lambda region, aws: (_cloud_one_region(region), aws_region(str(aws))))


def json_list(text: str, how_to_set: str) -> list[Any]:
    """Return the list that a setting holds: Pulumi keeps it as JSON.

    Raises:
        ValueError: it holds none.
    """
    try:
        decoded = json.loads(text)
    except json.JSONDecodeError:
        decoded = None
    if not isinstance(decoded, list):
        raise ValueError(f"is not a list: {how_to_set}")
    return decoded


def _json_object(text: str) -> dict[str, Any]:
    """Return the object that a setting holds: Pulumi keeps it as JSON."""
    try:
        decoded = json.loads(text)
    except json.JSONDecodeError:
        decoded = None
    if not isinstance(decoded, dict):
        raise ValueError("is not an object: set its entries with `pulumi config set --path '<setting>.<name>' <value>`")
    return decoded


def _tags(entries: Mapping[str, Any]) -> dict[str, str]:
    texts = {key: _text(content) for key, content in entries.items()}
    problems = [problem for key, content in texts.items() if (problem := _tag_problem(key, content))]
    folded = [key.lower() for key in texts]
    problems += [
        f"'{key}' is there twice but for its case, which IAM refuses" for key in texts if folded.count(key.lower()) > 1
    ]
    if len(texts) > MOST_TAGS:
        problems.append(f"{len(texts)} tags are more than the {MOST_TAGS} that fit beside this program's own")
    if problems:
        raise ValueError(", ".join(problems))
    return {key: content for key, content in texts.items() if content is not None}


def _text(content: Any) -> str | None:
    """Return a tag's value as text; None where it is none.

    `pulumi config set --path tags.costCenter 1234` makes a number of it, where AWS wants the text.
    """
    if isinstance(content, dict | list) or content is None:
        return None
    return json.dumps(content) if isinstance(content, bool) else str(content)


def _tag_problem(key: str, text: str | None) -> str | None:
    if not re.fullmatch(_TAG_CHARACTERS + "{1,128}", key):
        return f"'{key}' is not a tag key (1 to 128 letters, digits, blanks and _ . : / = + - @)"
    if key.lower().startswith("aws:"):
        return f"'{key}' begins with aws:, which is reserved"
    if text is None:
        return f"'{key}' has a value that is not a text"
    if not re.fullmatch(_TAG_CHARACTERS + "{1,256}", text):
        return f"'{key}' has the value '{text}' (1 to 256 letters, digits, blanks and _ . : / = + - @)"
    return None


def _each(entries: Mapping[str, Any], judge: Callable[[str, Any], tuple[str, str]]) -> dict[str, str]:
    """Judge all entries of an object, and name all that are wrong."""
    judged, problems = {}, []
    for name, content in entries.items():
        try:
            key, text = judge(name, content)
            judged[key] = text
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise ValueError(", ".join(problems))
    return judged
