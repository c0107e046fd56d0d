"""The API key, and keeping secrets out of every text that leaves the client."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from components.trend.errors import CredentialsError

KEY_VARIABLE = "CLOUD_ONE_API_KEY"
"""Environment variable with the API key; it wins over the configuration."""

TOKEN_VARIABLE = "VISION_ONE_SERVICE_TOKEN"  # noqa: S105 - the variable's name
"""Environment variable with the enrolment token; it wins over the configuration."""


@dataclass(frozen=True)
class ApiKey:
    """A Cloud One API key.

    Attributes:
        id: the part before the first colon; names the key in `GET /apikeys/{id}`.
        secret: the part after it.
    """

    id: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> ApiKey:
        """Split `<id>:<secret>`.

        Samples in Trend's documentation have 27 and 66 characters; other lengths are accepted, an empty half is not.

        Raises:
            CredentialsError: there is no colon, a half is empty, or there are blanks in it. The key is not in the text.
        """
        text = text.strip()
        key_id, colon, secret = text.partition(":")
        if not colon:
            raise CredentialsError("the Cloud One API key has no `:` between its id and its secret")
        if not key_id or not secret:
            raise CredentialsError(f"the Cloud One API key has nothing {'before' if not key_id else 'after'} its `:`")
        if not text.isprintable() or not text.isascii() or any(character.isspace() for character in text):
            raise CredentialsError("the Cloud One API key holds a blank, a line break or a non-ASCII character")
        return cls(key_id, secret)

    def __str__(self) -> str:
        return f"{self.id}:{self.secret}"


class Redactor:
    """Replaces known secrets in texts, plain or in the encodings that error messages and URLs carry them in.

    Args:
        secrets: the secrets; blanks and those under four characters are left out, they would blank out any text.
    """

    MASK = "[secret]"

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret.strip()) >= 4 for form in _forms(secret.strip())}
        # Longest first: the key before its half, or the rest of the longer one would stay.
        self._pattern = re.compile("|".join(sorted(forms, key=len, reverse=True))) if forms else None

    def __call__(self, text: str) -> str:
        """Return the text with each secret replaced by a mask."""
        return self._pattern.sub(self.MASK, text) if self._pattern else text


def _forms(secret: str) -> Iterator[str]:
    """Yield a pattern for each encoding of a secret."""
    raw = secret.encode()
    yield _spelled(secret)
    yield f"(?i:{raw.hex()})"
    # Inside a longer text a secret starts at one of three places of base64's groups of three bytes. The characters
    # at either end depend on its neighbours, so that only those between them can be looked for.
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield _spelled(encode(raw).decode())
        for lead in range(3):
            encoded = encode(b"\0" * lead + raw).decode().rstrip("=")
            inner = encoded[(lead * 8 + 5) // 6 : (lead + len(raw)) * 8 // 6]
            if len(inner) >= 8:
                yield _spelled(inner)


def _spelled(text: str) -> str:
    """Return a pattern for a text in URLs, JSON and HTML, once or twice encoded: each character may be escaped."""
    return "".join(map(_spellings, text))


def _spellings(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character  # nobody escapes these, and a short pattern compiles fast
    percent = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in character.encode())
    utf_16 = character.encode("utf-16-be").hex()
    unicode = "".join(rf"\\+u(?i:{utf_16[at : at + 4]})" for at in range(0, len(utf_16), 4))
    entity = f"&#(?:0*{ord(character)}|[xX]0*(?i:{ord(character):x}));"
    literal = {re.escape(form) for form in (character, json.dumps(character)[1:-1], html.escape(character))}
    if character == " ":
        literal.add(r"\+")
    # A backslash or two stand before a slash or a quotation mark in JSON, and JSON inside JSON.
    return rf"(?:{percent}|{unicode}|{entity}|\\{{0,3}}(?:{'|'.join(sorted(literal, key=len, reverse=True))}))"
