"""Tags: what is asked for, what is found, and what changes between them.

Follows terraform-provider-aws internal/tags and pulumi-aws provider/tags.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.pulumi.aws.session import Aws, TagRules
from sandbox.pulumi.wire import UNKNOWN, PropertyMap


def wanted(tags: Any, rules: TagRules) -> Any:
    """Return `tagsAll`: default tags, then the resource's own, less the ignored ones. UNKNOWN stays UNKNOWN."""
    if tags is UNKNOWN:
        return UNKNOWN
    merged = {**rules.default, **(tags or {})}
    return {key: value for key, value in merged.items() if rules.sees(key)}


def found(aws: Aws, actual: Mapping[str, str], state: PropertyMap) -> PropertyMap:
    """Return `tags` and `tagsAll` for what AWS answered: a default tag shows in `tags` only if it was given there."""
    seen = {key: value for key, value in sorted(actual.items()) if aws.tag_rules.sees(key)}
    own = state.get("tags") or {}
    default = aws.tag_rules.default
    return {
        "tags": {key: value for key, value in seen.items() if key in own or default.get(key) != value},
        "tagsAll": seen,
    }


def delta(old: PropertyMap, new: PropertyMap) -> tuple[list[str], dict[str, str]]:
    """Return the keys to remove and the tags to set between two property maps."""
    before, after = old.get("tagsAll") or {}, new.get("tagsAll") or {}
    removed = [key for key in before if key not in after]
    return removed, {key: value for key, value in after.items() if before.get(key) != value}


def pairs(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Return the tags as AWS's list of Key and Value."""
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]


def from_pairs(listed: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Return AWS's list of Key and Value as a map."""
    return {tag["Key"]: tag.get("Value", "") for tag in listed or ()}
