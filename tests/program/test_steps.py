"""Which resources each kind of settings leads to, and what waits for what."""

from __future__ import annotations

from dataclasses import replace

import pulumi
import pulumi_aws
import pytest

from components.checks.findings import TrailDoubt
from components.onboarding import Onboarding
from components.settings.model import ExistingTrail, NewTrail, Settings
from tests.program.deployment import deploy
from tests.program.recorder import CLOUD_ONE_ACCOUNT, EXTERNAL_ID, PROJECT, STACK, WHERE, RecordingEngine

EXISTING = Settings(trail=ExistingTrail("a-trail-bucket"))
NEW = Settings(trail=NewTrail())

LINKS = [
    "trend:CloudOneAccount",
    "trend:Deployment",
    "trend:ExternalId",
    "trend:VisionOneEnrollment",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "trend:Connector",
    "aws:cloudformation/stack:Stack",
    "trend:VendorTemplate",
    "trend:CloudAccount",
    "trend:CloudTrailParameters",
    "trend:VendorTemplate",
    "trend:NotificationSnapshot",
    "trend:NotificationMerge",
    "trend:KeyCheck",
    "trend:KeyCheck",
    "command:local:Command",
    "aws:cloudformation/stack:Stack",
]
TRAIL = [
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:cloudtrail/trail:Trail",
    "trend:KeyCheck",
]


def types(engine: RecordingEngine) -> list[str]:
    return sorted(each.type for each in engine.made)


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("settings", "expected"), [(EXISTING, LINKS), (NEW, [*LINKS, *TRAIL])])
def test_a_preview_shows_exactly_the_resources_that_are_made(
    settings: Settings, expected: list[str], preview: bool
) -> None:
    assert types(deploy(settings, preview=preview).engine) == sorted(expected)


def test_each_step_is_a_component() -> None:
    prefix = "trend:onboarding:"
    assert {name.removeprefix(prefix) for name in deploy(EXISTING).engine.components} == {
        "Onboarding", "VisionOne", "WorkloadSecurity", "CloudAccount", "AuditTrail", "CloudTrailIntegration",
        "HealthCheck",
    }  # fmt: skip


def test_a_given_external_id_is_not_asked_for() -> None:
    engine = deploy(replace(EXISTING, external_id="given-by-hand")).engine
    assert types(engine) == sorted(each for each in LINKS if each != "trend:ExternalId")
    assert "given-by-hand" in engine.one("aws:iam/role:Role").inputs["assumeRolePolicy"]


def test_the_external_id_of_the_tenant_is_the_one_that_the_role_asks_for() -> None:
    assert EXTERNAL_ID in deploy(EXISTING).engine.one("aws:iam/role:Role").inputs["assumeRolePolicy"]


def test_without_adoption_nothing_looks_for_earlier_links() -> None:
    engine = deploy(EXISTING).engine
    assert "trend:PriorLink" not in engine.types
    for type_ in ("trend:Connector", "trend:CloudAccount"):
        inputs = engine.one(type_).inputs
        assert inputs["adopt"] is False
        assert "before" not in inputs


def test_adoption_records_each_earlier_link_before_it_is_touched() -> None:
    engine = deploy(replace(EXISTING, adopt=True)).engine
    assert {each.name for each in engine.of_type("trend:PriorLink")} == {
        "connector-before-adoption",
        "registration-before-adoption",
    }
    for type_, record in (
        ("trend:Connector", "connector-before-adoption"),
        ("trend:CloudAccount", "registration-before-adoption"),
    ):
        link, prior = engine.one(type_), engine.one("trend:PriorLink", record)
        assert link.inputs["adopt"] is True
        assert link.inputs["before"] == {"roleArn": f"arn:before:{record}"}
        assert record in link.depends_on
        assert prior.inputs["roleArn"] == link.inputs["roleArn"]


@pytest.mark.parametrize("enroll", [False, True])
def test_the_enrollment_knows_whether_there_is_a_token_and_not_the_token(enroll: bool) -> None:
    inputs = deploy(replace(EXISTING, enroll=enroll)).engine.one("trend:VisionOneEnrollment").inputs
    assert inputs == {"cloudOneAccountId": CLOUD_ONE_ACCOUNT, "region": "us-1", "enroll": enroll}


def test_the_links_name_the_roles_that_this_stack_makes() -> None:
    engine = deploy(EXISTING).engine
    connector, registration = engine.one("trend:Connector"), engine.one("trend:CloudAccount")
    assert connector.inputs["roleArn"] == "arn:aws:x:::workload-security"
    assert registration.inputs["roleArn"] == "arn:management-role"
    for link in (connector, registration):
        assert (link.inputs["cloudOneAccountId"], link.inputs["awsAccountId"], link.inputs["region"]) == (
            CLOUD_ONE_ACCOUNT, WHERE.account_id, "us-1",
        )  # fmt: skip


FORWARDING = {"parameters", "forwarder"}


