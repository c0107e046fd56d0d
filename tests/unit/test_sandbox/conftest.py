"""A running sandbox for the tests of its AWS side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.sandbox import Sandbox
from tests.unit.test_sandbox.scene import ACCOUNT


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests of this folder."""
    with Sandbox(tmp_path_factory.mktemp("aws") / "home", account=ACCOUNT) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """The sandbox, freshly seeded."""
    running.reset()
    return running
