"""One account, here and now: what `run-one` does, and what the queue starts for each account."""
