"""Who makes a call: the access key that signs it opens one account, as its root user or as a role that was assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEY_OF_ACCOUNT = re.compile(r"sandbox-(\d{12})")
_TEMPORARY = "ASIA"
"""How the id of a session's access key begins."""


@dataclass(frozen=True)
class Identity:
    """Who calls.

    Attributes:
        key: id of the access key; "" for a call that nobody signed.
        account: whose account it acts in; "" for a key of a session that is not known.
        arn: how AWS names the caller in a refusal.
        role: ARN of the role that a session assumed; "" for other keys.
    """

    key: str
    account: str
    arn: str
    role: str = ""


NOBODY = Identity("", "", "")

SESSIONS: dict[str, Identity] = {}
"""The sessions of assumed roles by their access keys; STS adds them."""


def identity_of(key: str, account: str) -> Identity:
    """Return whose access key this is.

    Args:
        key: id of the access key. `sandbox-<account id>` is the root user's of that account: the way into every account
            for who wants to look, whatever its role says.
        account: to which all other keys belong.
    """
    if session := SESSIONS.get(key):
        return session
    if key.startswith(_TEMPORARY):
        return Identity(key, "", "")
    named = _KEY_OF_ACCOUNT.fullmatch(key)
    owner = named[1] if named else account
    return Identity(key, owner, f"arn:aws:iam::{owner}:user/{key}")
