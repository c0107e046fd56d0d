"""The documentation says what the code says, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.settings_page import ROOT, WHOLE, WRITTEN, written

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


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_from_the_settings_says_what_they_say(name: str) -> None:
    assert written(name) == (ROOT / name).read_text(), "run `make docs`"


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_generated_as_a_whole_is_as_its_model_says(name: str) -> None:
    assert WHOLE[name]() == (ROOT / name).read_text(), "run `make docs`"


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


def test_the_oldest_cli_that_serves_is_named_where_pulumi_itself_reads_it() -> None:
    (minimum,) = re.findall(r'^requiredPulumiVersion: ">=(.+)"$', (ROOT / "Pulumi.yaml").read_text(), re.MULTILINE)
    assert f"version {minimum} or newer" in (ROOT / "README.md").read_text()
    assert minimum in (ROOT / "docs" / "limits.md").read_text()
    assert f">={minimum}" in (ROOT / "examples" / "from-your-program" / "Pulumi.yaml").read_text()
