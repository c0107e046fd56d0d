"""`python -m sandbox.trend`: Trend's services on a port of the loopback address, until the process is told to end.

Roles are looked up in the AWS of the environment variable AWS_ENDPOINT_URL, if it is set.
"""

from __future__ import annotations

import os
import sys

from sandbox.gate.process import options, serve
from sandbox.trend.simulator import Simulator


def main() -> int:
    """Serve Trend on this machine; return the exit code."""
    arguments = options("trend").parse_args()
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or None
    return serve(arguments, lambda: Simulator(aws_endpoint=endpoint, request_log=arguments.request_log).application)


if __name__ == "__main__":
    sys.exit(main())
