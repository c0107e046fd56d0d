"""GitHub, as far as a workflow tells people something there: one comment, one issue, kept up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from operate.console import OperateError

_TIMEOUT = (5, 30)
# Whoever can write a comment can write our marker, too: only what one of these wrote is ever edited.
_TRUSTED = ("OWNER", "MEMBER", "COLLABORATOR")


class GitHub:
    """One repository.

    Args:
        repository: `<owner>/<name>`.
        token: may write comments or issues.
        api_url: base of the REST interface.
    """

    def __init__(self, repository: str, token: str, api_url: str) -> None:
        self._base = f"{api_url.rstrip('/')}/repos/{repository}"
        self._session = requests.Session()
        # Retries what changes nothing; a POST is never repeated.
        self._session.mount(
            self._base, HTTPAdapter(max_retries=Retry(2, backoff_factor=0.5, status_forcelist=[502, 503]))
        )
        self._session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"})

    @classmethod
    def of_environment(cls) -> GitHub:
        """Take the variables that a workflow has; `GITHUB_TOKEN` must be handed to the step.

        Raises:
            OperateError: one is missing.
        """
        missing = [name for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN") if not os.environ.get(name)]
        if missing:
            raise OperateError(f"{' and '.join(missing)} must be in the environment to write to GitHub")
        api_url = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
        return cls(os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_TOKEN"], api_url)

    def put_comment(self, pull_request: int, marker: str, text: str) -> None:
        """Write the one comment with a marker on a pull request, or write it anew.

        Raises:
            OperateError: GitHub refused or did not answer.
        """
        body = {"body": _marked(marker, text)}
        comments = f"/issues/{pull_request}/comments"
        found = self._find(comments, marker)
        if found:
            self._call("PATCH", f"/issues/comments/{found['id']}", body)
        else:
            self._call("POST", comments, body)

    def put_issue(self, marker: str, title: str, text: str) -> None:
        """Open the one issue with a marker, or write the open one anew; raises as `put_comment` does."""
        body = {"title": title, "body": _marked(marker, text)}
        found = self._find("/issues?state=open", marker)
        if found:
            self._call("PATCH", f"/issues/{found['number']}", body)
        else:
            self._call("POST", "/issues", body)

    def close_issue(self, marker: str, reason: str) -> None:
        """Close the one issue with a marker, if it is open, with a reason; raises as `put_comment` does."""
        found = self._find("/issues?state=open", marker)
        if found:
            self._call("POST", f"/issues/{found['number']}/comments", {"body": reason})
            self._call("PATCH", f"/issues/{found['number']}", {"state": "closed"})

    def _find(self, path: str, marker: str) -> Mapping[str, Any] | None:
        for entry in self._all(path):
            trusted = entry["user"]["type"] == "Bot" or entry["author_association"] in _TRUSTED
            # The list of issues holds the pull requests, too.
            if trusted and "pull_request" not in entry and (entry["body"] or "").startswith(_comment(marker)):
                return entry
        return None

    def _all(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Yield the entries of all pages."""
        url: str | None = f"{self._base}{path}{'&' if '?' in path else '?'}per_page=100"
        while url is not None:
            reply = self._send("GET", url)
            yield from reply.json()
            url = reply.links.get("next", {}).get("url")

    def _call(self, method: str, path: str, body: Mapping[str, str]) -> None:
        self._send(method, self._base + path, body)

    def _send(self, method: str, url: str, body: Mapping[str, str] | None = None) -> requests.Response:
        path = url.removeprefix(self._base).partition("?")[0]
        try:
            reply = self._session.request(method, url, json=body, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            raise OperateError(f"GitHub did not answer {method} {path}: {type(error).__name__}") from None
        if not reply.ok or reply.is_redirect:
            raise OperateError(
                f"GitHub refused {method} {path} with HTTP {reply.status_code}: check the workflow's `permissions` "
                "(`pull-requests: write` for comments, `issues: write` for issues)"
            )
        return reply


def _comment(marker: str) -> str:
    return f"<!-- {marker} -->"


def _marked(marker: str, text: str) -> str:
    return f"{_comment(marker)}\n{text}"
