"""Comparison, paths and wire values of the AWS plugin, without AWS."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sandbox.pulumi.aws import documents, paths
from sandbox.pulumi.aws.diff import compare
from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.aws.kind import AutoName, Traits
from sandbox.pulumi.aws.refresh import refreshed
from sandbox.pulumi.wire import CONFIDENTIAL, SIGNATURE, UNKNOWN, UNKNOWN_TEXT, to_python, to_struct

TRAITS = Traits(
    type="test",
    label="Test",
    supported=frozenset({"flag", "found", "members", "name", "nested", "rules", "tags"}),
    replaces=frozenset({"name", "nested"}),
    computed=frozenset({"found"}),
    sets=frozenset({"members"}),
    auto_name=AutoName(),
)

KEYS = st.text("abXY9:. -_/", min_size=1, max_size=8)
VALUES = st.recursive(
    st.booleans() | st.integers(-1000, 1000) | st.text("ab0é \n", max_size=8) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def changes(old: dict[str, Any], new: dict[str, Any], *ignored: str) -> dict[str, str]:
    return {path: change.value for path, change in compare(TRAITS, old, new, ignored).changes.items()}


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_values_survive_the_wire(props: dict[str, Any]) -> None:
    assert to_python(to_struct(props)) == props


def test_unknown_and_secret_values_are_understood() -> None:
    secret = {SIGNATURE: CONFIDENTIAL, "value": "plain"}
    assert to_python(to_struct({"a": UNKNOWN_TEXT, "b": [secret], "c": None})) == {"a": UNKNOWN, "b": ["plain"]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"flag": True}, {"flag": False}, {"flag": "update"}),
        ({}, {"flag": True}, {"flag": "add"}),
        ({"flag": True}, {}, {"flag": "delete"}),
        ({"flag": False, "nested": {"a": ""}, "rules": []}, {}, {}),
        ({}, {"flag": False, "nested": {}}, {}),
        ({"found": "by AWS"}, {}, {}),
        ({"found": ["by AWS"]}, {"found": []}, {}),
        ({"found": "by AWS"}, {"found": "mine"}, {"found": "update"}),
        ({"unmanaged": 1}, {}, {}),
        ({"members": ["a", "b"]}, {"members": ["b", "a"]}, {}),
        ({"members": ["a", "b"]}, {"members": ["b", "c"]}, {"members[0]": "delete", "members[1]": "add"}),
        ({"members": ["a"]}, {"members": ["c"]}, {"members[0]": "update"}),
        ({"members": [{"a": 1, "b": {"c": ""}}]}, {"members": [{"a": 1}]}, {}),
        ({"rules": [{"a": 1}, {"a": 2}]}, {"rules": [{"a": 1}]}, {"rules[1]": "delete"}),
        ({"nested": {"a": {"b": 1}}}, {"nested": {"a": {"b": 2}}}, {"nested.a.b": "update"}),
        ({"tags": {"a:b": "1"}}, {"tags": {"a:b": "2"}}, {'tags["a:b"]': "update"}),
        ({"name": "x"}, {"name": UNKNOWN}, {"name": "update"}),
        ({"members": ["a"]}, {"members": ["a", UNKNOWN]}, {"members[1]": "add"}),
    ],
)
def test_a_comparison(old: dict[str, Any], new: dict[str, Any], expected: dict[str, str]) -> None:
    assert changes(old, new) == expected


@given(st.dictionaries(st.sampled_from(sorted(TRAITS.supported)), VALUES.filter(lambda v: v is not UNKNOWN)))
def test_what_is_as_wanted_never_differs(props: dict[str, Any]) -> None:
    known = to_python(to_struct({key: value for key, value in props.items() if "UNKNOWN" not in repr(value)}))
    assert changes(known, known) == {}


def test_a_replacement_deletes_first_only_where_the_user_chose_the_name() -> None:
    old, new = {"name": "x", "nested": {"a": 1}}, {"name": "x", "nested": {"a": 2}}
    assert compare(TRAITS, old, {**new, "__defaults": []}).replaces == ["nested"]
    assert compare(TRAITS, old, {**new, "__defaults": []}).delete_first
    assert not compare(TRAITS, old, {**new, "__defaults": ["name"]}).delete_first
    assert not compare(TRAITS, old, {**old, "__defaults": []}).delete_first


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        ("nested.a", {"nested.b": "update"}),
        ('nested["a"]', {"nested.b": "update"}),
        ("nested", {}),
    ],
)
def test_an_ignored_path_makes_no_difference(ignored: str, left: dict[str, str]) -> None:
    old, new = {"nested": {"a": 1, "b": 1}}, {"nested": {"a": 2, "b": 2}}
    assert changes(old, new, ignored) == left


def test_an_ignored_path_takes_the_value_of_the_state() -> None:
    news = {"parameters": {"Token": "real", "Other": "new"}}
    olds = {"parameters": {"Token": "****", "Other": "old"}}
    for path in ("parameters.Token", 'parameters["Token"]'):
        assert paths.with_old_values(news, olds, [path]) == {"parameters": {"Token": "****", "Other": "new"}}
    assert news["parameters"]["Token"] == "real"


def test_an_ignored_path_that_the_state_lacks_is_left_out() -> None:
    assert paths.with_old_values({"tags": {"a": "1", "b": "2"}}, {"tags": {"b": "2"}}, ["tags.a"]) == {
        "tags": {"b": "2"}
    }


def test_ignoring_tags_ignores_all_of_them() -> None:
    olds, news = {"tags": {"a": "1"}, "tagsAll": {"a": "1"}}, {"tags": {"a": "2"}, "tagsAll": {"a": "2"}}
    assert changes(olds, news, "tags") == {}
    assert changes(olds, news, "tags.a") == {}


@given(KEYS, KEYS)
def test_an_ignored_path_is_read_as_paths_are_written(one: str, other: str) -> None:
    path = paths.join(paths.join("top", one), other)
    assume("*" not in path)
    assert paths.with_old_values({"top": {one: {other: 1}}}, {"top": {one: {other: 2}}}, [path]) == {
        "top": {one: {other: 2}}
    }


@pytest.mark.parametrize("path", ["rules[0].a", "nested.*", "rules[*]"])
def test_a_path_into_a_list_or_to_all_members_is_refused(path: str) -> None:
    with pytest.raises(ProviderError, match="does not implement ignoreChanges of"):
        changes({}, {}, path)


def test_a_refresh_takes_what_was_read_for_the_inputs_it_had() -> None:
    inputs = {"flag": True, "name": "x", "members": ["b", "a"], "tags": {"a": "1"}, "__defaults": ["flag", "name"]}
    outputs = {"flag": False, "name": "x", "members": ["a", "b"], "tags": {"a": "1", "new": "2"}, "found": "y"}
    assert refreshed(TRAITS, inputs, outputs) == {
        "flag": False,
        "name": "x",
        "members": ["b", "a"],
        "tags": {"a": "1", "new": "2"},
        "__defaults": ["name"],
    }


def test_hidden_parameters_are_found_in_json_and_yaml() -> None:
    text = "Parameters:\n  A: {Type: String, NoEcho: true}\n  B: {Type: String}\nOutputs:\n  O: {Value: !Ref A}\n"
    assert documents.hidden_parameters(text) == {"A"}
    assert documents.hidden_parameters({"Parameters": {"A": {"NoEcho": "true"}, "B": {"NoEcho": False}}}) == {"A"}
    assert documents.hidden_parameters("Resources: {}") == set()
