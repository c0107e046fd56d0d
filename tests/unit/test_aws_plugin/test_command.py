"""The stand-in for the Command plugin, driven as the engine drives it."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as pb

from sandbox.pulumi.command import CommandProvider
from sandbox.pulumi.wire import UNKNOWN, to_python, to_struct

URN = "urn:pulumi:dev::project::command:local:Command::hello"


class Aborted(Exception):
    """What a servicer's abort does to the call."""


class GrpcContext:
    """The part of gRPC's context that the plugin uses."""

    def abort(self, _code: grpc.StatusCode, details: str) -> None:
        raise Aborted(details)


def create(inputs: dict[str, Any], *, preview: bool = False) -> dict[str, Any]:
    request = pb.CreateRequest(urn=URN, properties=to_struct(inputs), preview=preview)
    return to_python(CommandProvider().Create(request, GrpcContext()).properties)


def test_the_output_of_a_command_is_kept_without_its_last_line_break() -> None:
    assert create({"create": "printf 'a\\nb\\n'; echo c >&2"}) == {
        "create": "printf 'a\\nb\\n'; echo c >&2",
        "stdout": "a\nb",
        "stderr": "c",
    }


def test_a_preview_runs_nothing(tmp_path: Any) -> None:
    outputs = create({"create": f"touch {tmp_path}/ran"}, preview=True)
    assert outputs["stdout"] is UNKNOWN
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_fails_says_its_code_and_its_words() -> None:
    with pytest.raises(Aborted, match=r"exit status 3: running 'echo no; exit 3':\nno"):
        create({"create": "echo no; exit 3"})


def test_an_update_runs_the_update_command_and_knows_the_outputs_before() -> None:
    olds = {"create": "echo 1", "stdout": "1", "stderr": ""}
    news = {"create": "echo 1", "update": 'echo "$PULUMI_COMMAND_STDOUT then $MORE"', "environment": {"MORE": "2"}}
    request = pb.UpdateRequest(urn=URN, id="x", olds=to_struct(olds), news=to_struct(news))
    assert to_python(CommandProvider().Update(request, GrpcContext()).properties)["stdout"] == "1 then 2"


def test_a_changed_trigger_replaces_and_any_other_change_does_not() -> None:
    def diff(news: dict[str, Any]) -> pb.DiffResponse:
        olds = to_struct({"create": "echo 1", "triggers": ["1"]})
        return CommandProvider().Diff(pb.DiffRequest(urn=URN, old_inputs=olds, news=to_struct(news)), GrpcContext())

    assert list(diff({"create": "echo 1", "triggers": ["2"]}).replaces) == ["triggers"]
    assert list(diff({"create": "echo 2", "triggers": ["1"]}).replaces) == []
    assert diff({"create": "echo 2", "triggers": ["1"]}).changes == pb.DiffResponse.DIFF_SOME
    assert diff({"create": "echo 1", "triggers": ["1"]}).changes == pb.DiffResponse.DIFF_NONE


def test_what_is_not_implemented_is_refused_by_name() -> None:
    def check(urn: str, news: Struct) -> None:
        CommandProvider().Check(pb.CheckRequest(urn=urn, news=news), GrpcContext())

    with pytest.raises(Aborted, match="assetPaths"):
        check(URN, to_struct({"create": "x", "assetPaths": ["y"]}))
    with pytest.raises(Aborted, match="command:remote:Command"):
        check("urn:pulumi:dev::project::command:remote:Command::hello", to_struct({"create": "x"}))


def test_going_runs_the_delete_command(tmp_path: Any) -> None:
    state = to_struct({"create": "true", "delete": f"touch {tmp_path}/gone", "stdout": "", "stderr": ""})
    CommandProvider().Delete(pb.DeleteRequest(urn=URN, id="x", properties=state), GrpcContext())
    assert [path.name for path in tmp_path.iterdir()] == ["gone"]
