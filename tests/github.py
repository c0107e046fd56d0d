"""A GitHub that holds the comments and issues of one repository."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY, TOKEN = "octo/onboarding", "a-workflow's-token"
BOT = {"type": "Bot", "login": "github-actions[bot]"}


@dataclass
class FakeGitHub:
    """What the repository holds.

    Attributes:
        url: base of the REST interface.
        comments: by number of the pull request or issue.
        issues: open and closed.
        page: entries on one page of a list.
        refuse: HTTP status of every reply; 0 for none.
        repeats: how many GETs are answered with 502 first.
    """

    url: str = ""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    refuse: int = 0
    repeats: int = 0

    def environment(self) -> dict[str, str]:
        return {"GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}

    def add(self, entries: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
        """Add a comment or an issue, the workflow's unless the fields say otherwise; return it."""
        number = len(entries) + 1
        ids = {"id": number, "number": number, "state": "open"}
        entries.append({**ids, "user": BOT, "author_association": "NONE", "body": "", **fields})
        return entries[-1]

    def answer(self, method: str, path: str, body: dict[str, str]) -> Any:
        """Return what the REST interface does; None where there is no such thing."""
        issues, comments = f"/repos/{REPOSITORY}/issues", r"/(\d+)/comments"
        rest = path.removeprefix(issues)
        if not path.startswith(issues):
            return None
        if found := re.fullmatch(comments, rest):
            of_number = self.comments.setdefault(int(found[1]), [])
            return of_number if method == "GET" else self.add(of_number, **body)
        if rest == "":
            opened = [issue for issue in self.issues if issue["state"] == "open"]
            return opened if method == "GET" else self.add(self.issues, **body)
        found = re.fullmatch(r"(/comments)?/(\d+)", rest)
        if method != "PATCH" or found is None:
            return None
        of_all = [each for group in self.comments.values() for each in group] if found[1] else self.issues
        (entry,) = [each for each in of_all if each["id"] == int(found[2])]
        entry.update(body)
        return entry


@contextmanager
def serve_github() -> Iterator[FakeGitHub]:
    """Serve one on a port of its own."""
    github = FakeGitHub()

    class GitHubHandler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            url = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._reply(401, {})
            elif github.refuse:
                self._reply(github.refuse, {"message": "Resource not accessible by integration"})
            elif self.command == "GET" and github.repeats:
                github.repeats -= 1
                self._reply(502, {})
            else:
                self._found(github.answer(self.command, url.path, body), url.path, parse_qs(url.query))

        def _found(self, found: Any, path: str, query: dict[str, list[str]]) -> None:
            if found is None:
                self._reply(404, {})
            elif isinstance(found, list):
                first = (int(query.get("page", ["1"])[0]) - 1) * github.page
                more = first + github.page < len(found)
                link = f'<{github.url}{path}?page={first // github.page + 2}>; rel="next"' if more else ""
                self._reply(200, found[first : first + github.page], link)
            else:
                self._reply(200, found)

        def _reply(self, status: int, document: Any, link: str = "") -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if link:
                self.send_header("Link", link)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the tests' output to the tests."""

        do_GET = do_POST = do_PATCH = _serve

    server = ThreadingHTTPServer(("127.0.0.1", 0), GitHubHandler)
    github.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
