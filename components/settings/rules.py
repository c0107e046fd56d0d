"""Rules about single values of the settings. Each returns the value as it is used, or raises ValueError with a reason.

None of the values is a secret, so the texts show them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from components.settings.endpoints import REGION_CODE, check_base_url, check_service

# AWS takes 50 tags; three are ours, see `components.aws.tags`.
MOST_TAGS = 47

_TAG_CHARACTERS = r"[\w .:/=+\-@]"  # letters of any language; of the blanks no line break, which IAM refuses
_RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def json_object(value: Any) -> dict[str, Any]:
    """Return the object that a setting holds: Pulumi keeps it as JSON, and an empty text stands for an empty one."""
    try:
        decoded = json.loads(value or "{}") if isinstance(value, str) else value
    except json.JSONDecodeError:
        decoded = None
    if not isinstance(decoded, dict):
        raise ValueError("is not an object: set its entries with `pulumi config set --path '<setting>.<name>' <value>`")
    return decoded


def must_match(value: str, pattern: str, rule: str) -> str:
    """Return a text that fits a pattern as a whole; letters and digits are those of ASCII, as AWS wants them."""
    if not re.fullmatch(pattern, value, re.ASCII):
        raise ValueError(f"'{value}' is not {rule}")
    return value


def bucket_name(value: str) -> str:
    """Judge a bucket name by the rules for general purpose buckets (source: S3 user guide, bucket naming rules)."""
    rule = "a bucket name (3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at either end)"
    must_match(value, r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", rule)
    if ".." in value or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", value):
        raise ValueError(f"'{value}' is not a bucket name (no two dots in a row, no IP address)")
    if value.startswith(_RESERVED_BEGINNINGS) or value.endswith(_RESERVED_ENDS):
        raise ValueError(f"'{value}' is not a bucket name (S3 reserves its beginning or end)")
    return value


def tags(value: dict[str, Any]) -> dict[str, str]:
    """Judge tags by the strictest of IAM, S3, CloudTrail and CloudFormation (source: their API references, Tag)."""
    texts = {key: _text(content) for key, content in value.items()}
    problems = [problem for key, text in texts.items() if (problem := _tag_problem(key, text))]
    folded = [key.lower() for key in texts]
    problems += [
        f"'{key}' is there twice but for its case, which IAM refuses" for key in texts if folded.count(key.lower()) > 1
    ]
    if len(texts) > MOST_TAGS:
        problems.append(f"{len(texts)} tags are more than the {MOST_TAGS} that fit beside ours")
    if problems:
        raise ValueError(", ".join(problems))
    return {key: text for key, text in texts.items() if text is not None}


def _text(content: Any) -> str | None:
    """Return a tag's value as text; None where it is none.

    `pulumi config set --path tags.costCenter 1234` makes a number of it, where AWS wants the text.
    """
    if isinstance(content, dict | list) or content is None:
        return None
    return json.dumps(content) if isinstance(content, bool) else str(content)


def _tag_problem(key: str, text: str | None) -> str | None:
    if not re.fullmatch(_TAG_CHARACTERS + "{1,128}", key):
        return f"'{key}' is no tag key (1 to 128 letters, digits, blanks and _ . : / = + - @)"
    if key.lower().startswith("aws:"):
        return f"'{key}' begins with aws:, which is reserved"
    if text is None:
        return f"'{key}' has a value that is no text"
    if not re.fullmatch(_TAG_CHARACTERS + "{1,256}", text):
        return f"'{key}' has the value '{text}' (1 to 256 letters, digits, blanks and _ . : / = + - @)"
    return None


def endpoints(value: dict[str, Any]) -> dict[str, str]:
    """Judge base URLs by service: https, or http to this machine."""
    return _each(value, lambda name, url: (check_service(name), check_base_url(str(url))))


def region_map(value: dict[str, Any]) -> dict[str, str]:
    """Judge additions to the table of regions, Cloud One region to AWS region."""

    def entry(region: str, aws_region: Any) -> tuple[str, str]:
        must_match(region, REGION_CODE.pattern, "a Cloud One region (such as us-1)")
        return region, must_match(str(aws_region), r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region (such as us-east-1)")

    return _each(value, entry)


def _each(value: dict[str, Any], judge: Callable[[str, Any], tuple[str, str]]) -> dict[str, str]:
    """Judge all entries of an object, and name all that are wrong."""
    judged, problems = {}, []
    for name, content in value.items():
        try:
            key, text = judge(name, content)
            judged[key] = text
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise ValueError(", ".join(problems))
    return judged
