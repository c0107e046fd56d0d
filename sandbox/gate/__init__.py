"""The gate in front of both worlds, AWS and Trend: each request passes it once, is named, logged, and meets its faults.

A world says what a request is, answers it, and words an error (`Call` and `World`); all else is the same for both. The
gate's own calls are below `/_sandbox`, and `Control` is the client of them.
"""

HOST = "127.0.0.1"
"""Where both worlds listen, and nowhere else."""
