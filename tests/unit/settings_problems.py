"""The refusal of a configuration, as the lines that the operator reads."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from components.settings.configuration import SettingsError, parse_settings


def problems(
    configuration: Mapping[str, str], environment: Mapping[str, str] | None = None, plain: list[str] | None = None
) -> list[str]:
    """Return what is wrong with a configuration that is refused, a line each."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(configuration, environment or {}, plain)
    assert str(caught.value) == "\n".join(caught.value.problems)
    assert all(len(problem.splitlines()) == 1 for problem in caught.value.problems)
    return caught.value.problems
