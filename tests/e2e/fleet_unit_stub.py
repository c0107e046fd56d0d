"""Stands in for `python -m fleet.unit`: it takes the job and the leash, waits a while, and says how it ended.

What is to become of it, the job's settings say.
"""

import os
import sys
import time

from fleet import processes
from fleet.outcome import Cause, Do, Outcome, RunState
from fleet.unit.job import Job

processes.lead_session()
job = Job.from_json(sys.stdin.buffer.readline().decode())
processes.end_with_standard_input()
for variable in ("CLOUD_ONE_API_KEY", "VISION_ONE_API_KEY"):
    print(f"key {os.environ.get(variable, 'none')[:3]}", file=sys.stderr)
time.sleep(float(job.settings.get("seconds", 0.1)))
if job.settings.get("crashes"):
    os._exit(9)
failure = job.settings.get("fails", "")
state, cause = (RunState.FAILED, Cause.AWS) if failure else (RunState.DONE, None)
print(
    Outcome(
        job.account_id, job.stack, Do(sys.argv[2]), state, cause, message=failure, exit_code=bool(failure)
    ).to_json()
)
