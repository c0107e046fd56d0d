"""No secret leaves the client in an error, however it was written there."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from components.redaction import Redactor
from components.settings.credentials import ApiKey
from components.settings.endpoints import Endpoints
from components.trend.client import Trend
from components.trend.errors import TrendError
from tests.unit.conftest import KEY
from tests.unit.scripted_vendor import Answer, Vendor

PATIENT = settings(deadline=None, max_examples=40)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=70)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=30).filter(
    lambda text: len(text.strip()) >= 8
)
AROUND = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10)


def lower_percent(text: str) -> str:
    return re.sub("%..", lambda escape: escape[0].lower(), quote(text, safe=""))


def gson(text: str) -> str:
    """As JSON writers do that care for HTML: `=` and the like as \\u003d."""
    return "".join(f"\\u{ord(c):04x}" if c in "<>&='" else json.dumps(c)[1:-1] for c in text)


WRITERS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded but for slashes": quote,
    "as a form's field": quote_plus,
    "percent-encoded in lower case": lower_percent,
    "percent-encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON with escaped slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON that is safe in HTML": gson,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "HTML": html.escape,
    "HTML by numbers": lambda text: "".join(c if c.isalnum() else f"&#{ord(c)};" for c in text),
    "HTML in hex": lambda text: "".join(c if c.isalnum() else f"&#x{ord(c):X};" for c in text),
    "hex": lambda text: text.encode().hex(),
    "upper-case hex": lambda text: text.encode().hex().upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "percent-encoded base64": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
@PATIENT
@given(secret=SECRETS, before=AROUND, after=AROUND)
def test_a_secret_is_masked_in_each_way_of_writing_it(
    writer: Callable[[str], str], secret: str, before: str, after: str
) -> None:
    written = writer(secret)
    text = Redactor([secret])(f"{before}<{written}>{after}")
    assert Redactor.MASK in text
    assert written not in text.replace(Redactor.MASK, "\0")


@pytest.mark.parametrize("writer", [str, quote, quote_plus, json.dumps, html.escape])
@PATIENT
@given(secret=ANY_TEXT)
def test_a_secret_of_any_language_is_masked(writer: Callable[[str], str], secret: str) -> None:
    assert Redactor.MASK in Redactor([secret])(writer(secret.strip()))


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@PATIENT
@given(secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=70), lead=AROUND)
def test_a_secret_inside_a_longer_base64_text_is_masked_at_each_place(
    encode: Callable[[bytes], bytes], secret: str, lead: str
) -> None:
    """As in a Basic header. At either end up to three characters may stay, which hold less than two of the secret's."""
    assume(f"{lead}{secret}".find(secret) == len(lead))  # `0000` before `000000000000` hides its own copy of it
    encoded = encode(f"{lead}{secret}:and more".encode()).decode()
    text = Redactor([secret])(encoded)
    assert Redactor.MASK in text
    before, _, after = text.partition(Redactor.MASK)
    known_before, known_after = (len(lead.encode()) * 8 + 5) // 6, len(":and more") * 8 // 6 + 3
    assert len(before) <= known_before + 1
    assert len(after) <= known_after + 1


def test_the_whole_key_is_masked_before_its_half() -> None:
    redact = Redactor([KEY.secret, str(KEY)])
    assert redact(f"<{KEY}>") == "<[secret]>"
    assert redact(f"<{KEY.secret}>") == "<[secret]>"


def test_the_id_of_the_key_is_no_secret() -> None:
    assert Redactor([str(KEY), KEY.secret])(KEY.id) == KEY.id


@PATIENT
@given(text=st.text())
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert Redactor([])(text) == text
    assert Redactor(["", "  ", "abc", " abc\n"])(text) == text
    assert Redactor([KEY.secret])(text) == text


def test_blanks_around_a_secret_do_not_hide_it() -> None:
    assert Redactor(["  secret-value\n"])("a secret-value here") == "a [secret] here"


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_a_reply_that_echoes_the_key_does_not_bring_it_into_the_error(
    vendor: Vendor, trend: Trend, writer: Callable[[str], str]
) -> None:
    echo = writer(str(KEY))
    vendor.will(
        Answer(400, {"message": f"what is {echo}?", "fields": {echo: f"not {writer(KEY.secret)}"}}, {"X-Trace-Id": "t"})
    )
    with pytest.raises(TrendError) as caught:
        trend.workload("us-1").external_id()
    error = caught.value
    for text in (str(error), repr(error), error.message, *error.fields, *error.fields.values()):
        assert echo not in text
        assert writer(KEY.secret) not in text
    assert error.message == "what is [secret]?"


def test_a_trace_id_that_echoes_the_key_is_masked(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(400, {"message": "no"}, {"X-Trace-Id": KEY.secret}))
    with pytest.raises(TrendError) as caught:
        trend.workload("us-1").external_id()
    assert caught.value.trace_id == "[secret]"


def test_the_path_of_the_own_key_is_shown_without_its_id(vendor: Vendor, trend: Trend) -> None:
    vendor.will(Answer(401, {"message": "Invalid API Key"}))
    with pytest.raises(TrendError) as caught:
        trend.key_details()
    assert caught.value.path == "accounts /apikeys/{id}"


def test_neither_key_nor_minted_token_show_themselves(vendor: Vendor) -> None:
    key = ApiKey.parse("tmcID:hidden-secret")
    assert "hidden" not in repr(key)
    url = "https://x/#/q?templateUrl=a&param_ServiceToken=minted&param_ServiceURL=b&param_APIVersion=c&param_S3BucketName=d"
    vendor.will(Answer(200, {"deploymentURL": url}))
    client = Trend(key, Endpoints(base=vendor.url), Redactor([])).cloudtrail("us-1")
    assert "minted" not in repr(client.mint_parameters(aws_account_id="1", aws_region="us-east-1"))
