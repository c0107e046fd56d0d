"""The page for the security lead: what it says, and what it leaves out."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from components.checks.deployed import Health
from components.checks.findings import Finding
from components.redaction import Redactor
from operate import pages
from operate.cli import app
from operate.console import OperateError
from operate.engine.history import Run
from operate.engine.pulumi_cli import Pulumi
from operate.engine.stack import Stack
from operate.engine.state import State
from operate.report.page import render, without_secrets
from operate.report.policies import ANOTHER, THE_TENANTS, GrantedStatement, at_most, statements
from operate.report.sides import GONE
from tests.report_sample import HOSTILE, sample


class Outline(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(scope="module")
def outline() -> Outline:
    return Outline(render(sample()))


def texts(value: Any) -> Iterator[str]:
    """Yield each text of facts of any shape."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


def test_each_value_of_the_facts_is_on_the_page(outline: Outline) -> None:
    facts = sample()
    assert facts.trail is not None
    in_other_words = {*texts(facts.leaving.removed), facts.trail.delivery.subject, "Allow", "Deny"}
    all_texts = {*texts(facts)} - in_other_words
    assert len(all_texts) > 50
    assert [each for each in all_texts if each not in outline.text] == []


def test_a_name_that_looks_like_html_stays_a_name(outline: Outline) -> None:
    assert outline.all("script", "img", "link", "iframe", "object", "form", "a") == []
    assert html.escape(HOSTILE) in render(sample()).replace("&#39;", "&#x27;")


def test_the_page_forbids_itself_whatever_is_not_in_it(outline: Outline) -> None:
    policies = [each["content"] for each in outline.all("meta") if "http-equiv" in each]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert not re.search(r"url\(|@import", render(sample()))
    assert not [each for _, each in outline.tags if {"src", "href", "style", "onload"} & set(each)]


def test_headings_go_down_one_level_at_a_time_and_each_section_and_table_is_named(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels
    named = {each["id"] for each in outline.all("h2")}
    assert [each["aria-labelledby"] in named for each in outline.all("section")] == [True] * 7
    assert len(outline.all("caption")) == len(outline.all("table")) == 4
    assert all("scope" in each for each in outline.all("th"))
    assert outline.all("html") == [{"lang": "en"}]


def test_what_could_not_be_read_is_said_where_it_would_stand(outline: Outline) -> None:
    assert outline.text.count("Not readable.") == 3  # a role, a policy, a stack
    assert "Nothing: it has no policies." in outline.text


def test_without_stacks_that_could_be_read_the_page_says_so() -> None:
    facts = sample()
    assert facts.own_role is not None
    own = dataclasses.replace(facts.own_role, unreadable=GONE)
    text = Outline(render(dataclasses.replace(facts, own_role=own, trend_stacks=facts.trend_stacks[1:]))).text
    assert "Not readable. not in the state any more" in text
    assert "They are not readable" in text


def test_where_trend_has_no_stack_the_page_has_neither_their_section_nor_their_templates() -> None:
    outline = Outline(render(dataclasses.replace(sample(), trend_stacks=(), templates=())))
    assert len(outline.all("table")) == 2
    assert "They are not readable" not in outline.text


def test_where_no_events_are_forwarded_the_page_says_nothing_of_a_trail() -> None:
    facts = sample()
    text = Outline(render(dataclasses.replace(facts, trail=None, trend_stacks=facts.trend_stacks[:1]))).text
    assert "Trail and bucket" not in text
    assert "1 stack of Trend’s" in text  # noqa: RUF001  (as the page has it)
    assert "2 stacks of Trend’s" in Outline(render(facts)).text  # noqa: RUF001


def test_every_text_of_the_facts_is_redacted_however_deep() -> None:
    secret = "SENTINEL-of-a-secret"
    facts = sample()
    (stack, other) = facts.trend_stacks
    leaking = dataclasses.replace(
        facts,
        trend_stacks=(stack, dataclasses.replace(other, unreadable=f"said {secret}")),
        versions=(("Program", secret),),
        health=Health((Finding("connector", "failed", secret),)),
    )
    clean = without_secrets(leaking, Redactor([secret]))
    assert secret not in render(clean)
    assert clean.trend_stacks[1].unreadable == "said [secret]"
    assert clean.trail == facts.trail


@pytest.mark.parametrize(("value", "text"), [("tenant-1", THE_TENANTS), ("other", ANOTHER)])
@pytest.mark.parametrize("key", ["sts:ExternalId", "STS:externalid"])
def test_an_external_id_is_compared_and_never_shown(value: str, text: str, key: str) -> None:
    (found,) = statements(
        {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": ["a", "b"], "Service": "c"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {key: value}},
            }
        },
        {"tenant-1"},
    )
    assert found.conditions == (f"StringEquals {key} = {text}",)
    assert found.principals == ("AWS a", "AWS b", "Service c")


