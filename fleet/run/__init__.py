"""Runs: waves, rules, the queue and its workers."""
