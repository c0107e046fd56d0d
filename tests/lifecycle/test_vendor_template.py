"""The digest of a vendor's template through previews and updates, and what is said about the template."""

from __future__ import annotations

import hashlib

import pytest
from pulumi.output import Unknown

from components.aws import clients as aws_clients
from components.aws.identity import AwsSettings
from components.resources.vendor_template import DIGEST, FOUND, UNREAD, VendorTemplateProvider, describe_template
from tests.lifecycle.aws_scene import REGION, AwsScene
from tests.lifecycle.engine import Engine, EngineResource

BUCKET, KEY = f"cloud-trail-client-stack-template-prod-{REGION}", "cloudtrail.yaml"
URL = f"https://{BUCKET}.s3.{REGION}.amazonaws.com/{KEY}"
INPUTS = {"templateUrl": URL, "awsRegion": REGION}


class ChangingTemplate:
    """Trend's template as Trend changes it."""

    def __init__(self, aws: AwsScene) -> None:
        self.aws = aws

    @property
    def body(self) -> bytes:
        body: bytes = self.aws.s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
        return body

    def change(self, old: bytes, new: bytes) -> None:
        assert old in self.body
        self.aws.s3.put_object(Bucket=BUCKET, Key=KEY, Body=self.body.replace(old, new))

    @property
    def inputs(self) -> dict[str, object]:
        """What the program gives after it has read the template."""
        found = describe_template(aws_clients.clients(AwsSettings.of(lambda _: None)), URL, REGION)
        return {**INPUTS, FOUND: found}

    @property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.body).hexdigest()


@pytest.fixture
def template(aws: AwsScene) -> ChangingTemplate:
    aws_clients.clients.cache_clear()
    return ChangingTemplate(aws)


@pytest.fixture
def resource(template: ChangingTemplate) -> EngineResource:
    return Engine({}).resource(VendorTemplateProvider)


def test_the_state_holds_the_digest_and_not_the_body(template: ChangingTemplate, resource: EngineResource) -> None:
    resource.up(template.inputs)
    assert resource.outs == {**INPUTS, DIGEST: template.digest}
    assert resource.preview(template.inputs) == "same"


def test_a_changed_template_shows_in_the_preview_and_is_taken_over(
    template: ChangingTemplate, resource: EngineResource
) -> None:
    resource.up(template.inputs)
    template.change(b"RetentionInDays: 7", b"RetentionInDays: 14")
    assert resource.preview(template.inputs) == "update"
    assert resource.up(template.inputs) == "update"
    assert resource.outs[DIGEST] == template.digest
    assert resource.preview(template.inputs) == "same"


def test_a_refresh_does_not_take_a_changed_template_for_the_deployed_one(
    template: ChangingTemplate, resource: EngineResource
) -> None:
    resource.up(template.inputs)
    template.change(b"RetentionInDays: 7", b"RetentionInDays: 14")
    resource.refresh()
    assert resource.preview(template.inputs) == "update"


def test_a_template_that_cannot_be_read_any_more_is_said_and_no_difference(
    template: ChangingTemplate, resource: EngineResource, capsys: pytest.CaptureFixture[str]
) -> None:
    resource.up(template.inputs)
    template.aws.deny("GetObject")
    assert resource.preview(template.inputs) == "same"
    assert "s3:GetObject" in capsys.readouterr().err


def test_a_template_that_cannot_be_read_stops_nothing(template: ChangingTemplate, resource: EngineResource) -> None:
    template.aws.deny("GetObject")
    resource.up(template.inputs)
    assert resource.outs[DIGEST] == UNREAD
    assert resource.preview(template.inputs) == "same"


def test_the_digest_of_an_address_that_is_not_known_yet_is_unknown(resource: EngineResource) -> None:
    assert resource.preview({**INPUTS, "templateUrl": Unknown(), FOUND: Unknown()}) == "create"


def test_retired_runtimes_are_named_once(
    template: ChangingTemplate, resource: EngineResource, capsys: pytest.CaptureFixture[str]
) -> None:
    resource.up(template.inputs)
    assert capsys.readouterr().err == ""
    template.change(b"python3.13", b"python3.8")
    resource.up(template.inputs)
    assert "Forwarder (python3.8)" in capsys.readouterr().err
    resource.preview(template.inputs)
    assert capsys.readouterr().err == ""
