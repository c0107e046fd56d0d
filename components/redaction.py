"""Keeping secrets out of every text that leaves the program."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator


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
    # at either end depend on its neighbors, so that only those between them can be looked for.
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
