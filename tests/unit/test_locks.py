"""Every package is locked with its hashes, the same for development as for a deployment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox import packages

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements", "requirements-fleet", "requirements-dev"]


def wanted(name: str) -> dict[str, str]:
    """The pins that people write: version by package."""
    lines = re.sub(r"#.*", "", (ROOT / f"{name}.in").read_text()).split("\n")
    pins = [line.strip() for line in lines if line.strip() and not line.startswith("-")]
    assert all("==" in pin for pin in pins)
    return {
        re.sub(r"\[.*]", "", package).lower(): version for package, _, version in (pin.partition("==") for pin in pins)
    }


def locked(name: str) -> dict[str, str]:
    """What the lock makes of them: version by package, once for each condition."""
    found = re.findall(r"^(\S+?)(?:\[\S+])?==(\S+)((?: ;[^\n\\]*)?)", (ROOT / f"{name}.txt").read_text(), re.MULTILINE)
    return {f"{package}{condition.rstrip()}": version for package, version, condition in found}


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_is_locked_in_the_version_that_is_asked_for(name: str) -> None:
    lock = locked(name)
    assert len(lock) > len(wanted(name))
    assert {package: lock.get(package) for package in wanted(name)} == wanted(name), "run `make lock`"


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_package_has_hashes_and_comes_from_wherever_pip_is_set_up_to_look(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text()
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|--trusted-host", text) == []


@pytest.mark.parametrize("name", LOCKS[:2])
def test_development_runs_on_the_very_packages_of_a_deployment(name: str) -> None:
    development = locked("requirements-dev")
    assert {package: development.get(package) for package in locked(name)} == locked(name)


def test_setup_installs_the_lock_and_nothing_without_a_hash() -> None:
    assert "$(PYTHON) -m sandbox.packages $(VENV)" in (ROOT / "Makefile").read_text()
    assert packages.LOCK == ROOT / "requirements-dev.txt"
    assert '"--require-hashes", "-r", str(LOCK)' in Path(packages.__file__).read_text()
