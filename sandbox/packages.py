"""`python -m sandbox.packages FOLDER`: the virtual environment, with every locked package.

It takes the standard library alone, as `sandbox.progress` does.
"""

from __future__ import annotations

import re
import sys
import venv
from pathlib import Path

from sandbox.progress import CommandFailed, Progress

LOCK = Path(__file__).resolve().parents[1] / "requirements-dev.txt"
_SEEN = ("Collecting ", "Requirement already satisfied: ", "Ignoring ")
"""How pip begins a line about a package that it has taken up."""


def install(folder: Path, progress: Progress) -> None:
    """Create the virtual environment where it is missing, and install what the lock names.

    Raises:
        CommandFailed: pip failed; the text is the end of what it printed.
    """
    progress.show("creating the virtual environment")
    venv.create(folder, symlinks=True, with_pip=True)
    total = len(re.findall(r"^\S+==", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE))
    seen = 0

    def on_line(line: str) -> None:
        nonlocal seen
        if line.startswith(_SEEN):
            seen += 1
            progress.show(f"{min(seen, total)} of {total} fetched")
        elif line.startswith("Installing collected packages"):
            progress.show("all fetched, unpacking")

    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    progress.run([*pip, "--progress-bar", "off", "--require-hashes", "-r", str(LOCK)], LOCK.parent, on_line)


if __name__ == "__main__":
    try:
        with Progress("Installing the Python packages", sys.stderr) as progress:
            install(Path(sys.argv[1]), progress)
    except CommandFailed as failed:
        sys.exit(f"error: the Python packages could not be installed:\n{failed}")
