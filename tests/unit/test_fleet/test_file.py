"""`fleet.yaml` is judged as a whole, and each mistake has its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from fleet.file.configuration import Fleet, Wave
from fleet.file.document import FileRefused
from fleet.file.loading import load
from fleet.source.reading import accounts_of
from operate.console import OperateError
from operate.engine.stack import find_project
from sandbox.organization import TRAIL_BUCKET, AccountKind, Organization
from tests.settings_page import ROOT
from tests.unit.test_fleet.conftest import fleet as made

Loaded = Callable[[str], Fleet]
Problems = Callable[[str], list[str]]

DOCUMENTED = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs" / "fleet.md").read_text(), re.DOTALL | re.MULTILINE)

TEN_MISTAKES = """\
tenant: {stack: "ten ant", enrol: true}
source:
  organizations: {units: [ou-ab12], tags: {trend: on}}
exclude: {accounts: [022222222222]}
stack: aws
settings:
  cloudOneApiKey: SENTINEL-of-a-key
  stackNmae: Trend
overrides:
  - settings: {}
waves: [{name: canary, count: 3}]
limits: {atOnce: 0}
limits: {}
"""


def test_the_file_of_the_documentation_is_read_as_it_says(loaded: Loaded) -> None:
    fleet = loaded(DOCUMENTED[0])
    assert fleet.source.organizations is not None
    assert fleet.source.organizations.units == ["ou-ab12-11111111"]
    assert fleet.exclude.accounts == ["222222222222"]
    assert fleet.overrides[1].settings == {"permissionsBoundary": "arn:aws:iam::{id}:policy/boundary"}
    assert fleet.waves == [
        Wave(name="canary", count=3),
        Wave(name="tenth", percent=10, gate="manual"),
        Wave(name="rest"),
    ]
    assert (fleet.limits.at_once, fleet.limits.starts_per_minute, fleet.limits.minutes) == (8, 30, 30)


def test_the_list_of_accounts_of_the_documentation_is_read_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "accounts.yaml").write_text(DOCUMENTED[1])
    accounts = accounts_of(made(source={"file": "accounts.yaml"}), tmp_path)
    assert [account.id for account in accounts] == ["111111111111", "012345678901"]


def test_the_file_of_the_example_names_what_the_sandboxs_organization_has() -> None:
    file = ROOT / "examples" / "fleet" / "fleet.yaml"
    fleet = load(file)
    schema = file.read_text().splitlines()[0].partition("$schema=")[2]
    assert (file.parent / schema).resolve() == ROOT / "fleet" / "file" / "fleet.schema.json"
    organization = Organization.of("123456789012", 12)
    (override,) = fleet.overrides
    assert override.accounts == [organization.the(AccountKind.LOG_ARCHIVE).id]
    assert override.settings == {"cloudTrail": True, "existingCloudtrailBucketName": TRAIL_BUCKET}
    assert fleet.settings == {"cloudTrail": False}
    (excluded,) = fleet.exclude.accounts
    assert excluded in {account.id for account in organization.plain}


def test_nothing_but_the_source_must_be_said(loaded: Loaded) -> None:
    fleet = loaded("source:\n  organizations:\n")
    assert fleet.source.organizations is not None
    assert fleet.source.organizations.units == []
    assert (fleet.tenant.stack, fleet.stack, [wave.name for wave in fleet.waves]) == ("tenant", "aws-{id}", ["rest"])


def test_every_mistake_of_a_file_is_named_in_a_line_with_its_own(problems: Problems) -> None:
    assert [problem.split(": ")[0] for problem in problems(TEN_MISTAKES)] == [
        f"fleet.yaml:{line}" for line in (1, 1, 3, 3, 4, 5, 7, 8, 10, 11, 12, 13)
    ]


def test_a_secret_is_refused_and_not_repeated(problems: Problems) -> None:
    text = "source: {file: a.yaml}\nsettings:\n  cloudOneApiKey: SENTINEL\noverrides:\n"
    text += '  - {accounts: ["111111111111"], settings: {visionOneServiceToken: [SENTINEL]}}\n'
    lines = problems(text)
    assert [line.split(":")[1] for line in lines] == ["3", "5"]
    assert all("is a secret" in line and "SENTINEL" not in line for line in lines)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("source: {organisations: {}}", "1: unknown key `organisations` in source; did you mean organizations?"),
        ("overides: []", "1: unknown key `overides`; did you mean overrides?"),
        ("settings: {stackNmae: x}", "1: unknown setting `stackNmae`; did you mean stackName?"),
        (
            "overrides: [{accounts: [], setings: {}}]",
            "1: unknown key `setings` in overrides[0]; did you mean settings?",
        ),
    ],
)
def test_a_mistyped_key_is_told_the_right_one(problems: Problems, text: str, line: str) -> None:
    assert f"fleet.yaml:{line}" in problems(text)


@pytest.mark.parametrize("written", ["222222222222", "022222222222", "0b11"])
def test_an_account_id_without_quotes_is_told_that_yaml_reads_a_number(problems: Problems, written: str) -> None:
    (line,) = problems(f"source: {{file: a.yaml}}\nexclude:\n  accounts:\n    - {written}\n")
    assert line.startswith("fleet.yaml:4: exclude.accounts[0] is a number in YAML")
    assert "loses leading zeros: write the account's id in quotes" in line


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ('tenant: {enroll: "yes"}', "tenant.enroll is neither true nor false"),
        ('limits: {atOnce: "8"}', "limits.atOnce is not a whole number"),
        ("stop: {sameError: 1.5}", "stop.sameError is not a whole number"),
        ("access: {roleName: 12}", "access.roleName is a number in YAML, not a text: write it in quotes"),
        ("access: [role]", "access is not an object"),
        ("exclude: {accounts: one}", "exclude.accounts is not a list"),
    ],
)
def test_a_value_of_another_type_is_not_taken_for_the_right_one(problems: Problems, part: str, reason: str) -> None:
    assert problems(f"source: {{file: a.yaml}}\n{part}\n") == [f"fleet.yaml:2: {reason}"]


def test_no_error_of_a_library_holds_a_secret() -> None:
    content = {"source": {"file": "a.yaml"}, "settings": {"cloudOneApiKey": "SENTINEL"}}
    with pytest.raises(ValidationError) as caught:
        Fleet.model_validate(content)
    assert "SENTINEL" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("stackName: TooLongAName", "settings.stackName: 'TooLongAName' is not a letter and at most 7 more"),
        ("stackName: 1234", "settings.stackName is a number in YAML: write it in quotes"),
        ("adopt: maybe", "settings.adopt: 'maybe' is neither true nor false"),
        ("tags: {a: 'b\tc'}", "settings.tags: 'a' has the value"),
        ("adopt:", "settings.adopt is empty: give a value, or remove the setting"),
        ("externalId: 2026-01-01", "settings.externalId is a date: give a value"),
        ("rolePath: '/{account}/'", "settings.rolePath: '/{account}/' has an unknown placeholder; known: {id}, {name}"),
        ("rolePath: '/{id/'", "settings.rolePath: '/{id/' has an unbalanced brace"),
        ("rolePath: '/{id!r}/'", "settings.rolePath: '/{id!r}/' has an unknown placeholder"),
        ("tags: {a: '{0}'}", "settings.tags: '{0}' has an unknown placeholder"),
        ("scope: tenant", "settings.scope is set by the fleet: remove it"),
        ("route: visionOne", "settings.route is `visionOne`, where a tenant has nothing once, and so no stack: give"),
    ],
)
def test_settings_are_judged_by_the_programs_own_rules(problems: Problems, settings: str, reason: str) -> None:
    (line,) = problems(f"source: {{file: a.yaml}}\nsettings:\n  {settings}\n")
    assert line.startswith(f"fleet.yaml:3: {reason}")


def test_single_accounts_may_take_another_route_than_the_tenants_stack() -> None:
    overrides = [{"accounts": ["333333333333"], "settings": {"route": "visionOne"}}]
    fleet = Fleet.model_validate({"source": {"file": "a.yaml"}, "overrides": overrides})
    assert fleet.overrides[0].settings == {"route": "visionOne"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "source takes one of `organizations` and `file`"),
        ("{organizations: {}, file: a.yaml}", "source takes one of `organizations` and `file`"),
        ("{organizations: {nested: false}}", "source.organizations.nested needs `units`"),
    ],
)
def test_a_source_that_cannot_be_meant_is_refused(problems: Problems, text: str, reason: str) -> None:
    (line,) = problems(f"source: {text}")
    assert line.startswith(f"fleet.yaml:1: {reason}")


@pytest.mark.parametrize(
    ("waves", "reason"),
    [
        ("[]", "waves do not end with one that takes the rest"),
        ("[{name: a, count: 1}]", "waves do not end with one that takes the rest"),
        ("[{name: a}, {name: b}]", "waves[0] takes the rest, which only the last may"),
        ("[{name: a, count: 1, percent: 1}, {name: b}]", "waves[0] has both `count` and `percent`"),
        ("[{name: tenant, count: 1}, {name: b}]", "waves[0].name: 'tenant' is the wave of the tenant's stack"),
        ("[{name: a, count: 1}, {name: a}]", "waves[1].name: 'a' is the name of another wave, too"),
        ("[{name: a, count: 0}, {name: b}]", "waves[0].count is less than 1"),
        ("[{name: a, percent: 101}, {name: b}]", "waves[0].percent is more than 100"),
        ("[{name: a, gate: automatic}]", "waves[0].gate is not 'manual'"),
        ("[{count: 1}, {name: a}]", "waves[0].name is missing"),
        ("[rest]", "waves[0] is not an object"),
        ("rest", "waves is not a list"),
    ],
)
def test_waves_that_cannot_be_meant_are_refused(problems: Problems, waves: str, reason: str) -> None:
    lines = problems(f"source: {{file: a.yaml}}\nwaves: {waves}\n")
    assert any(line.startswith(f"fleet.yaml:2: {reason}") for line in lines)


@pytest.mark.parametrize("template", ["aws", "aws {id}", "aws-{account}", "aws-{id", "{id}" + 100 * "x"])
def test_a_template_that_makes_no_names_of_stacks_is_refused(problems: Problems, template: str) -> None:
    (line,) = problems(f'source: {{file: a.yaml}}\nstack: "{template}"\n')
    assert line.startswith("fleet.yaml:2: stack: ")


def test_an_override_for_everybody_is_refused_beside_its_other_mistakes(problems: Problems) -> None:
    lines = problems("source: {file: a.yaml}\noverrides:\n  - units: []\n    settings: {adopt: maybe}\n")
    assert [line.partition(" ")[0] for line in lines] == ["fleet.yaml:3:", "fleet.yaml:4:"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [", "2: invalid YAML"),
        ("a: !python/name:os.system x", "1: invalid YAML"),
        ("a: 1\n---\nb: 2\n", "2: invalid YAML"),
        ("a: &a [*a]", "1: invalid YAML"),
        ("\x00", "1: invalid YAML"),
        ("stop: {}\n[a, b]: 1\n", "2: "),
        ("- a", "1: is not an object"),
        ("", "1: source is missing"),
        ("source: {file: a.yaml}\nstop: {}\nstop: {}\n", "3: duplicate key `stop`, first in line 2: keep one"),
        ("source: {file: a.yaml}\nexclude: {tags: {a: 2026-13-13}}", "2: invalid date"),
    ],
)
def test_invalid_yaml_is_one_line_as_well(problems: Problems, text: str, line: str) -> None:
    assert any(each.startswith(f"fleet.yaml:{line}") for each in problems(text))


def test_a_file_that_is_missing_or_no_text_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"no such file; docs/fleet\.md has an example"):
        load(tmp_path / "fleet.yaml")
    (tmp_path / "fleet.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(FileRefused, match="not UTF-8"):
        load(tmp_path / "fleet.yaml")


def test_the_project_is_looked_for_upwards(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(OperateError, match=r"there is no Pulumi\.yaml"):
        find_project(tmp_path / "a" / "b")
    (tmp_path / "a" / "Pulumi.yaml").write_text("name: x\n")
    assert find_project(tmp_path / "a" / "b") == tmp_path / "a"
