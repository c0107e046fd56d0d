"""What of a template behind a signed link stays the same at every call, and which parameters it is given."""

from __future__ import annotations

import pytest

from components.aws.linked_template import ParameterMissing, normalized_digest, values_for
from components.aws.template import Template, parse

TEXT = """
AWSTemplateFormatVersion: "2010-09-09"
Description: Made {moment}
Metadata: {{Request: {anything}}}
Parameters:
  Name: {{Type: String}}
  Key: {{Type: String, NoEcho: true}}
  Level: {{Type: String, Default: "3"}}
Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://bucket.s3.amazonaws.com/{path}?X-Amz-Signature={signature}
      Parameters: {{Token: {token}, Id: {uuid}}}
"""
ONE = {
    "moment": "2026-11-28T07:00:00.123Z",
    "anything": "a",
    "path": "1.yaml",
    "signature": "abc",
    "token": "eyJhbGciOi.eyJjaWQ.sig-1",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
}


def template(**other: str) -> Template:
    return parse("test", TEXT.format(**{**ONE, **other}).encode())


@pytest.mark.parametrize(
    "other",
    [
        {"moment": "2026-11-29T08:01:02Z"},
        {"moment": "2026-12-01"},
        {"anything": "b"},
        {"signature": "def&X-Amz-Date=20261128T070000Z"},
        {"token": "eyJhbGciOi.eyJlbHNl.sig-2"},
        {"uuid": "00000000-e89b-12d3-a456-426614174000"},
    ],
)
def test_what_differs_at_every_call_does_not_count(other: dict[str, str]) -> None:
    assert normalized_digest(template(**other)) == normalized_digest(template())


@pytest.mark.parametrize("other", [{"path": "2.yaml"}, {"moment": "by hand"}, {"token": "of-another-form"}])
def test_anything_else_does(other: dict[str, str]) -> None:
    assert normalized_digest(template(**other)) != normalized_digest(template())


def test_a_template_gets_what_it_declares_and_nothing_else_and_the_earlier_source_wins() -> None:
    given = values_for(template(), {"Name": "ours", "Unknown": "x"}, {"Name": "theirs", "Key": "k"})
    assert given == {"Name": "ours", "Key": "k"}


def test_an_empty_value_is_none_and_a_default_stays_the_templates() -> None:
    assert values_for(template(), {"Name": "", "Level": ""}, {"Name": "theirs", "Key": "k"}) == {
        "Name": "theirs",
        "Key": "k",
    }


def test_parameters_without_a_value_are_named_together() -> None:
    with pytest.raises(ParameterMissing, match=r"^Key, Name$"):
        values_for(template(), {"Level": "4"})
