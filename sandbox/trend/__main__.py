"""`python -m sandbox.trend`: Trend's services on a port of the loopback address, until the process is told to end."""

from __future__ import annotations

import sys

from sandbox.gate.process import options, serve
from sandbox.trend.simulator import Simulator


def main() -> int:
    """Serve Trend on this machine; return the exit code."""
    parser = options("trend")
    parser.add_argument("--aws", help="base URL of the sandbox's AWS, in which roles are tried")
    arguments = parser.parse_args()
    return serve(arguments, lambda: Simulator(aws_url=arguments.aws, request_log=arguments.request_log).application)


if __name__ == "__main__":
    sys.exit(main())
