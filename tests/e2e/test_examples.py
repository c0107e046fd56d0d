"""Every example deploys in the sandbox, makes what its list says, and leaves nothing behind.

`UPDATE_LISTS=1` writes the lists anew from the previews: `-m full -k lists_what_it_makes`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import venv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from operate.engine.plan import shown_type
from sandbox.sandbox import Sandbox
from sandbox.trend import default_tenant
from tests.e2e.hands import role_for_trend
from tests.e2e.inventory import aws_inventory
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, ROOT, SandboxStack

FOLDER = ROOT / "examples"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/Pulumi.*.yaml"))
OWN_PROGRAM = FOLDER / "from-your-program"


def earlier_links(stack: SandboxStack) -> None:
    """Link the account as somebody did before, with a role of their own."""
    role, sandbox = role_for_trend(stack.sandbox, "earlier"), stack.sandbox
    sandbox.trend.add_connector(sandbox.account, role, displayName="earlier")
    sandbox.trend.add_cloud_account(sandbox.account, role, alias="earlier")


def boundary(stack: SandboxStack) -> None:
    """Make the policy that bounds what teams may do in the account."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    stack.sandbox.aws("iam").create_policy(PolicyName="WorkloadBoundary", PolicyDocument=document)


def organizations_bucket(stack: SandboxStack) -> None:
    """Make a bucket that a trail of another account may deliver to, which is not shown here."""
    bucket, s3 = "organization-trail-logs", stack.sandbox.aws("s3")
    trail = "arn:aws:cloudtrail:us-east-1:111111111111:trail/organization"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/o-a1b2c3d4e5/*",
        "Condition": {"StringEquals": {"aws:SourceArn": trail}},
    }
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


# What must stand before, where a fresh sandbox is not the situation.
SITUATIONS: Mapping[str, Callable[[SandboxStack], object]] = {
    "adopt-existing-link": earlier_links,
    "guard-rails": boundary,
    "log-archive": organizations_bucket,
    "new-region": lambda stack: stack.sandbox.trend.set_tenant(default_tenant("zz-1")),
}

ENROLLMENTS: Mapping[str, str | None] = {
    "vision-one": "registered",
    "tenant": "registered",
    "account-of-an-organization": None,
    "log-archive": None,
    "vision-one-direct": None,
}
"""How the enrollment is by the outputs, where it is not skipped for want of a token."""


def use(stack: SandboxStack, name: str) -> str:
    """Bring about an example's situation, give the stack its settings, and return the region."""
    SITUATIONS.get(name, lambda _: None)(stack)
    if ENROLLMENTS.get(name) != "registered":
        stack.environment.pop("VISION_ONE_SERVICE_TOKEN", None)
    path = stack.folder / f"Pulumi.{stack.name}.yaml"
    content = yaml.safe_load(path.read_text())
    content["config"] = yaml.safe_load((FOLDER / name / f"Pulumi.{name}.yaml").read_text())["config"]
    path.write_text(yaml.safe_dump(content))
    return str(content["config"]["aws:region"])


def listed(urns: Iterable[str]) -> str:
    """Return a list as the examples hold it: type and name as Pulumi shows them, one a line."""
    parts = [urn.split("::")[2:] for urn in urns]
    own = [(types.rpartition("$")[2], name) for types, name in parts]
    return "".join(sorted(f"{shown_type(type_)} {name}\n" for type_, name in own if not type_.startswith("pulumi:")))


def previewed(stack: SandboxStack) -> str:
    document: dict[str, Any] = json.loads(stack.succeed("preview", "--json"))
    return listed(step["urn"] for step in document["steps"] if step["op"] == "create")


def deployed(stack: SandboxStack) -> str:
    deployment = json.loads(stack.succeed("stack", "export"))["deployment"]
    return listed(resource["urn"] for resource in deployment["resources"])


def resources(name: str) -> str:
    return (FOLDER / name / "resources.txt").read_text()


def test_each_situation_has_a_page_and_is_on_the_index() -> None:
    assert len(NAMES) == 11
    index = (FOLDER / "README.md").read_text()
    for name in [*NAMES, OWN_PROGRAM.name]:
        assert f"[{name}]({name}/)" in index
        assert "Yours when" in (FOLDER / name / "README.md").read_text()


# `make test` compares the lists in tests/program, which takes no time.
@pytest.mark.full
def test_a_preview_of_each_example_lists_what_it_makes(stack: SandboxStack) -> None:
    found = {}
    for name in NAMES:
        use(stack, name)
        found[name] = previewed(stack)
        if os.environ.get("UPDATE_LISTS"):
            (FOLDER / name / "resources.txt").write_text(found[name])
    assert found == {name: resources(name) for name in NAMES}


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_an_example_deploys_and_leaves_what_was_there_before(stack: SandboxStack, name: str) -> None:
    sandbox = stack.sandbox
    region = use(stack, name)
    before, links = aws_inventory(sandbox, region), sandbox.trend.state()
    stack.up()
    assert deployed(stack) == resources(name)
    outputs = stack.outputs()
    assert outputs.get("visionOneStatus") == ENROLLMENTS.get(name, "skipped")
    assert outputs.get("health", {"verdict": "ok"})["verdict"] == "ok"
    stack.up(EXPECT_NO_CHANGES)
    stack.destroy()
    after, left = aws_inventory(sandbox, region), sandbox.trend.state()
    if "trailArn" in outputs:
        after["buckets"].pop(outputs["trailBucketName"])  # kept on purpose
    assert after == before
    assert [link.cross_account_role_arn for link in left.connectors] == [
        link.cross_account_role_arn for link in links.connectors
    ]
    assert [link.role_arn for link in left.cloud_accounts] == [link.role_arn for link in links.cloud_accounts]


@pytest.fixture(scope="module")
def own_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the packages that the example's page names, as this project pins them."""
    page = (OWN_PROGRAM / "README.md").read_text()
    sentence = page[page.index("`requirements.in` for") : page.index("into yours")]
    named = set(re.findall(r"`([\w-]+)`", sentence))
    pins = [line for line in (ROOT / "requirements.in").read_text().splitlines() if line.partition("==")[0] in named]
    assert len(pins) == len(named) > 0
    folder = tmp_path_factory.mktemp("own") / "venv"
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", *pins], check=True)
    return folder


@pytest.fixture
def own_program(
    sandbox: Sandbox, credentials: dict[str, str], own_packages: Path, tmp_path: Path
) -> Iterator[SandboxStack]:
    """A stack of the program that uses the components: with its own file and packages, and `components` beside it."""
    made = SandboxStack(sandbox, tmp_path / "project", credentials, name="own", program=OWN_PROGRAM)
    (made.folder / "venv").unlink()
    (made.folder / "venv").symlink_to(own_packages)
    assert {each.name for each in made.folder.iterdir()} == {
        "__main__.py", "components", "venv", "Pulumi.yaml", "Pulumi.own.yaml"
    }  # fmt: skip
    made.configure({})
    yield made
    made.succeed("stack", "rm", "--yes", "--force")


@pytest.mark.full
def test_a_program_of_ones_own_can_use_the_components(own_program: SandboxStack) -> None:
    assert previewed(own_program) == resources("existing-trail")


@pytest.mark.full
def test_a_program_of_ones_own_deploys_and_leaves_what_was_there_before(own_program: SandboxStack) -> None:
    before = aws_inventory(own_program.sandbox)
    own_program.up()
    assert own_program.outputs() == {"connector": "1"}
    own_program.up(EXPECT_NO_CHANGES)
    own_program.destroy()
    assert aws_inventory(own_program.sandbox) == before


@pytest.mark.full
def test_a_second_onboarding_in_a_program_of_ones_own_is_refused_before_anything_is_changed(
    own_program: SandboxStack,
) -> None:
    program = own_program.folder / "__main__.py"
    text = program.read_text()
    program.unlink()
    program.write_text(f'{text}\nOnboarding("another", settings=Settings(trail=ExistingTrail("x")), where=where)\n')
    before = aws_inventory(own_program.sandbox)
    refused = "Onboarding 'another': this program has one already, 'trend'"
    (error,) = own_program.run("preview").errors
    assert error.startswith(refused)
    without_preview = own_program.run("up", "--yes", "--skip-preview")
    assert without_preview.code != 0
    assert f"error: {refused}" in without_preview.output
    assert aws_inventory(own_program.sandbox) == before
    assert not own_program.sandbox.trend.state().connectors
    own_program.destroy()
