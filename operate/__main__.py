"""`python -m operate`: what an operator runs beside Pulumi."""

import sys

try:
    from operate.cli import app
except ModuleNotFoundError as missing:
    if missing.name and missing.name.partition(".")[0] in ("components", "operate"):
        raise
    sys.exit(f"operate: {sys.executable} has not the project's packages: run `make setup`, then `. venv/bin/activate`")

if __name__ == "__main__":
    app(prog_name="python -m operate")
