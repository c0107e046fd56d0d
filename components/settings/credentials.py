"""The API key and the enrollment token: where they come from, and the form that they have."""

from __future__ import annotations

from dataclasses import dataclass, field

KEY_VARIABLE = "CLOUD_ONE_API_KEY"
"""Environment variable with the API key; it wins over the configuration."""

TOKEN_VARIABLE = "VISION_ONE_SERVICE_TOKEN"  # noqa: S105 - the variable's name
"""Environment variable with the enrollment token; it wins over the configuration."""

VISION_ONE_KEY_VARIABLE = "VISION_ONE_API_KEY"
"""Environment variable with the Vision One API key; it wins over the configuration."""

HOW_TO_SET = "set CLOUD_ONE_API_KEY, or `pulumi config set --secret cloudOneApiKey`, to `<key id>:<secret>`"
"""The next step of an operator whose key is missing or cannot be used."""


HOW_TO_SET_VISION_ONE = "set VISION_ONE_API_KEY, or `pulumi config set --secret visionOneApiKey`"
"""The same for the key of Vision One."""


class InvalidApiKey(ValueError):
    """A text does not have the form of an API key; the key is not in the message."""


class InvalidToken(ValueError):
    """A text does not have the form of an enrollment token; the token is not in the message."""


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
            InvalidApiKey: there is no colon, a half is empty, or there are blanks in it. The key is not in the text.
        """
        text = text.strip()
        key_id, colon, secret = text.partition(":")
        if not colon:
            raise InvalidApiKey("the Cloud One API key has no `:` between its id and its secret")
        if not key_id or not secret:
            raise InvalidApiKey(f"the Cloud One API key has nothing {'before' if not key_id else 'after'} its `:`")
        if not _is_one_word(text):
            raise InvalidApiKey("the Cloud One API key holds a blank, a line break or a non-ASCII character")
        return cls(key_id, secret)

    def __str__(self) -> str:
        return f"{self.id}:{self.secret}"


def parse_token(text: str) -> str:
    """Return an enrollment token without the blanks around it.

    Its form is not documented, so nothing is asked of it but to be one word.

    Raises:
        InvalidToken: there is nothing but blanks, or there are blanks in it.
    """
    token = text.strip()
    if not token:
        raise InvalidToken("the enrollment token is blank: give one, or none at all")
    if not _is_one_word(token):
        raise InvalidToken("the enrollment token holds a blank, a line break or a non-ASCII character")
    return token


def parse_vision_one_key(text: str) -> str:
    """Return a Vision One API key without the blanks around it; nothing but being one word is asked of it.

    Raises:
        InvalidToken: there is nothing but blanks, or there are blanks in it.
    """
    key = text.strip()
    if not key:
        raise InvalidToken(f"the Vision One API key is blank; {HOW_TO_SET_VISION_ONE}")
    if not _is_one_word(key):
        raise InvalidToken("the Vision One API key holds a blank, a line break or a non-ASCII character")
    return key


def _is_one_word(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
