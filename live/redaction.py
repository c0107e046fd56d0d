"""What may be written down of an exchange: names that look like names, known path parts, words of an allow list."""

from __future__ import annotations

import re

HIDDEN = "{?}"

# A part of a path that is not among these may be an id, or a secret.
_PATH_PART = re.compile(
    r"accounts|apikeys|aws|awsAccounts|awsconnectors|awsconnectorsettings|cam|cloudaccounts|connectivity|connectors"
    r"|features|generateCfnTemplateLinks|healthcheck|search|services|stacks|templates|v3\.0"
)

# Values that are kept, by the field that holds them. They are Trend's vocabulary, never a customer's.
_WORDS = {
    "code": {
        "AccessDenied",
        "BadRequest",
        "Conflict",
        "InternalServerError",
        "MethodNotAllowed",
        "NotFound",
        "TooManyRequests",
        "Unauthorized",
    },
    "roleID": {"full-access", "read-only"},
    "state": {"active", "disabled", "error", "failed", "managed", "outdated", "pending", "suspended", "unmanaged"},
    "status": {"active", "available", "enabled", "enrolled", "failed", "pending", "registered", "unregistered"},
}

_NAME = re.compile(r"[A-Za-z_$][A-Za-z_0-9.$-]{0,39}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z.+-]{1,40}")
_MOST_DIGITS = 3


def name(text: str) -> str:
    """Return the name of a field, header or parameter, unless it looks like something else: keys can be data too."""
    digits = sum(character.isdecimal() for character in text)
    return text if _NAME.fullmatch(text) and digits <= _MOST_DIGITS else HIDDEN


def path(text: str) -> str:
    """Return a path with everything but the words of documented paths replaced."""
    return "/".join(part if not part or _PATH_PART.fullmatch(part) else "{id}" for part in text.split("/"))


def media_type(text: str) -> str:
    """Return a media type such as `application/json`, without its parameters."""
    return text if not text or _MEDIA_TYPE.fullmatch(text) else HIDDEN


def word(field: str, value: str) -> str | None:
    """Return the value of a field that holds one word of Trend's vocabulary; None for any other field.

    A word that is not in the allow list is hidden.
    """
    if field not in _WORDS:
        return None
    return value if value in _WORDS[field] else HIDDEN
