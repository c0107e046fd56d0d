"""The AWS plugin as a process, its configuration, and what it refuses as a whole."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import botocore.client
import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from sandbox.pulumi.aws.iam_role import RoleType
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import UNKNOWN, to_struct
from tests.unit.test_aws_plugin.driver import ROLE, TRUST, Failed, PluginEngine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_the_process_prints_its_port_serves_and_ends_quietly(signal_number: int) -> None:
    command = [sys.executable, "-m", "sandbox.pulumi.aws"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stderr
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = ResourceProviderStub(channel)
        assert stub.GetPluginInfo(Empty(), wait_for_ready=True).version == "7.51.1"
        stub.Cancel(Empty())
    process.send_signal(signal_number)
    assert process.wait(timeout=5) == 0
    assert (process.stdout.read(), process.stderr.read()) == ("", "")
    process.stdout.close()
    process.stderr.close()


def test_secrets_and_outputs_are_not_taken_so_the_engine_marks_them_itself(bare_engine: PluginEngine) -> None:
    answer = bare_engine.call("Handshake", pb.ProviderHandshakeRequest())
    assert (answer.accept_secrets, answer.accept_outputs) == (False, False)
    answer = bare_engine.call("Configure", pb.ConfigureRequest(args=to_struct({"region": "us-east-1"})))
    assert (answer.acceptSecrets, answer.acceptOutputs, answer.supportsPreview) == (False, False, True)


def test_no_region_fails_before_any_resource(bare_engine: PluginEngine) -> None:
    with pytest.raises(Failed, match=r"unable to find an AWS region.*aws:region"):
        bare_engine.call("Configure", pb.ConfigureRequest())


def test_the_region_of_the_environment_serves(bare_engine: PluginEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    bare_engine.call("Configure", pb.ConfigureRequest())
    assert bare_engine.invoke("aws:index/getRegion:getRegion")["name"] == "eu-west-2"


@pytest.mark.parametrize(
    "settings", [{"allowedAccountIds": ["999999999999"]}, {"forbiddenAccountIds": ["123456789012"]}]
)
def test_an_account_that_is_not_allowed_is_refused(bare_engine: PluginEngine, settings: dict[str, Any]) -> None:
    with pytest.raises(Failed, match=r"^AWS account ID not allowed: 123456789012$"):
        bare_engine.configure(**settings)


@pytest.mark.parametrize("allowed", [["123456789012"], [123456789012]])
def test_the_expected_account_is_accepted(bare_engine: PluginEngine, allowed: list[Any]) -> None:
    bare_engine.configure(allowedAccountIds=allowed)
    assert bare_engine.invoke("aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "123456789012"


def test_missing_credentials_are_told(bare_engine: PluginEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("HOME", "/nonexistent")
    with pytest.raises(Failed, match=r"unable to validate AWS credentials\. Details: Unable to locate credentials"):
        bare_engine.configure()


def test_roles_to_assume_without_credentials_are_told(
    bare_engine: PluginEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("HOME", "/nonexistent")
    role = {"roleArn": "arn:aws:iam::123456789012:role/deployer"}
    told = r"Cannot assume IAM Role\. .*role/deployer\) cannot be assumed\. Error: Unable to locate credentials"
    with pytest.raises(Failed, match=told):
        bare_engine.configure(assumeRoles=[role])


def test_roles_are_assumed_one_by_way_of_the_other_and_the_last_one_calls(bare_engine: PluginEngine) -> None:
    first = {"roleArn": "arn:aws:iam::111111111111:role/hub", "externalId": "hub-id", "sessionName": "pulumi"}
    last = {"roleArn": "arn:aws:iam::222222222222:role/deployer", "sessionName": "fleet", "duration": "1h30m"}
    bare_engine.configure(assumeRoles=[first, last])
    who = bare_engine.invoke("aws:index/getCallerIdentity:getCallerIdentity")
    assert who["accountId"] == "222222222222"
    assert who["arn"] == "arn:aws:sts::222222222222:assumed-role/deployer/fleet"
    role = bare_engine.resource(ROLE).create({"assumeRolePolicy": TRUST})
    assert role.outputs["arn"].startswith("arn:aws:iam::222222222222:role/")


@pytest.mark.parametrize(("given", "asked"), [({}, 900), ({"duration": "90m"}, 5400), ({"duration": "0.5h1.5s"}, 1801)])
def test_a_session_lasts_as_long_as_the_setting_says_or_as_the_official_provider_asks_for(
    bare_engine: PluginEngine, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], asked: int
) -> None:
    asks: list[dict[str, Any]] = []
    answer = botocore.client.BaseClient._make_api_call

    def listening(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        asks.extend([arguments] if name == "AssumeRole" else [])
        return answer(client, name, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", listening)
    role = {"roleArn": "arn:aws:iam::222222222222:role/deployer", "externalId": "hub-id", **given}
    bare_engine.configure(assumeRoles=[role])
    assert [(ask["DurationSeconds"], ask["ExternalId"]) for ask in asks] == [(asked, "hub-id")]


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ({"roleArn": ""}, r"IAM Role ARN not set in assume role 1 of 1"),
        ({"duration": "an hour"}, r'"an hour" cannot be parsed as a duration'),
        ({"duration": "5m"}, r"must be between 15 minutes \(15m\) and 12 hours \(12h\), inclusive"),
        ({"duration": "13h"}, r"must be between 15 minutes"),
        ({"durationSeconds": 3600}, r"does not implement durationSeconds of a role to assume"),
        ({"tags": {"a": "b"}}, r"does not implement tags of a role to assume"),
    ],
)
def test_what_a_role_to_assume_may_not_hold_is_refused(
    bare_engine: PluginEngine, role: dict[str, Any], told: str
) -> None:
    with pytest.raises(Failed, match=told):
        bare_engine.configure(assumeRoles=[{"roleArn": "arn:aws:iam::222222222222:role/deployer", **role}])


def test_a_profile_that_is_not_there_is_told(bare_engine: PluginEngine) -> None:
    with pytest.raises(Failed, match=r"unable to validate AWS credentials.*\(nobodys\) could not be found"):
        bare_engine.configure(profile="nobodys")


@pytest.mark.parametrize(("settings", "calls"), [({}, 2), ({"skipCredentialsValidation": "true"}, 1)])
def test_the_caller_is_asked_as_often_as_by_the_official_provider(
    aws_environment: str, settings: dict[str, str], calls: int
) -> None:
    aws, made = Aws({"region": "us-east-1", **settings}), []
    aws.client("sts").meta.events.register("before-call", lambda model, **_: made.append(model.name))
    aws.connect()
    assert made == ["GetCallerIdentity"] * calls


def test_a_setting_that_is_not_implemented_is_refused(bare_engine: PluginEngine) -> None:
    news = to_struct({"region": "us-east-1", "endpoints": "[]", "version": "7.51.1"})
    failures = bare_engine.call("CheckConfig", pb.CheckRequest(news=news)).failures
    assert [failure.property for failure in failures] == ["endpoints"]
    assert "does not implement the setting aws:endpoints" in failures[0].reason


def test_a_changed_setting_updates_the_provider_without_replacing_it(bare_engine: PluginEngine) -> None:
    request = pb.DiffRequest(olds=to_struct({"region": "us-east-1"}), news=to_struct({"region": "eu-west-2"}))
    answer = bare_engine.call("DiffConfig", request)
    assert (answer.changes, list(answer.diffs), list(answer.replaces)) == (pb.DiffResponse.DIFF_SOME, ["region"], [])


def test_an_unknown_type_is_refused_by_name(engine: PluginEngine) -> None:
    with pytest.raises(
        Failed, match=r"^the sandbox's AWS plugin does not implement the resource type aws:ec2/instance:Instance$"
    ):
        engine.resource("aws:ec2/instance:Instance").check({})


def test_a_preview_makes_no_call_and_leaves_to_aws_what_aws_decides(engine: PluginEngine) -> None:
    role = engine.resource(ROLE)
    engine.calls.clear()
    outputs = role.preview_create({"assumeRolePolicy": TRUST, "description": "d", "tags": {"a": "b"}})
    assert engine.calls == []
    assert (outputs["arn"], outputs["uniqueId"]) == (UNKNOWN, UNKNOWN)
    assert (outputs["description"], outputs["tagsAll"], outputs["path"]) == ("d", {"a": "b"}, "/")
    assert outputs["name"].startswith("thing-")


def test_the_preview_of_an_update_keeps_what_does_not_change(engine: PluginEngine) -> None:
    role = engine.resource(ROLE).create({"assumeRolePolicy": TRUST})
    engine.calls.clear()
    outputs = role.update({"assumeRolePolicy": TRUST, "description": "new"}, preview=True)
    assert engine.calls == []
    assert (outputs["arn"], outputs["description"]) == (role.outputs["arn"], "new")


def test_an_import_is_refused(engine: PluginEngine) -> None:
    made = engine.resource(ROLE).create({"assumeRolePolicy": TRUST})
    with pytest.raises(Failed, match=f"does not implement the import of {ROLE}"):
        engine.call("Read", pb.ReadRequest(id=made.id, urn=made.urn))


def test_many_requests_are_served_at_once(engine: PluginEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    all_have_begun, create = threading.Barrier(12, timeout=60), RoleType.create

    def create_when_all_have_begun(self: RoleType, *arguments: Any) -> str:
        all_have_begun.wait()
        return create(self, *arguments)

    monkeypatch.setattr(RoleType, "create", create_when_all_have_begun)
    roles = [engine.resource(ROLE, f"role{number}") for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda role: role.create({"assumeRolePolicy": TRUST}).id, roles))
    assert len(set(made)) == 12


def test_an_endpoint_that_does_not_answer_is_one_clear_line(
    bare_engine: PluginEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Failed) as failed:
        bare_engine.call("Configure", pb.ConfigureRequest(args=to_struct({"region": "us-east-1"})))
    assert "Could not connect to the endpoint" in str(failed.value)
    assert "\n" not in str(failed.value)