@pytest.mark.parametrize("settings", [EXISTING, NEW, replace(NEW, external_id="given", adopt=True, enroll=True)])
def test_nothing_else_is_made_before_the_account_is_known(settings: Settings) -> None:
    assert deploy(settings, slow="cloud-one-account").engine.made_meanwhile == {"cloud-one-account"}


def test_a_key_that_may_not_read_the_external_id_stops_before_aws() -> None:
    engine = deploy(replace(NEW, enroll=True), slow="external-id").engine
    assert engine.made_meanwhile == {"cloud-one-account", "deployment", "external-id"}


def test_everything_after_step_1_asks_for_the_key_before_it_is_created_or_updated() -> None:
    made = deploy(replace(NEW, adopt=True)).engine.made
    asking = {each.name for each in made if each.options.hooks.before_create and each.options.hooks.before_update}
    assert asking == {each.name for each in made} - {"cloud-one-account"}


def test_what_may_be_deleted_before_its_replacement_exists_has_a_check_of_the_key_that_goes_first() -> None:
    engine = deploy(NEW, doubt=TrailDoubt.STOPPED).engine
    deleted_first = {each.name for each in engine.made if each.options.deleteBeforeReplace}
    assert deleted_first == {"forwarder", "management-role", "trail"}
    for name in deleted_first:
        assert engine.named(f"{name}-key-check").depends_on == {name, "cloud-one-account"}


SIDE_BY_SIDE = {"connector", "registration", "trail"}


@pytest.mark.parametrize("step", sorted(SIDE_BY_SIDE))
def test_links_and_trail_wait_not_for_each_other_and_the_enrollment_which_nothing_undoes_for_all(step: str) -> None:
    engine = deploy(NEW, slow=step, until=SIDE_BY_SIDE).engine
    assert engine.made_meanwhile >= SIDE_BY_SIDE
    assert engine.made_meanwhile.isdisjoint({"enrollment", *FORWARDING})


def test_the_token_waits_for_the_enrollment() -> None:
    engine = deploy(NEW, slow="enrollment").engine
    assert engine.made_meanwhile >= SIDE_BY_SIDE
    assert engine.made_meanwhile.isdisjoint(FORWARDING)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("parameters", "forwarder"),
        ("workload-security-reads", "connector"),
        ("management-role", "registration"),
        ("connector-before-adoption", "connector"),
        ("registration-before-adoption", "registration"),
    ],
)
def test_what_is_built_on_something_waits_for_it(first: str, then: str) -> None:
    engine = deploy(replace(EXISTING, adopt=True), slow=first).engine
    assert first in engine.made_meanwhile
    assert then not in engine.made_meanwhile
    assert first in engine.named(then).depends_on, "so that destroy takes them down in the reverse order"


OUTPUTS = {
    "cloudOneAccountId": CLOUD_ONE_ACCOUNT,
    "cloudOneRegion": "us-1",
    "awsAccountId": WHERE.account_id,
    "workloadSecurityRoleArn": "arn:aws:x:::workload-security",
    "workloadSecurityConnectorId": "7",
    "cloudOneRoleArn": "arn:management-role",
    "cloudAccountId": WHERE.account_id,
    "cloudAccountState": "managed",
    "trailBucketName": "a-trail-bucket",
    "cloudTrailStackId": "arn:aws:x:::forwarder/id",
    "visionOneStatus": "registered",
    "health": {"verdict": "ok", "checks": {}, "problems": {}},
}


def test_the_outputs_say_what_stands() -> None:
    assert deploy(EXISTING).outputs == OUTPUTS


def test_a_new_trail_is_among_the_outputs() -> None:
    trail = {"trailBucketName": "trail-bucket", "trailArn": "arn:aws:x:::trail"}
    assert deploy(NEW).outputs == OUTPUTS | trail


def test_a_second_onboarding_in_one_program_is_refused_before_it_registers_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors: list[str] = []
    monkeypatch.setattr(pulumi.log, "error", errors.append)
    engine = deploy(EXISTING).engine
    registered = len(engine.made)
    with pytest.raises(SystemExit) as ended:
        Onboarding("another", settings=EXISTING, where=WHERE)
    assert ended.value.code == 32
    (error,) = errors
    assert error.startswith("Onboarding 'another': this program has one already, 'trend'")
    assert len(engine.made) == registered


def test_an_aws_provider_of_the_programs_own_is_refused_since_only_part_of_the_calls_would_be_its(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors: list[str] = []
    monkeypatch.setattr(pulumi.log, "error", errors.append)
    engine = RecordingEngine()
    pulumi.runtime.set_mocks(engine.mocks, project=PROJECT, stack=STACK, monitor=engine)
    own = pulumi.ResourceOptions(provider=pulumi_aws.Provider("own", region="eu-west-2"))
    with pytest.raises(SystemExit):
        Onboarding("trend", settings=EXISTING, where=WHERE, opts=own)
    assert ["an AWS provider of the program's own is not supported" in each for each in errors] == [True]
    assert {each.name for each in engine.made} <= {"own"}
