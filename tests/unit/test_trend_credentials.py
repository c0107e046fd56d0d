"""The form of an API key."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings.credentials import ApiKey, InvalidApiKey

PART = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1)


@given(
    key_id=PART, secret=PART, more=st.sampled_from(["", ":", ":x"]), blanks=st.sampled_from(["", " ", "\n", " \r\n"])
)
def test_a_key_is_split_at_its_first_colon(key_id: str, secret: str, more: str, blanks: str) -> None:
    key = ApiKey.parse(f"{blanks}{key_id}:{secret}{more}{blanks}")
    assert (key.id, key.secret) == (key_id, secret + more)
    assert str(key) == f"{key_id}:{secret}{more}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no `:`"),
        ("  ", "has no `:`"),
        ("SENTINEL", "has no `:`"),
        (":", "nothing before"),
        (":SENTINEL", "nothing before"),
        ("SENTINEL:", "nothing after"),
        ("SENTINEL: \n", "nothing after"),
        ("SENTINEL:se cret", "holds a blank"),
        ("SENTINEL :secret", "holds a blank"),
        ("SENTINEL:se\ncret", "holds a blank, a line break"),
        ("SENTINEL:se\x7fcret", "holds a blank"),
        ("SENTINEL:sécret", "non-ASCII"),
        ("SENTINEL:secret\u200b", "non-ASCII"),
    ],
)
def test_a_key_of_another_form_is_refused_without_showing_it(text: str, problem: str) -> None:
    with pytest.raises(InvalidApiKey) as caught:
        ApiKey.parse(text)
    assert problem in str(caught.value)
    assert "SENTINEL" not in str(caught.value)


def test_a_key_cannot_be_changed_under_a_client() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ApiKey("id", "secret").secret = "other"  # type: ignore[misc]
