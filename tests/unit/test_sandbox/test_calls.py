"""Which AWS call a request is."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote

import pytest

from sandbox.aws.call import identify


def request(
    service: str, method: str = "POST", path: str = "/", query: str = "", body: str = "", **headers: str
) -> dict[str, Any]:
    signature = f"AWS4-HMAC-SHA256 Credential=KEYID/20240102/eu-west-2/{service}/aws4_request, Signature=abc"
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote(path),
        "RAW_URI": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8" if body else "",
        "HTTP_AUTHORIZATION": signature,
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body.encode()),
        **headers,
    }


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
        ("PUT", "/bucket/a/b.zip", "", {}, "PutObject"),
        ("PUT", "/bucket/a/b.zip", "", {"HTTP_X_AMZ_COPY_SOURCE": "other/c"}, "CopyObject"),
        (
            "GET",
            "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abucket",
            "",
            {"HTTP_X_AMZ_ACCOUNT_ID": "1"},
            "ListTagsForResource",
        ),
    ],
)
def test_an_s3_request_is_named_by_method_path_and_query(
    method: str, path: str, query: str, headers: dict[str, str], action: str
) -> None:
    call = identify(request("s3", method, path, query, **headers))
    assert (call.action, call.resource) == (action, unquote(path).strip("/"))


def test_a_query_request_is_named_by_its_form() -> None:
    call = identify(request("iam", body="Action=CreateRole&RoleName=mine&Version=2010-05-08"))
    assert (call.service, call.action, call.resource) == ("iam", "CreateRole", "mine")
    assert (call.region, call.caller, call.changing) == ("eu-west-2", "KEYID", True)


def test_a_json_request_is_named_by_its_target() -> None:
    target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrailStatus"
    headers = {"HTTP_X_AMZ_TARGET": target, "CONTENT_TYPE": "application/x-amz-json-1.1"}
    call = identify(request("cloudtrail", body='{"Name": "mine"}', **headers))
    assert (call.action, call.resource, call.changing) == ("GetTrailStatus", "mine", False)


@pytest.mark.parametrize(
    "environ",
    [request("nonsense"), request("iam", body="Action=Nonsense"), request("iam", body="x", HTTP_AUTHORIZATION="")],
)
def test_a_request_that_no_service_knows_or_nobody_signed_is_unknown_and_counts_as_changing(
    environ: dict[str, Any],
) -> None:
    call = identify(environ)
    assert (call.action, call.changing) == ("unknown", True)
