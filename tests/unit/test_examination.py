"""What a check that could not be made says: whether nobody was allowed to look, or a service did not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
import pytest
from botocore.config import Config

from components.aws.errors import AwsError, AwsUnavailable, calling
from components.checks.examination import Check, examine
from components.checks.findings import Finding, checked
from components.trend.errors import (
    BadRequest,
    CredentialsError,
    Forbidden,
    NoReply,
    RateLimited,
    ServiceFailed,
    TrendError,
    Unauthenticated,
    UnusableReply,
    WrongAccount,
)


def found_after(error: Exception) -> Finding:
    """Make a check that ends with an error."""

    def look() -> list[Finding]:
        raise error

    (found,) = examine([Check("it", look)], redact=lambda text: text.replace("s3cret", "***"))
    assert "s3cret" not in str(found)
    return found


@pytest.mark.parametrize("error", [NoReply, RateLimited, ServiceFailed, UnusableReply])
def test_a_service_of_trends_that_fails_has_not_answered(error: type[TrendError]) -> None:
    found = found_after(error("s3cret"))
    assert found == Finding("it", "unknown", "***", error.hint, unanswered=True)


@pytest.mark.parametrize("error", [CredentialsError, Forbidden, Unauthenticated, WrongAccount])
def test_a_key_that_is_refused_refuses_the_deployment(error: type[TrendError]) -> None:
    found = found_after(error("no"))
    assert (found.unanswered, found.verdict) == (False, "failed")


def test_any_other_answer_is_unknown() -> None:
    assert found_after(BadRequest("no")) == Finding("it", "unknown", "no", BadRequest.hint)


@pytest.mark.parametrize("error", [AwsUnavailable, AwsError])
def test_aws_that_does_not_show_it_has_not_answered(error: type[AwsError]) -> None:
    assert found_after(error("no", "do it")) == Finding("it", "unknown", "no; do it", unanswered=True)


@pytest.mark.parametrize(("error", "unanswered"), [(AwsUnavailable("no"), True), (AwsError("no"), False)])
def test_the_programs_own_looks_make_the_same_difference(error: AwsError, unanswered: bool) -> None:
    def look() -> Finding:
        raise error

    found = checked("bucket", look)
    assert (found.unanswered, found.verdict) == (unanswered, "unknown")


def ask_of(endpoint: str) -> AwsError:
    """Ask an endpoint for the caller, once, and return the error."""
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=2)
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    client = boto3.client("sts", region_name="us-east-1", endpoint_url=endpoint, config=once, **keys)
    with pytest.raises(AwsError) as raised, calling("asking"):
        client.get_caller_identity()
    return raised.value


@pytest.fixture
def answering() -> Callable[[int, str], AwsError]:
    """Answers one call with a status and an error code."""

    def answer(status: int, code: str) -> AwsError:
        class ErrorHandler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with HTTPServer(("127.0.0.1", 0), ErrorHandler) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            return ask_of(f"http://127.0.0.1:{server.server_port}")

    return answer


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (500, "InternalFailure", AwsUnavailable),
        (503, "ServiceUnavailable", AwsUnavailable),
        (400, "Throttling", AwsUnavailable),
        (400, "ThrottlingException", AwsUnavailable),
        (403, "AccessDenied", AwsError),
        (400, "ValidationError", AwsError),
    ],
)
def test_what_aws_answers_tells_whether_it_failed(
    answering: Callable[[int, str], AwsError], status: int, code: str, kind: type[AwsError]
) -> None:
    assert type(answering(status, code)) is kind


def test_aws_out_of_reach_has_failed() -> None:
    assert type(ask_of("http://127.0.0.1:9")) is AwsUnavailable
