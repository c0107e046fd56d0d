"""`{id}` and `{name}` in the texts of `fleet.yaml`, replaced by those of each account."""

from __future__ import annotations

import string
from typing import Any

from fleet.accounts import Account

_KNOWN = ("id", "name")
SAMPLE = Account("123456789012", "name")
"""An account for judging texts before the accounts are known."""


def check(text: str) -> str:
    """Return a text if every placeholder in it is known.

    Raises:
        ValueError: one is not.
    """
    try:
        parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        raise ValueError(f"'{text}' has an unbalanced brace; a literal brace is doubled") from None
    for _, field, form, conversion in parts:
        if field not in _KNOWN or form or conversion:
            raise ValueError(
                f"'{text}' has an unknown placeholder; known: {{id}}, {{name}}; a literal brace is doubled"
            )
    return text


def names_account(value: Any) -> bool:
    """Whether a value, or a text within it, has a placeholder."""
    return bool(filled(value, SAMPLE) != filled(value, Account("", "")))


def filled(value: Any, account: Account) -> Any:
    """Return a value with its placeholders replaced, within lists and objects too.

    Raises:
        ValueError: a text has an unknown placeholder.
    """
    if isinstance(value, str):
        return check(value).format(id=account.id, name=account.name)
    if isinstance(value, dict):
        return {key: filled(each, account) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, account) for each in value]
    return value
