"""What may be written down of a request: an allow list for names, a search for secrets in the values that pass it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

REDACTED = "[redacted]"

# Everything else is redacted, known as a secret or not: a misnamed field may hold anything.
_HARMLESS = frozenset(
    {
        "accountId",
        "alias",
        "awsRegion",
        "crossAccountRoleArn",
        "cursor",
        "description",
        "displayName",
        "fieldName",
        "limit",
        "maxItems",
        "productId",
        "providerAccountID",
        "roleARN",
        "searchCriteria",
        "stringTest",
        "stringValue",
        "stringWildcards",
        "sync",
        "workspacesEnabled",
    }
)


class Redactor:
    """Removes secrets, in plain or encoded form, from what is logged.

    Args:
        secrets: the values to look for; those under 6 characters are passed over, they would hit by chance.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._needles = {form for secret in secrets if len(secret) >= 6 for form in _forms(secret)}

    def value(self, value: object) -> object:
        """A JSON value with every secret and every unknown field replaced."""
        if isinstance(value, dict):
            return {
                self._text(str(name)): self.value(item) if name in _HARMLESS else REDACTED
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, str):
            return self._text(value)
        return value

    def _text(self, text: str) -> str:
        return REDACTED if any(needle in text for needle in self._needles) else text


def _forms(secret: str) -> Iterable[str]:
    data = secret.encode()
    yield from (secret, quote(secret, safe=""), quote_plus(secret), data.hex(), secret[::-1])
    # Base64 depends on where in its text the secret begins: cut off what the neighbours decide.
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).decode()
        yield encoded[(offset * 8 + 5) // 6 : len(encoded) - 4]
