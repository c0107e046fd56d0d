"""The table of docs/settings.md that says what an `up` does when a setting changes, compared with the engine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.pulumi_cli import ROOT, Stack

PAGE = ROOT / "docs" / "settings.md"
BUCKET = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
NEW = {"createNewTrail": True}
BOUNDARY = "arn:aws:iam::123456789012:policy/sandbox-boundary"
# One change for each row of the table: the settings before it, and those after it.
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "`createNewTrail` to true": (BUCKET, NEW),
    "`createNewTrail` to false": (NEW, BUCKET),
    "`existingCloudtrailBucketName`": (BUCKET, {"existingCloudtrailBucketName": "another-trail"}),
    "`trailBucketOnDestroy`": (NEW, {**NEW, "trailBucketOnDestroy": "delete"}),
    "`trailLogRetentionDays`": (NEW, {**NEW, "trailLogRetentionDays": 30}),
    "`qsS3BucketName`, `qsS3KeyPrefix`": (
        BUCKET,
        {**BUCKET, "qsS3BucketName": "sandbox-assets-us-east-1", "qsS3KeyPrefix": "trend/"},
    ),
    "`stackName`": (BUCKET, {**BUCKET, "stackName": "Trend"}),
    "`externalId`": (BUCKET, {**BUCKET, "externalId": "the tenant's"}),
    "`adopt`": (BUCKET, {**BUCKET, "adopt": True}),
    "`permissionsBoundary`": (BUCKET, {**BUCKET, "permissionsBoundary": BOUNDARY}),
    "`rolePath`": (BUCKET, {**BUCKET, "rolePath": "/security/"}),
    "`tags`": (BUCKET, {**BUCKET, "tags": {"team": "blue"}}),
    "`regionMap`": (BUCKET, {**BUCKET, "regionMap": {"xx-1": "eu-north-1"}}),
    "`endpoints`": (BUCKET, {**BUCKET, "endpoints": {"workload": "https://workload.example.com"}}),
}
_VERBS = {"create": "makes", "update": "changes", "delete": "removes", "replace": "replaces"}


def effects(log: Path) -> str:
    """Return what a run did, as the table words it."""
    done: dict[str, set[str]] = {verb: set() for verb in _VERBS.values()}
    for line in log.read_text().splitlines():
        metadata = json.loads(line).get("resourcePreEvent", {}).get("metadata", {})
        name, op = str(metadata.get("urn", "")).rpartition("::")[2], metadata.get("op", "same")
        verb = _VERBS.get("replace" if "replace" in op else op)
        if verb and "pulumi:" not in metadata["type"]:
            done[verb].add(name)
    done["removes"] -= done["makes"] | done["replaces"]
    return "; ".join(f"{verb} {', '.join(sorted(names))}" for verb, names in done.items() if names) or "nothing"


def table() -> dict[str, str]:
    """Return the second column of the page's table, by the first."""
    text = PAGE.read_text().partition("<!-- effects -->")[2].partition("<!-- /effects -->")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip(): row[1].strip() for row in rows}


def change(stack: Stack, name: str, log: Path) -> str:
    """Deploy the settings before a change, then those after it; return what the second run did."""
    before, after = CHANGES[name]
    if "externalId" in after:
        after = {**after, "externalId": stack.sandbox.tenant.external_id}
    if name == "`existingCloudtrailBucketName`":
        stack.sandbox.aws("s3").create_bucket(Bucket="another-trail")
    stack.sandbox.aws("iam").create_policy(
        PolicyName=BOUNDARY.rpartition("/")[2],
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        ),
    )
    stack.configure(before)
    stack.up()
    stack.configure(after)
    stack.environment["PULUMI_DEBUG_COMMANDS"] = "true"  # opens `--event-log`
    stack.up("--event-log", str(log))
    return effects(log)


def test_the_table_has_a_row_for_each_setting() -> None:
    settings = re.findall(r"^  (\w+):", (ROOT / "Pulumi.yaml").read_text(), re.MULTILINE)
    named = {setting for row in table() for setting in re.findall(r"`(\w+)`", row)}
    assert named == set(settings) - {"name", "options"}
    assert set(CHANGES) <= set(table())


@pytest.mark.full
@pytest.mark.parametrize("name", CHANGES)
def test_an_up_does_what_the_table_says(stack: Stack, tmp_path: Path, name: str) -> None:
    done = change(stack, name, tmp_path / "events.jsonl")
    assert done == table()[name]
