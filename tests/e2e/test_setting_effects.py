"""What a setting declares that an `up` does when it changes, compared with the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.pulumi_cli import SandboxStack
from tests.settings_page import changes

DOES = {change: does for change, does, _ in changes()}
BUCKET = {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"}
NEW = {"createNewTrail": True}
DIRECT = {"route": "visionOne"}
BOUNDARY = "arn:aws:iam::123456789012:policy/sandbox-boundary"
# By a change of a setting: the settings before it, and those after it.
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "`scope` from all to account": (BUCKET, {**BUCKET, "scope": "account"}),
    "`scope` from account to all": ({**BUCKET, "scope": "account"}, BUCKET),
    "`scope` from all to tenant": (BUCKET, {"scope": "tenant"}),
    "`scope` from tenant to all": ({"scope": "tenant"}, BUCKET),
    "`cloudTrail` to false": (BUCKET, {"cloudTrail": False}),
    "`cloudTrail` to true": ({"cloudTrail": False}, BUCKET),
    "`route` to visionOne": (BUCKET, DIRECT),
    "`route` to cloudOne": (DIRECT, BUCKET),
    "`visionOneFeatures`": (DIRECT, {**DIRECT, "visionOneFeatures": [{"id": "container-security"}]}),
    "`visionOneName`": (DIRECT, {**DIRECT, "visionOneName": "renamed"}),
    "`visionOneDescription`": (DIRECT, {**DIRECT, "visionOneDescription": "of the team"}),
    "`visionOneTags`": (DIRECT, {**DIRECT, "visionOneTags": {"team": "blue"}}),
    "`visionOneWorkloadInstance`": (DIRECT, {**DIRECT, "visionOneWorkloadInstance": "instance-1"}),
    "`createNewTrail` to true": (BUCKET, NEW),
    "`createNewTrail` to false": (NEW, BUCKET),
    "`existingCloudtrailBucketName`": (BUCKET, {"existingCloudtrailBucketName": "another-trail"}),
    "`trailBucketOnDestroy`": (NEW, {**NEW, "trailBucketOnDestroy": "delete"}),
    "`trailLogRetentionDays`": (NEW, {**NEW, "trailLogRetentionDays": 30}),
    "`qsS3BucketName`": (BUCKET, {**BUCKET, "qsS3BucketName": "sandbox-assets-us-east-1", "qsS3KeyPrefix": "trend/"}),
    "`stackName`": (BUCKET, {**BUCKET, "stackName": "Trend"}),
    "`externalId`": (BUCKET, {**BUCKET, "externalId": "the tenant's"}),
    "`adopt`": (BUCKET, {**BUCKET, "adopt": True}),
    "`permissionsBoundary`": (BUCKET, {**BUCKET, "permissionsBoundary": BOUNDARY}),
    "`rolePath`": (BUCKET, {**BUCKET, "rolePath": "/security/"}),
    "`tags`": (BUCKET, {**BUCKET, "tags": {"team": "blue"}}),
    "`regionMap`": (BUCKET, {**BUCKET, "regionMap": {"xx-1": "eu-north-1"}}),
    "`endpoints`": (BUCKET, {**BUCKET, "endpoints": {"workload": "https://workload.us-1.cloudone.trendmicro.com/api"}}),
    "`endpointsConfirmed`": (
        BUCKET,
        {**BUCKET, "endpoints": {"workload": "https://proxy.example"}, "endpointsConfirmed": "proxy.example"},
    ),
    "`healthCheck`": (BUCKET, {**BUCKET, "healthCheck": "warn"}),
}
NOT_TRIED = {"`cloudOneApiKey`", "`visionOneApiKey`", "`visionOneServiceToken`", "`qsS3KeyPrefix`", "`visionOneRegion`"}
_VERBS = {"create": "creates", "update": "updates", "delete": "deletes", "replace": "replaces"}


def effects(log: Path) -> str:
    """Return what a run did, as the settings declare it."""
    done: dict[str, set[str]] = {verb: set() for verb in _VERBS.values()}
    for line in log.read_text().splitlines():
        metadata = json.loads(line).get("resourcePreEvent", {}).get("metadata", {})
        name, op = str(metadata.get("urn", "")).rpartition("::")[2], metadata.get("op", "same")
        verb = _VERBS.get("replace" if "replace" in op else op)
        if verb and not metadata["type"].startswith(("pulumi:", "trend:onboarding:")):  # neither is anything by itself
            done[verb].add(name)
    done["deletes"] -= done["creates"] | done["replaces"]
    return "; ".join(f"{verb} {', '.join(sorted(names))}" for verb, names in done.items() if names) or "nothing"


def change(stack: SandboxStack, name: str, log: Path) -> str:
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


def test_each_change_is_tried_but_those_that_the_page_names() -> None:
    assert set(CHANGES) == set(DOES) - NOT_TRIED


@pytest.mark.full
@pytest.mark.parametrize("name", CHANGES)
def test_an_up_does_what_the_setting_declares(stack: SandboxStack, tmp_path: Path, name: str) -> None:
    assert change(stack, name, tmp_path / "events.jsonl") == DOES[name]
