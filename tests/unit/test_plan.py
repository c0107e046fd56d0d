"""What a preview would do, read from the engine's events, and the page about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from operate.ci import markdown
from operate.engine.plan import Planned

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def step(op: str, old: Any = None, new: Any = None, **fields: Any) -> dict[str, Any]:
    """Return an event as the engine writes it."""
    type_ = fields.pop("type", "aws:iam/role:Role")
    urn = f"urn:pulumi:dev::trend-onboarding::{type_}::{fields.pop('name', 'a-role')}"
    metadata = {"op": op, "urn": urn, "type": type_, "old": old, "new": new, **fields}
    return {"resourcePreEvent": {"metadata": metadata, "planning": True}}


def diagnostic(severity: str, message: str) -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": severity, "message": message + "\n\n"}}


def changed(path: str, old: dict[str, Any], new: dict[str, Any], *, inputs: bool = False) -> dict[str, Any]:
    difference = {path: {"diffKind": "update", "inputDiff": inputs}}
    before = {"inputs" if inputs else "outputs": old, "id": "role-1"}
    return step("update", before, {"inputs": new}, detailedDiff=difference)


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def of_events(*events: dict[str, Any]) -> Planned:
        log = tmp_path / "events.jsonl"
        log.write_text("".join(json.dumps(event) + "\n" for event in events))
        return Planned.read(log)

    return of_events


def test_a_preview_that_never_began_found_nothing(tmp_path: Path) -> None:
    assert Planned.read(tmp_path / "none") == Planned((), (), ())


def test_a_replacement_is_counted_once_and_what_stays_not_at_all(read: Any) -> None:
    halves = ("create-replacement", "replace", "delete-replaced", "same", "refresh", "read")
    planned = read(*[step(op, {"id": "x"}, {}) for op in halves])
    assert [change.kind for change in planned.changes] == ["replace"]


def test_what_another_replacement_forces_has_its_cause_in_the_half_that_creates(read: Any) -> None:
    of_its_own = [step("replace", {}, {}, keys=["name"]), step("create-replacement", {}, {}, keys=["name"])]
    forced = [step("replace", {}, {}, name="b"), step("create-replacement", {}, {}, name="b", keys=["parameters"])]
    assert [each.causes for each in read(*of_its_own, *forced).changes] == [("name",), ("parameters",)]


def test_the_configuration_of_a_plugin_is_no_change(read: Any) -> None:
    assert read(step("update", {}, {}, type="pulumi:providers:aws")).changes == ()


@pytest.mark.parametrize(
    ("type_", "name"),
    [("aws:iam/role:Role", "aws:iam:Role"), ("pulumi-python:dynamic/trend:Connector", "trend:Connector")],
)
def test_types_read_as_pulumi_shows_them(read: Any, type_: str, name: str) -> None:
    (change,) = read(step("create", None, {}, type=type_)).changes
    assert change.resource == f"{name} a-role"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", {"name": "x"}),
        ("tags.team", {"tags": {"team": "x"}}),
        ("rules[1].status", {"rules": [{}, {"status": "x"}]}),
        ('tags["trend-onboarding:stack.a"]', {"tags": {"trend-onboarding:stack.a": "x"}}),
    ],
)
def test_a_value_is_found_at_its_path(read: Any, path: str, value: dict[str, Any]) -> None:
    (change,) = read(changed(path, value, {})).changes
    (only,) = change.properties
    assert (only.path, only.before, only.after) == (path, "x", None)


def test_a_difference_of_inputs_is_shown_against_the_inputs(read: Any) -> None:
    (change,) = read(changed("name", {"name": "x"}, {"name": "y"}, inputs=True)).changes
    assert [(each.before, each.after) for each in change.properties] == [("x", "y")]


def test_secrets_and_what_is_not_known_yet_are_words(read: Any) -> None:
    (change,) = read(changed("token", {"token": SECRET}, {"token": UNKNOWN})).changes
    assert [(each.before, each.after) for each in change.properties] == [("[secret]", "known after the update")]


def test_tags_are_not_shown_twice(read: Any) -> None:
    (change,) = read(changed("tagsAll.team", {}, {"tagsAll": {"team": "x"}})).changes
    assert change.properties == ()


def test_deletes_and_replacements_come_first_with_their_ids_and_causes(read: Any) -> None:
    planned = read(
        step("create", None, {}),
        step("delete", {"id": "role-1"}),
        step("replace", {"id": "role-2"}, {}, keys=["name"]),
    )
    page = markdown.preview("Preview", planned, succeeded=True)
    assert "**1** to create, **1** to replace, **1** to delete" in page
    assert page.index("[!CAUTION]") < page.index("<details>")
    assert "> - deleted: `aws:iam:Role a-role` (`role-1`)" in page
    assert "> - replaced: `aws:iam:Role a-role` (`role-2`), because of `name`" in page


def test_the_page_begins_with_what_a_change_means(read: Any) -> None:
    stack = "aws:cloudformation/stack:Stack"
    planned = read(
        step(
            "replace", {"id": "f"}, {}, type=stack, name="forwarder", keys=["tags", "parameters", "name", "templateUrl"]
        ),
        step("update", {}, {}, type="pulumi-python:dynamic/trend:VendorTemplate", name="forwarder-template"),
    )
    page = markdown.preview("Preview", planned, succeeded=True)
    assert page.splitlines()[2] == (
        "Trend's forwarder is recreated, because of `tags`, `parameters`, `name` and more: "
        "events pause until it is done; existing notifications are restored."
    )


def test_what_only_keeps_books_is_below_the_fold(read: Any) -> None:
    planned = read(
        step("update", {}, {}),
        step("replace", {"id": "x"}, {}, type="pulumi-python:dynamic/trend:NotificationSnapshot", name="a-snapshot"),
    )
    above, fold, below = markdown.preview("Preview", planned, succeeded=True).partition("<details>")
    assert "**1** to update, and 1 of bookkeeping" in above
    assert "a-snapshot" not in above
    assert fold
    assert "a-snapshot" in below


def test_what_is_kept_is_no_reason_for_caution(read: Any) -> None:
    page = markdown.preview("Preview", read(step("delete", {"id": "b", "retainOnDelete": True})), succeeded=True)
    assert "[!CAUTION]" not in page
    assert "[!NOTE]\n> - kept, but not looked after any more: `aws:iam:Role a-role` (`b`)" in page


def test_nothing_to_do_is_one_line(read: Any) -> None:
    assert markdown.preview("Preview", read(step("same", {}, {})), succeeded=True) == "### Preview\n\nNo changes.\n"


def test_warnings_are_shown_and_a_failure_says_why(read: Any) -> None:
    planned = read(diagnostic("warning", "warning: a second trail costs"), diagnostic("info#err", "error: no region"))
    assert "[!WARNING]\n> - `a second trail costs`" in markdown.preview("P", planned, succeeded=True)
    failed = markdown.preview("P", planned, succeeded=False)
    assert "The preview **failed**." in failed
    assert "[!CAUTION]\n> - `no region`" in failed


def test_a_value_means_nothing_to_markdown(read: Any) -> None:
    page = markdown.preview("P", read(changed("a", {"a": "`|\n@team <b>"}, {})), succeeded=True)
    assert r"`'\| @team <b>`" in page


def test_a_long_value_is_cut_and_a_long_page_ends_where_github_would_refuse_it(read: Any) -> None:
    planned = read(*[changed(f"p{number}", {f"p{number}": "x" * 5000}, {}) for number in range(1000)])
    page = markdown.preview("P", planned, succeeded=True)
    assert "x" * 201 not in page
    assert len(page) < 65_536
    assert page.endswith("see the log of the run.\n")
