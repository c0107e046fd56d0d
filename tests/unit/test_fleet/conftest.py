"""What the tests of the fleet share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet.file.configuration import Fleet
from fleet.file.document import FileRefused
from fleet.file.loading import load


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[[str], Fleet]:
    """Loads a text as `fleet.yaml`."""

    def load_text(text: str) -> Fleet:
        (tmp_path / "fleet.yaml").write_text(text)
        return load(tmp_path / "fleet.yaml")

    return load_text


@pytest.fixture
def problems(loaded: Callable[[str], Fleet]) -> Callable[[str], list[str]]:
    """Returns the lines with which a text is refused."""

    def refused(text: str) -> list[str]:
        with pytest.raises(FileRefused) as caught:
            loaded(text)
        return list(caught.value.problems)

    return refused


def fleet(**parts: Any) -> Fleet:
    """A fleet with a trail made in each account, from the parts that a test is about."""
    content: dict[str, Any] = {"source": {"organizations": {}}, "settings": {"createNewTrail": True}}
    return Fleet.model_validate(content | parts)
