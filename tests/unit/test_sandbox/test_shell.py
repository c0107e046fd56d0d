"""Exports that a real shell reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sandbox import environment
from sandbox.shell import exports, sandbox_exports, sourced_file

AWKWARD = 'it\'s a $HOME `pwd` "thing"; with ümlaut'


def shell(script: str, **variables: str) -> str:
    done = subprocess.run(["sh", "-euc", script], env=variables, capture_output=True, text=True, check=True)
    return done.stdout


def test_any_value_survives_the_shell() -> None:
    assert shell(f'{exports({"V": AWKWARD})}printf %s "$V"') == AWKWARD


def test_the_file_can_be_sourced_twice_without_growing_path(tmp_path: Path) -> None:
    folders = tmp_path / "to ols", tmp_path / "venv"
    file = tmp_path / "env"
    file.write_text(sourced_file({"A": "1", "PATH": "/of/another/shell"}, folders))
    once = shell(f'. {file}; printf %s "$PATH"', PATH="/usr/bin:/bin")
    twice = shell(f'. {file}; . {file}; printf %s "$PATH"', PATH="/usr/bin:/bin")
    assert once == twice == f"{folders[0]}:{folders[1]}:/usr/bin:/bin"


def test_a_profile_of_the_real_aws_is_left_behind() -> None:
    script = f'{sandbox_exports({})}printf %s "${{AWS_PROFILE-none}} ${{AWS_SESSION_TOKEN-none}}"'
    assert shell(script, AWS_PROFILE="production", AWS_SESSION_TOKEN="x") == "none none"


def test_calls_to_the_sandbox_pass_by_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    variables = environment.endpoints("http://127.0.0.1:1", "http://127.0.0.1:2")
    assert variables["NO_PROXY"] == variables["no_proxy"] == "intranet.example,127.0.0.1"
