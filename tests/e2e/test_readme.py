"""The README's first steps, as a newcomer would take them: its commands, and the output that it shows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.e2e.pulumi_cli import ROOT

# Drawn anew each time: ends of names that AWS and Pulumi complete, process ids.
_DRAWN = re.compile(r"(?<=-)[0-9A-Z]{12}\b|(?<=-)[0-9a-f]{7}\b|(?<=process )\d+")


def steps() -> list[tuple[str, list[str]]]:
    """Return each command below "Try it" but the clone, with the lines that are shown after it."""
    section = (ROOT / "README.md").read_text().partition("## Try it")[2].partition("\n## ")[0]
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line != "...":
                found[-1][1].append(_without_drawn(line))
    assert found[0][0].startswith("git clone ")
    return found[1:]


def _without_drawn(line: str) -> str:
    return _DRAWN.sub("*", line.rstrip())


def test_what_the_readme_shows_fits_a_terminal_of_80_columns() -> None:
    wide = [line for _, shown in steps() for line in shown if len(line) > 80]
    assert wide == []


@pytest.mark.full
def test_the_first_steps_print_what_the_readme_shows(clone: Path) -> None:
    assert len(steps()) < 9
    # A sandbox that runs is used: its ports must not be those of a demo that the developer has.
    start = ["venv/bin/python", "-m", "sandbox", "start", "--aws-port", "0", "--trend-port", "0"]
    subprocess.run(start, cwd=clone, check=True, capture_output=True)
    before = {process.pid for process in psutil.process_iter()}
    # One shell, since a sourced environment must last; the marks tell the outputs apart.
    script = "\n".join(f"{command} || exit 9; echo '== {number}'" for number, (command, _) in enumerate(steps()))
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=clone,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    printed = re.split(r"== \d+\n", ran.stdout)
    for (command, expected), output in zip(steps(), printed, strict=False):
        lines = iter([_without_drawn(line) for line in output.splitlines()])
        missing = [line for line in expected if line not in lines]  # consumes the iterator: in this order
        assert missing == [], f"{command} printed:\n{output}"
    left = [each for each in psutil.process_iter() if each.pid not in before and _below(each, clone)]
    assert left == []


def _below(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False
