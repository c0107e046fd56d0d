"""One comment and one issue on GitHub, kept up to date, and nothing of anybody else's touched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from operate.ci.github import GitHub
from operate.console import OperateError
from tests.github import REPOSITORY, TOKEN, FakeGitHub, serve_github


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with serve_github() as serving:
        yield serving


@pytest.fixture
def github(fake: FakeGitHub) -> GitHub:
    return GitHub(REPOSITORY, TOKEN, fake.url)


def bodies(fake: FakeGitHub, pull_request: int = 7) -> list[str]:
    return [each["body"] for each in fake.comments[pull_request]]


def test_a_second_page_is_written_over_the_first(github: GitHub, fake: FakeGitHub) -> None:
    github.put_comment(7, "preview of x/a", "first")
    github.put_comment(7, "preview of x/a", "second")
    assert bodies(fake) == ["<!-- preview of x/a -->\nsecond"]


def test_each_stack_has_a_comment_of_its_own(github: GitHub, fake: FakeGitHub) -> None:
    github.put_comment(7, "preview of x/a", "a")
    github.put_comment(7, "preview of x/ab", "ab")
    assert len(bodies(fake)) == 2


def test_the_comment_is_found_on_a_later_page(github: GitHub, fake: FakeGitHub) -> None:
    fake.page = 2
    others = fake.comments.setdefault(7, [])
    for number in range(5):
        fake.add(others, body=f"a person's, {number}")
    github.put_comment(7, "m", "first")
    github.put_comment(7, "m", "second")
    assert len(bodies(fake)) == 6
    assert bodies(fake)[-1].endswith("second")


def test_a_strangers_comment_with_our_marker_is_left_alone(github: GitHub, fake: FakeGitHub) -> None:
    fake.add(fake.comments.setdefault(7, []), body="<!-- m -->\nstranger's", user={"type": "User", "login": "stranger"})
    github.put_comment(7, "m", "ours")
    assert bodies(fake) == ["<!-- m -->\nstranger's", "<!-- m -->\nours"]


def test_an_issue_is_opened_once_rewritten_and_closed(github: GitHub, fake: FakeGitHub) -> None:
    github.put_issue("m", "Drift", "first")
    github.put_issue("m", "Drift", "second")
    (issue,) = fake.issues
    assert (issue["title"], issue["body"], issue["state"]) == ("Drift", "<!-- m -->\nsecond", "open")
    github.close_issue("m", "Nothing differs any more.")
    assert issue["state"] == "closed"
    assert bodies(fake, issue["number"]) == ["Nothing differs any more."]
    github.put_issue("m", "Drift", "again")
    assert [each["state"] for each in fake.issues] == ["closed", "open"]


def test_closing_what_is_not_open_does_nothing(github: GitHub, fake: FakeGitHub) -> None:
    github.close_issue("m", "Nothing differs any more.")
    assert (fake.issues, fake.comments) == ([], {})


def test_a_pull_request_is_no_issue(github: GitHub, fake: FakeGitHub) -> None:
    fake.add(fake.issues, body="<!-- m -->", pull_request={})
    github.put_issue("m", "Drift", "text")
    assert [each["body"] for each in fake.issues] == ["<!-- m -->", "<!-- m -->\ntext"]


def test_a_question_is_repeated_when_github_stumbles(github: GitHub, fake: FakeGitHub) -> None:
    fake.repeats = 1
    github.put_comment(7, "m", "text")
    assert len(bodies(fake)) == 1


def test_a_refusal_names_the_permission(github: GitHub, fake: FakeGitHub) -> None:
    fake.refuse = 403
    with pytest.raises(OperateError, match=r"GET /issues/7/comments with HTTP 403.*pull-requests: write") as refused:
        github.put_comment(7, "m", "text")
    assert TOKEN not in str(refused.value)


def test_what_the_environment_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    with pytest.raises(OperateError, match=r"^GITHUB_TOKEN must be"):
        GitHub.of_environment()


def test_no_answer_is_one_line() -> None:
    with serve_github() as fake:
        gone = GitHub(REPOSITORY, TOKEN, fake.url)
    with pytest.raises(OperateError, match="GitHub did not answer GET /issues/7/comments: ConnectionError"):
        gone.put_comment(7, "m", "text")
