"""The documentation says what the code says, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.settings_page import PAGE, ROOT, page

PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "examples").rglob("*.md"),
]
PARAMETERS = (
    "CloudOneApiKey",
    "VisionOneServiceToken",
    "CreateNewTrail",
    "ExistingCloudtrailBucketName",
    "QSS3BucketName",
    "QSS3KeyPrefix",
)


def test_the_table_of_settings_is_that_of_the_project_file() -> None:
    text = PAGE.read_text()
    assert page(text, yaml.safe_load((ROOT / "Pulumi.yaml").read_text())) == text, "run `make docs`"


def test_the_table_has_a_line_for_each_setting_and_its_default() -> None:
    project = {
        "config": {
            "aKey": {"secret": True, "default": "", "description": "A key."},
            "aSwitch": {"type": "boolean", "default": False, "description": "A\n  switch."},
        }
    }
    begin, end = "<!-- settings: made from Pulumi.yaml by `make docs` -->", "<!-- /settings -->"
    lines = page(f"# T\n{begin}\nold\n{end}\nrest\n", project).splitlines()
    assert lines[4:6] == ["| `aKey` | secret string | none | A key. |", "| `aSwitch` | boolean | `false` | A switch. |"]
    assert (lines[0], lines[-1], "old" in lines) == ("# T", "rest", False)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in target]
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert missing == []


def test_each_parameter_of_the_cloudformation_solution_has_a_line() -> None:
    text = (ROOT / "docs" / "from-cloudformation.md").read_text()
    for name in PARAMETERS:
        assert f"| `{name}` |" in text


def test_each_decision_says_why_and_what_follows() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert len(decisions) >= 5
    for decision in decisions:
        text = decision.read_text()
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in text, decision
