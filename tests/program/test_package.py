"""`from components import …` for other programs, and a plugin process that loads no more than it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import components


def test_each_name_that_is_offered_is_there() -> None:
    for name in components.__all__:
        assert getattr(components, name).__name__ == name


def test_a_name_that_is_not_offered_is_the_usual_error() -> None:
    with pytest.raises(AttributeError, match="module 'components' has no attribute 'Onbording'"):
        components.Onbording  # noqa: B018  (looking it up is what is tried)


def test_the_package_itself_loads_nothing() -> None:
    code = "import sys, components; print(*[name for name in sys.modules if name.startswith(('pulumi', 'pydantic'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
