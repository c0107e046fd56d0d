"""What the program takes for true of Trend without having seen it at a live tenant, and how a record bears on it.

`verified` was read in Trend's documentation, its SDKs or its published CloudFormation solution; `inferred` follows from
that; of `unknown` nothing was found, and the statement is what the simulator does.
"""

from __future__ import annotations

from live.facts import cloud_one, elsewhere, workload

FACTS = (*cloud_one.FACTS, *workload.FACTS, *elsewhere.FACTS)
