"""The lists of the examples, against what the program registers for their settings.

`tests/e2e/test_examples.py` compares them with what the engine previews and makes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.settings.configuration import parse_settings
from operate.engine.plan import shown_type
from tests.program.deployment import deploy

FOLDER = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/Pulumi.*.yaml"))
PROJECT = "trend-onboarding:"


def settings_of(name: str) -> dict[str, str]:
    """Return an example's settings as Pulumi hands them to the program: texts, objects as JSON."""
    configuration: dict[str, Any] = yaml.safe_load((FOLDER / name / f"Pulumi.{name}.yaml").read_text())["config"]
    own = {key.removeprefix(PROJECT): value for key, value in configuration.items() if key.startswith(PROJECT)}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in own.items()}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_makes_what_its_list_says(name: str) -> None:
    engine = deploy(parse_settings(settings_of(name), {})).engine
    listed = (FOLDER / name / "resources.txt").read_text().splitlines()
    components = sorted(line.split()[0] for line in listed if line.startswith("trend:onboarding:"))
    resources = [line for line in listed if not line.startswith("trend:onboarding:")]
    assert sorted(f"{shown_type(each.options.type)} {each.name}" for each in engine.made) == resources
    assert sorted(engine.components) == components
