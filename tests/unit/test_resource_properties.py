"""What a dynamic resource declares, between the names of Python and those on Pulumi's side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from components.resources.properties import Inputs


@dataclass(frozen=True, kw_only=True)
class SomeInputs(Inputs):
    aws_account_id: str
    adopt: bool = False
    before: dict[str, Any] | None = None


def test_inputs_come_out_of_properties_and_go_back() -> None:
    props = {"awsAccountId": "012345678901", "adopt": True, "before": {"roleArn": "a"}}
    inputs = SomeInputs.of(props)
    assert inputs == SomeInputs(aws_account_id="012345678901", adopt=True, before={"roleArn": "a"})
    assert inputs.props() == props


def test_what_is_none_is_not_given_and_what_is_unknown_is_ignored() -> None:
    inputs = SomeInputs.of({"awsAccountId": "1", "adopt": None, "before": None, "ofAnotherVersion": 1})
    assert inputs.props() == {"awsAccountId": "1", "adopt": False}


def test_a_number_in_place_of_a_text_becomes_one() -> None:
    assert SomeInputs.of({"awsAccountId": 123456789012}).aws_account_id == "123456789012"


def test_an_input_that_is_needed_and_missing_is_an_error() -> None:
    with pytest.raises(TypeError, match="aws_account_id"):
        SomeInputs.of({})
