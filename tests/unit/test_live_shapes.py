"""What is written down of an answer: names and kinds, never a value."""

from __future__ import annotations

import json

import pytest

from live import redaction
from live.shapes import of_body, parent, union

SENTINEL = "SENTINEL-tmc0Key9Secret8Token7of6body"


def shape(value: object) -> dict[str, list[str]]:
    return {place: sorted(kinds) for place, kinds in of_body(json.dumps(value).encode()).items()}


def test_a_body_becomes_the_kind_of_each_of_its_places() -> None:
    body = {"ID": 7, "on": True, "share": 0.5, "none": None, "regions": ["us-east-1"], "items": [{"id": "x"}, {"n": 1}]}
    assert shape(body) == {
        "(whole)": ["object"],
        "ID": ["integer"],
        "on": ["boolean"],
        "share": ["number"],
        "none": ["null"],
        "regions": ["array"],
        "regions[]": ["string"],
        "items": ["array"],
        "items[]": ["object"],
        "items[].id": ["string"],
        "items[].n": ["integer"],
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "string (empty)"),
        ("012345678901", "string (12 digits)"),
        ("42", "string (digits)"),
        ("2024-01-02T03:04:05Z", "string (time)"),
        ("arn:aws:iam::012345678901:role/x", "string (ARN)"),
        ("urn:cloudone:identity:us-1:098765432109:apikey/x", "string (URN)"),
        ("anything else", "string"),
    ],
)
def test_the_form_of_a_text_is_told_and_the_text_is_not(text: str, kind: str) -> None:
    assert shape({"field": text})["field"] == [kind]


def test_the_pairs_of_a_url_are_told_by_name() -> None:
    url = (
        f"https://console.example/home?region=x#/stacks/quickcreate?templateUrl=https%3A%2F%2Fa&param_Token={SENTINEL}"
    )
    found = shape({"deploymentURL": url})
    assert found["deploymentURL"] == ["string (URL)"]
    assert {"deploymentURL?region", "deploymentURL#templateUrl", "deploymentURL#param_Token"} <= set(found)
    assert SENTINEL not in str(found)


def test_a_word_of_the_vendors_vocabulary_is_kept_and_any_other_is_hidden() -> None:
    assert shape({"state": "managed"})["state"] == ["string 'managed'"]
    assert shape({"state": SENTINEL})["state"] == ["string '{?}'"]
    assert shape({"alias": "managed"})["alias"] == ["string"]


@pytest.mark.parametrize(
    ("content", "kind"), [(b"", "nothing"), (b" \n", "nothing"), (b"<html>", "no JSON"), (b"\xff\xfe", "no JSON")]
)
def test_what_is_no_json_is_told_as_such(content: bytes, kind: str) -> None:
    assert of_body(content) == {"(whole)": frozenset({kind})}


@pytest.mark.parametrize("value", [SENTINEL, "123456789012", "a b", "x" * 41, "é", "arn:aws:iam::1:role/x", ""])
def test_a_key_that_looks_like_data_is_hidden(value: str) -> None:
    assert redaction.name(value) == redaction.HIDDEN
    assert value not in "".join(shape({"outer": {value: 1}})).replace("outer", "").replace("(whole)", "") or not value


@pytest.mark.parametrize("value", ["createStackURL", "param_S3BucketName", "x-amzn-requestid", "api-version", "$ref"])
def test_a_key_that_looks_like_a_name_is_kept(value: str) -> None:
    assert redaction.name(value) == value


def test_of_a_path_only_the_words_of_documented_paths_stay() -> None:
    assert redaction.path(f"/apikeys/{SENTINEL}") == "/apikeys/{id}"
    assert redaction.path("/cloudaccounts/aws/012345678901") == "/cloudaccounts/aws/{id}"
    assert redaction.path("/v3.0/healthcheck/connectivity") == "/v3.0/healthcheck/connectivity"


def test_of_a_content_type_only_a_plain_media_type_stays() -> None:
    assert redaction.media_type("application/problem+json") == "application/problem+json"
    assert redaction.media_type(SENTINEL) == redaction.HIDDEN


def test_samples_are_taken_together() -> None:
    both = union([of_body(b'{"next": null, "items": []}'), of_body(b'{"next": "c", "items": [{"id": 1}]}')])
    assert both["next"] == {"null", "string"}
    assert both["items[].id"] == {"integer"}


@pytest.mark.parametrize(
    ("place", "above"),
    [
        ("a", "(whole)"),
        ("a.b", "a"),
        ("a[]", "a"),
        ("a[].b", "a[]"),
        ("url#pair", "url"),
        ("url?pair", "url"),
        ("[]", "(whole)"),
    ],
)
def test_each_place_stands_in_another(place: str, above: str) -> None:
    assert parent(place) == above
