"""Rules about single values: bucket names and tags."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings import rules

BUCKETS = [
    "abc",
    "a-b",
    "a.b",
    "1bucket2",
    "a" * 63,
    "my-logs.example.com",
    "xn-a",
    "aws-cloudtrail-logs-012345678901-0",
]
NO_BUCKETS = [
    ("", "3 to 63"), ("ab", "3 to 63"), ("a" * 64, "3 to 63"), ("Abc", "lower-case"), ("a_b", "lower-case"),
    ("a b", "lower-case"), ("-abc", "at either end"), ("abc-", "at either end"), (".abc", "at either end"),
    ("abc.", "at either end"), ("a..b", "no two dots"), ("192.168.0.1", "no IP address"), ("xn--abc", "reserves"),
    ("sthree-abc", "reserves"), ("amzn-s3-demo-abc", "reserves"), ("abc-s3alias", "reserves"),
    ("abc--ol-s3", "reserves"),
    ("abc.mrap", "reserves"), ("abc--x-s3", "reserves"), ("abc--table-s3", "reserves"), ("abc\n", "lower-case"),
    ("äbc", "lower-case"), ("a\u0663c", "lower-case"),
]  # fmt: skip


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_name_is_accepted(name: str) -> None:
    assert rules.bucket_name(name) == name


@pytest.mark.parametrize(("name", "text"), NO_BUCKETS)
def test_a_name_that_s3_refuses_is_refused_with_the_rule(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        rules.bucket_name(name)


TAG_TEXT = st.text(st.sampled_from("aZ9 _.:/=+-@éß漢"), min_size=1, max_size=30)


@given(tags=st.dictionaries(TAG_TEXT.filter(lambda key: not key.startswith("aws:")), TAG_TEXT, max_size=1))
def test_letters_of_any_language_and_the_signs_of_aws_are_accepted(tags: dict[str, str]) -> None:
    assert rules.tags(json.dumps(dict(tags))) == tags


@pytest.mark.parametrize(
    ("value", "text"), [(1234, "1234"), (1.5, "1.5"), (True, "true"), (False, "false"), ("text", "text")]
)
def test_a_tag_that_pulumi_reads_as_a_number_or_truth_value_is_its_text(value: Any, text: str) -> None:
    assert rules.tags(json.dumps({"key": value})) == {"key": text}


NO_TAGS: list[tuple[dict[str, Any], str]] = [
    ({"": "x"}, "'' is not a tag key"),
    ({"k" * 129: "x"}, "is not a tag key"),
    ({"a*b": "x"}, "'a*b' is not a tag key"),
    ({"a\nb": "x"}, "is not a tag key"),
    ({"a\tb": "x"}, "is not a tag key"),
    ({"aws:x": "y"}, "'aws:x' begins with aws:"),
    ({"AWS:x": "y"}, "'AWS:x' begins with aws:"),
    ({"key": ""}, "'key' has the value ''"),
    ({"key": "v" * 257}, "'key' has the value"),
    ({"key": "a&b"}, "'key' has the value 'a&b'"),
    ({"key": "a\nb"}, "'key' has the value"),
    ({"key": None}, "'key' has a value that is not a text"),
    ({"key": {"a": "b"}}, "'key' has a value that is not a text"),
    ({"key": ["a"]}, "'key' has a value that is not a text"),
    ({"team": "a", "Team": "b"}, "'team' is there twice but for its case"),
    ({f"key{number}": "x" for number in range(49)}, "49 tags are more than the 46"),
]


@pytest.mark.parametrize(("tags", "text"), NO_TAGS)
def test_a_tag_that_aws_refuses_is_refused(tags: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        rules.tags(json.dumps(tags))


def test_the_longest_and_the_most_tags_are_accepted() -> None:
    longest = {"k" * 128: "v" * 256} | {f"key{number}": "x" for number in range(45)}
    assert rules.tags(json.dumps(longest)) == longest


def test_all_wrong_tags_are_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"'a\*' is not a tag key.*'b' has the value"):
        rules.tags(json.dumps({"a*": "x", "b": ""}))
