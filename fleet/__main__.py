"""`python -m fleet`: many accounts from one file."""

import sys

try:
    from fleet.cli import app
except ModuleNotFoundError as missing:
    if missing.name and missing.name.partition(".")[0] in ("components", "fleet", "operate"):
        raise
    sys.exit(
        f"fleet: {sys.executable} has not the packages of a fleet: "
        "run `pip install --require-hashes -r requirements-fleet.txt`"
    )

if __name__ == "__main__":
    app(prog_name="python -m fleet")
