"""`python -m fleet.unit --do …`: what a worker starts for an account; the job comes as a line on standard input."""

import argparse
import sys

from fleet import processes
from fleet.outcome import Do
from fleet.unit.job import Job
from fleet.unit.run import run_one

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m fleet.unit", description=__doc__)
    parser.add_argument("--do", type=Do, required=True)
    asked = parser.parse_args()
    processes.lead_session()
    job = Job.from_json(sys.stdin.buffer.readline().decode())
    processes.end_with_standard_input()
    sys.exit(run_one(job, asked.do))
