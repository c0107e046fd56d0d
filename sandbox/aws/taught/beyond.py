"""Calls beyond AWS, to another server of the sandbox: for a signed link, and in the place of a Lambda of a stack."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from sandbox.gate import HOST

TIMEOUT = 10.0


class BeyondError(Exception):
    """The address is not of the sandbox, nobody answers there, or the answer is a refusal."""


def is_beyond(url: str) -> bool:
    """Whether an address is one of the sandbox's servers."""
    address = urlsplit(url)
    return (address.scheme, address.hostname) == ("http", HOST)


def call(method: str, url: str, *, key: str = "", body: Any = None) -> str:
    """Call another server of the sandbox and return its answer.

    Args:
        key: what authorizes the call; it is in no error.

    Raises:
        BeyondError: as its description says.
    """
    if not is_beyond(url):
        raise BeyondError(f"{url.partition('?')[0]} is not an address of the sandbox")
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment has no business on the loopback address
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            reply = session.request(method, url, json=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException:
            raise BeyondError(f"no answer from {url.partition('?')[0]}") from None
    if not reply.ok:
        raise BeyondError(f"{reply.status_code} {reply.text}")
    return reply.text
