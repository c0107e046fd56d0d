"""The gate in front of moto: naming a call, showing faults, the log."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws.call import AwsCall
from sandbox.aws.faults import Fault, Faults
from sandbox.aws.gate import Gate, RequestLog
from sandbox.aws.judging.judge import Judge
from sandbox.aws.wire import identify

SECRET = "sentinel-value-of-a-parameter"


def request(
    service: str, method: str = "POST", path: str = "/", query: str = "", body: str = "", **headers: str
) -> dict[str, Any]:
    signature = f"AWS4-HMAC-SHA256 Credential=KEYID/20240102/eu-west-2/{service}/aws4_request, Signature=abc"
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": signature,
        "wsgi.input": io.BytesIO(body.encode()),
        **headers,
    }


def named(environ: dict[str, Any]) -> AwsCall:
    return identify(environ, environ["wsgi.input"].getvalue())


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "action"),
    [
        ("GET", "/", "", {}, "ListBuckets"),
        ("PUT", "/bucket", "", {}, "CreateBucket"),
        ("HEAD", "/bucket", "", {}, "HeadBucket"),
        ("GET", "/bucket", "list-type=2", {}, "ListObjectsV2"),
        ("GET", "/bucket", "encryption", {}, "GetBucketEncryption"),
        ("GET", "/bucket", "lifecycle", {}, "GetBucketLifecycleConfiguration"),
        ("PUT", "/bucket", "notification", {}, "PutBucketNotificationConfiguration"),
        ("DELETE", "/bucket", "publicAccessBlock", {}, "DeletePublicAccessBlock"),
        ("POST", "/bucket", "delete", {}, "DeleteObjects"),
        ("PUT", "/bucket/a/b.zip", "", {}, "PutObject"),
        ("PUT", "/bucket/a/b.zip", "", {"HTTP_X_AMZ_COPY_SOURCE": "other/c"}, "CopyObject"),
        ("PUT", "/bucket/a", "partNumber=1&uploadId=x", {}, "UploadPart"),
        ("GET", "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abucket", "", {}, "ListTagsForResource"),
    ],
)
def test_an_s3_request_is_named_by_method_path_and_query(
    method: str, path: str, query: str, headers: dict[str, str], action: str
) -> None:
    assert named(request("s3", method, path, query, **headers)).action == action


def test_a_query_request_is_named_by_its_form() -> None:
    call = named(request("iam", body="Action=CreateRole&RoleName=mine&Version=2010-05-08"))
    assert call == AwsCall("iam", "CreateRole", "eu-west-2", "mine", "query", "KEYID")
    assert call.changing


def test_a_json_request_is_named_by_its_target() -> None:
    target = {"HTTP_X_AMZ_TARGET": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrailStatus"}
    call = named(request("cloudtrail", body='{"Name": "mine"}', **target))
    assert (call.action, call.resource, call.changing) == ("GetTrailStatus", "mine", False)


def test_a_request_that_nobody_signed_is_unknown_and_counts_as_changing() -> None:
    call = identify({"PATH_INFO": "/x", "REQUEST_METHOD": "GET"}, b"")
    assert (call.service, call.action, call.changing) == ("unknown", "unknown", True)


class Moto:
    """An application that stands where moto does, and remembers what reached it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b"done"]


class Scene:
    """A gate with what stands before and behind it."""

    def __init__(self, *faults: Fault, file: Path | None = None) -> None:
        self.moto, self.log, self.faults = Moto(), RequestLog(file), Faults()
        self.gate = Gate(self.moto, self.log, self.faults, Judge("123456789012"))
        for fault in faults:
            self.faults.add(fault)

    def send(self, environ: dict[str, Any]) -> tuple[int, str]:
        statuses: list[str] = []
        body = b"".join(self.gate(environ, lambda status, *_: statuses.append(status)))
        return int(statuses[-1].split()[0]), body.decode()


def create_stack() -> dict[str, Any]:
    form = f"Action=CreateStack&StackName=mine&Parameters.member.1.ParameterValue={SECRET}"
    return request("cloudformation", body=form)


def test_a_call_reaches_moto_with_its_body_and_is_logged_without_it(tmp_path: Path) -> None:
    scene = Scene(file=tmp_path / "log")
    assert scene.send(create_stack()) == (200, "done")
    assert SECRET.encode() in scene.moto.bodies[0]
    (entry,) = scene.log.entries()
    assert (entry["service"], entry["action"], entry["resource"], entry["status"], entry["changing"]) == (
        "cloudformation",
        "CreateStack",
        "mine",
        200,
        True,
    )
    written = (tmp_path / "log").read_text()
    assert json.loads(written) == entry
    assert SECRET not in written
    assert "Signature" not in written


def test_a_refusal_keeps_the_call_from_moto_and_is_worded_as_the_service_does() -> None:
    scene = Scene(Fault(service="cloudformation", status=403, code="AccessDenied", message="not <you>"))
    status, body = scene.send(create_stack())
    assert (status, scene.moto.bodies) == (403, [])
    assert "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>" in body
    assert "not &lt;you&gt;" in body
    assert scene.log.entries()[0]["status"] == 403


def test_a_fault_hits_the_nth_call_it_is_for_and_no_other() -> None:
    fault = Fault(service="iam", action="CreateRole", resource="mi", skip=1, times=2, status=400, code="Throttling")
    scene = Scene(fault)
    other = [request("iam", body="Action=CreateRole&RoleName=theirs"), request("iam", body="Action=GetRole")]
    assert [scene.send(each)[0] for each in other] == [200, 200]
    sent = [scene.send(request("iam", body="Action=CreateRole&RoleName=mine"))[0] for _ in range(4)]
    assert sent == [200, 400, 400, 200]


def test_a_lost_reply_comes_after_the_work() -> None:
    scene = Scene(Fault(action="CreateStack", status=500, when="after"))
    assert scene.send(create_stack())[0] == 500
    assert len(scene.moto.bodies) == 1


def test_a_fault_without_a_status_lets_the_call_go_on() -> None:
    scene = Scene(Fault(times=0))
    assert scene.send(create_stack()) == (200, "done")


@pytest.mark.parametrize("given", [{"nonsense": 1}, {"when": "sometimes"}])
def test_a_fault_that_makes_no_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"nonsense|before"):
        Fault.parse(given)
