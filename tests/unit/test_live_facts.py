"""Each fact is confirmed, refuted or not seen, by what a record holds."""

from __future__ import annotations

import json

import pytest

from live.fact import Fact
from live.facts import FACTS
from live.judges import (
    Judge,
    accepted,
    all_of,
    answered,
    answered_last,
    header,
    in_aws,
    in_region,
    refused_first,
    refused_in_words,
    retry_after,
    shaped,
)
from live.record import Exchange, Record
from live.shapes import of_body

CALL = "POST workload /awsconnectors"


def record(*answers: tuple[int | None, object], phase: str = "up", headers: tuple[str, ...] = ()) -> Record:
    made = Record("vendor", "us-1")
    for status, body in answers:
        shape = of_body(json.dumps(body).encode())
        exchange = Exchange(phase, "workload", "POST", "/awsconnectors", (), status, headers, "application/json", shape)
        made.exchanges.append(exchange)
    return made


def test_facts_have_names_of_their_own_and_one_sentence_each() -> None:
    assert len({fact.id for fact in FACTS}) == len(FACTS)
    for fact in FACTS:
        assert fact.statement.endswith("."), fact.id
        assert fact.calls, fact.id


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_of_a_life_without_any_call_nothing_is_concluded(fact: Fact) -> None:
    assert fact.judge(Record("vendor", "us-1")).verdict == "not seen"


@pytest.mark.parametrize(
    ("judge", "confirming", "refuting", "silent"),
    [
        (answered(CALL, 200), record((200, {})), record((200, {}), (409, {})), record((None, {}))),
        (
            answered(CALL, 409, phase="probe"),
            record((409, {}), phase="probe"),
            record((200, {}), phase="probe"),
            record((200, {})),
        ),
        (shaped(CALL, "ID", "integer"), record((200, {"ID": 1})), record((200, {"ID": "1"})), record((404, {"ID": 1}))),
        (shaped(CALL, "ID", "integer"), record((200, {"ID": 1})), record((200, {})), record()),
        (
            shaped(CALL, "a[].b", "string"),
            record((200, {"a": [{"b": "x"}]})),
            record((200, {"a": [{}]})),
            record((200, {"a": []})),
        ),
        (
            refused_in_words("message", "workload"),
            record((404, {"message": "x"})),
            record((404, {"error": {}})),
            record((200, {})),
        ),
        (header("x-trace-id", "workload"), record((200, {}), headers=("x-trace-id",)), record((200, {})), record()),
        (
            retry_after("workload", given=True),
            record((429, {}), headers=("retry-after",)),
            record((429, {})),
            record((200, {})),
        ),
        (
            retry_after("workload", given=False),
            record((429, {})),
            record((429, {}), headers=("retry-after",)),
            record((400, {})),
        ),
    ],
)
def test_a_judge_tells_three_cases_apart(judge: Judge, confirming: Record, refuting: Record, silent: Record) -> None:
    assert [judge(each).verdict for each in (confirming, refuting, silent)] == ["confirmed", "refuted", "not seen"]


def test_a_first_try_that_works_says_nothing_about_whether_the_role_is_tried() -> None:
    judge = refused_first(CALL, "up")
    assert judge(record((400, {}), (200, {}))).verdict == "confirmed"
    assert judge(record((200, {}))).verdict == "not seen"
    assert judge(record((400, {}))).verdict == "not seen"


def test_a_status_of_success_is_not_read_from_refusals_and_the_last_answer_counts() -> None:
    assert accepted(CALL, 200)(record((400, {}))).verdict == "not seen"
    assert accepted(CALL, 200)(record((400, {}), (200, {}))).verdict == "confirmed"
    assert accepted(CALL, 200)(record((201, {}))).verdict == "refuted"
    assert answered_last(CALL, 404, "up")(record((200, {}), (404, {}))).verdict == "confirmed"
    assert answered_last(CALL, 404, "up")(record((404, {}), (200, {}))).verdict == "refuted"


def test_several_judges_confirm_together_and_refute_alone() -> None:
    yes, no, silent = shaped(CALL, "ID", "integer"), shaped(CALL, "b", "string"), answered("GET workload /", 200)
    seen = record((200, {"ID": 1}))
    assert [all_of(*judges)(seen).verdict for judges in ((yes, yes), (silent, yes), (silent, no, yes))] == [
        "confirmed",
        "not seen",
        "refuted",
    ]


def test_a_region_counts_where_the_stack_stood_in_it() -> None:
    judge, lived = in_region("ae-1"), Record("vendor", "ae-1")
    assert judge(lived).verdict == "not seen"
    lived.ended["up"] = 0
    assert judge(lived).verdict == "confirmed"
    lived.ended["up"] = 255
    assert judge(lived).verdict == "refuted"


def test_what_was_looked_at_in_aws_counts() -> None:
    judge, lived = in_aws("forwarder-kms"), Record("vendor", "us-1")
    lived.aws["forwarder-kms"] = True
    assert judge(lived).verdict == "confirmed"
    lived.aws["forwarder-kms"] = False
    assert judge(lived).verdict == "refuted"
