"""What the nightly job with the official plugins runs, here with the stand-ins: the harness itself works."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.pulumi_cli import ROOT


@pytest.mark.full
def test_a_life_through_the_proxy_under_awss_own_host_names_ends_without_an_error() -> None:
    command = [sys.executable, "-m", "tests.official", "--stand-in"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    endings = (" created\n", " unchanged\n", " deleted\n")
    counts = {word: line for line in done.stdout.splitlines(keepends=True) for word in endings if line.endswith(word)}
    assert counts.keys() == set(endings)
