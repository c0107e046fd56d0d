"""JSON documents: policies compared by meaning, texts in one form.

Follows hashicorp/awspolicyequivalence and terraform-provider-aws internal/verify/json.go.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module
from typing import Any

_ROOT = re.compile(r"^arn:[\w-]+:iam::(\d{12}):root$")


def same_policy(one: Any, other: Any) -> bool:
    """Return whether two policy texts mean the same: order of keys, of members, and one item or a list do not count."""
    first, second = _loaded(one), _loaded(other)
    if first is None or second is None:
        return bool(one == other)
    return bool(_canonical(first) == _canonical(second))


def normal(text: Any) -> str:
    """Return a JSON document (text, or parsed as boto3 likes to) compact with sorted keys; other text as it is."""
    document = _loaded(text)
    if document is None:
        return str(text)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def kept_if_same(old: Any, new: Any) -> str:
    """Return the old policy text where the new one means the same, else the new one, in normal form."""
    return normal(old) if old and same_policy(old, new) else normal(new)


def version_first(policy: str) -> str:
    """Return a policy in normal form, but with Version before all else, as AWS's own documents have it."""
    document = json.loads(policy)
    if not isinstance(document, dict) or "Version" not in document:
        return policy
    ordered = {"Version": document.pop("Version"), **dict(sorted(document.items()))}
    return json.dumps(ordered, separators=(",", ":"), ensure_ascii=False)


def hidden_parameters(template: Any) -> frozenset[str]:
    """Return the names of a template's parameters that are declared NoEcho."""
    document = _loaded(template)
    if document is None:
        yaml, loader = _yaml_loader()
        document = yaml.load(str(template), Loader=loader)
    parameters = document.get("Parameters") if isinstance(document, dict) else None
    return frozenset(
        name for name, declaration in (parameters or {}).items() if str(declaration.get("NoEcho", "")).lower() == "true"
    )


@cache
def _yaml_loader() -> tuple[Any, Any]:
    """Return PyYAML, which publishes no types, and a safe loader that passes over CloudFormation's short functions."""
    yaml = import_module("yaml")
    loader: Any = type("TemplateLoader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)
    return yaml, loader


def _loaded(document: Any) -> Any:
    """Return the parsed document, or None where the text is not a JSON object."""
    if isinstance(document, dict):
        return document
    if not isinstance(document, str):
        return None
    try:
        parsed = json.loads(document)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item if key != "Statement" else _listed(item)) for key, item in value.items()}
    if isinstance(value, list):
        members = [_canonical(item) for item in value]
        # One member and a list of one mean the same; only statements are objects, and stay a list of them.
        if len(members) == 1 and not isinstance(members[0], dict):
            return members[0]
        return sorted(members, key=lambda member: json.dumps(member, sort_keys=True))
    if isinstance(value, bool):
        return str(value).lower()
    return _principal(str(value))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _principal(text: str) -> str:
    root = _ROOT.match(text)
    if root:
        return root[1]
    return text