def test_a_statement_by_exception_is_not_taken_for_its_opposite() -> None:
    (found,) = statements(
        '{"Statement": [{"Effect": "Allow", "NotPrincipal": "*", "NotAction": ["s3:b", "s3:a"], "NotResource": "r"}]}'
    )
    assert (found.principals, found.listed_actions, found.resources) == (
        ("all but *",),
        ("all but s3:a", "all but s3:b"),
        ("all but r",),
    )
    assert not found.reads_only
    assert at_most([found]) == "may change something: all but s3:a, all but s3:b"


@pytest.mark.parametrize(
    ("allowed", "line"),
    [
        (["iam:GetAccountSummary", "ec2:Describe*"], "reads from ec2, iam only; changes nothing"),
        (["s3:GetObject", "s3:PutObject"], "may change something: s3:PutObject"),
        (["ec2:*"], "may change something: ec2:*"),
        (["*"], "may change something: *"),
        (["sts:GetSessionToken"], "may change something: sts:GetSessionToken"),
        ([], "may do nothing"),
    ],
)
def test_a_role_is_summed_up_by_the_worst_that_it_allows(allowed: list[str], line: str) -> None:
    denied = GrantedStatement("Deny", (), ("s3:DeleteObject",), ("*",), ())
    allows = [GrantedStatement("Allow", (), (each,), ("*",), ()) for each in allowed]
    assert at_most([denied, *allows]) == line


def test_the_page_sums_up_each_role_and_does_not_where_a_policy_is_unreadable() -> None:
    text = Outline(render(sample())).text
    assert "At most: reads from ec2, workspaces only; changes nothing." in text
    assert "At most: cannot be determined: a policy is not readable." in text
    assert "everything, to look at only" in text


@pytest.fixture
def _any_cli(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pulumi, "require", lambda _self, _versions: None)


@pytest.mark.usefixtures("_any_cli")
def test_of_a_stack_that_is_not_deployed_there_is_no_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Stack, "state", lambda _self: State.of({}))
    file = tmp_path / "report.html"
    ended = CliRunner().invoke(app, ["report", "--html", str(file)])
    assert ended.exit_code == 1
    assert ended.output == "error: this stack is not deployed, or not to its end: run `pulumi up` first\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_any_cli")
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Stack, "state", lambda _self: pytest.fail("the state was asked for"))
    for file, text in (
        (tmp_path / "none" / "report.html", f"error: there is no folder {tmp_path}/none to write report.html to"),
        (tmp_path, f"error: {tmp_path} is not a file"),
    ):
        ended = CliRunner().invoke(app, ["report", "--html", str(file)])
        assert ended.exit_code == 1
        assert ended.output.startswith(text), ended.output
        assert ended.output.count("\n") == 1


@pytest.mark.parametrize("command", ["preview", "drift"])
@pytest.mark.usefixtures("_any_cli")
def test_so_is_one_for_markdown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str) -> None:
    monkeypatch.setattr(Stack, "owner", property(lambda _self: pytest.fail("Pulumi was asked")))
    for file, text in (
        (f"{tmp_path}/none/page", f"{tmp_path}/none/page cannot be written (No such file or directory)"),
        (str(tmp_path), f"{tmp_path} cannot be written (Is a directory)"),
        ("", ". cannot be written (Is a directory)"),  # a variable that is not set
    ):
        ended = CliRunner().invoke(app, [command, "--markdown", file])
        assert ended.exit_code == 1
        assert ended.output == f"error: {text}: name another file for --markdown\n"


def test_a_page_that_cannot_be_finished_leaves_the_one_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("the page before")

    def disk_full(path: Path, text: str, **_: str) -> None:
        path.write_bytes(text[:10].encode())
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", disk_full)
        with pytest.raises(OperateError, match="No space left"):
            pages.write(file, "the next page")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
    assert file.read_text() == "the page before"
    pages.write(file, "the next page")
    assert file.read_text() == "the next page"


def test_the_revision_of_the_program_is_that_of_the_run() -> None:
    entry = {"kind": "update", "result": "succeeded", "startTime": "2026-01-02T00:00:00Z"}
    git = {"git.head": "abc", "git.dirty": "true"}
    assert Run.of({**entry, "environment": git}).revision == "abc with changes that were not committed"
    assert Run.of({**entry, "environment": {"git.head": "abc"}}).revision == "abc"
    assert Run.of(entry).revision == ""
