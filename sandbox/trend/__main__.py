"""`python -m sandbox.trend --port P [--tenant FILE] [--request-log FILE]`: the simulator as a process of its own.

Roles are looked up in the AWS of the environment variable AWS_ENDPOINT_URL, if it is set. SIGTERM and SIGINT end the
process with exit code 0; errors are all it prints.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from sandbox.trend.simulator import HOST, Simulator
from sandbox.trend.tenant import Tenant


def main() -> int:
    """Run until told to stop; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.trend", description="Trend's services, simulated.")
    parser.add_argument("--port", type=int, required=True, help=f"port on {HOST}")
    parser.add_argument("--tenant", type=Path, help="JSON file of the tenant to play")
    parser.add_argument("--request-log", type=Path, help="file to append the request log to")
    arguments = parser.parse_args()

    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        tenant = Tenant.from_json(arguments.tenant.read_bytes()) if arguments.tenant else None
        simulator = Simulator(
            tenant,
            port=arguments.port,
            aws_endpoint=os.environ.get("AWS_ENDPOINT_URL") or None,
            request_log=arguments.request_log,
        )
        with simulator:
            stopped.wait()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"simulator on {HOST}:{arguments.port}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
