"""The lists of the examples, against what the program registers for their settings.

`tests/e2e/test_examples.py` compares them with what the engine previews and makes.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from importlib.metadata import packages_distributions
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


def test_the_page_for_a_program_of_ones_own_names_the_packages_that_the_components_import() -> None:
    page = (FOLDER / "from-your-program" / "README.md").read_text()
    named = set(re.findall(r"`([\w-]+)`", page[page.index("`requirements.in` for") : page.index("into yours")]))
    imported: set[str] = set()
    for path in (FOLDER.parent / "components").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {"components", "google"}  # pulumi brings protobuf along
    distributions = packages_distributions()
    assert named == {distributions[name][0].replace("_", "-") for name in foreign}
