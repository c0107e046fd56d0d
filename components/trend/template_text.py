"""The text of a template behind a link that Trend has signed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from components.settings.endpoints import EndpointError, check_base_url
from components.trend.errors import NoReply, TrendError, UnusableReply
from components.trend.retries import REPEATABLE
from components.trend.transport import TIMEOUT

MOST_BYTES = 1_000_000
"""What CloudFormation takes for a template in S3 (source: its user guide, quotas: 1 MB)."""

_HINT = "run the command again: a new link is asked for"


def template_text(url: str) -> bytes:
    """Return what is behind a link. No key is sent: the link's own signature opens it.

    Args:
        url: the link; whoever holds it can read the template, so that it is in no error.

    Raises:
        TrendError: it cannot be read, after asking again where that may help.
    """
    where: dict[str, Any] = {"method": "GET", "path": f"template at {urlsplit(url).hostname or 'no host'}"}
    try:
        check_base_url(url.partition("?")[0])
        with requests.Session() as session:
            session.auth = _no_auth  # else requests takes what a .netrc file has for the host
            session.trust_env = url.startswith("https:")
            for scheme in ("https://", "http://"):
                session.mount(scheme, HTTPAdapter(max_retries=REPEATABLE))
            with session.get(url, timeout=TIMEOUT, stream=True, allow_redirects=False) as response:
                if response.status_code != requests.codes.ok:
                    raise TrendError("the link does not open it", status=response.status_code, hint=_HINT, **where)
                text = b"".join(iter(lambda: response.raw.read(MOST_BYTES, decode_content=True), b""))
    except EndpointError:
        raise UnusableReply("the link is not an https address", **where) from None
    except (requests.RequestException, OSError):
        raise NoReply("no answer, or one that broke off", hint=_HINT, **where) from None
    if len(text) > MOST_BYTES:
        raise UnusableReply("it is larger than CloudFormation takes", **where)
    return text


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
