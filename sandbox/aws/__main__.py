"""`python -m sandbox.aws`: AWS on a port of the loopback address, until the process is told to end."""

from __future__ import annotations

import argparse
import os
import re
import socket
import sys
from typing import TYPE_CHECKING

from sandbox.gate.process import options, serve
from sandbox.organization import Organization

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def account_id(text: str) -> str:
    """Check the form of an account's id."""
    if not re.fullmatch(r"\d{12}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 12 digits")
    return text


def main() -> int:
    """Serve AWS (moto, corrected and seeded) on this machine; return the exit code."""
    parser = options("aws")
    parser.add_argument(
        "--account", type=account_id, required=True, help="the account's id: 12 digits, may start with 0"
    )
    parser.add_argument("--accounts", type=int, default=0, help="accounts of its organization; 0 for none")
    arguments = parser.parse_args()
    # moto reads these when it is imported, hence the import below them.
    os.environ["MOTO_PORT"] = str(socket.socket(fileno=os.dup(arguments.socket)).getsockname()[1])
    os.environ["S3_IGNORE_SUBDOMAIN_BUCKETNAME"] = "true"

    def build() -> WSGIApplication:
        from sandbox.aws import server

        size = arguments.accounts
        organization = Organization.of(arguments.account, size) if size else None
        return server.build(arguments.account, organization, arguments.request_log)

    return serve(arguments, build)


if __name__ == "__main__":
    sys.exit(main())
