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


def test_the_program_loads_no_client_of_trends_and_nothing_of_the_route_that_it_does_not_take() -> None:
    """The resources talk to Trend in a process of their own: it was 6 MiB and a tenth of a second of each run."""
    clients = {"requests", "msgspec", "components.trend.cam"}
    for module, unwanted in {
        "components.onboarding": {*clients, "components.vision_one_route"},
        "components.vision_one_route": clients,
    }.items():
        code = f"import sys, {module}; print(*({unwanted} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == ""
