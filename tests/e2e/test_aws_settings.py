"""Who calls AWS is one decision: program, dynamic resources, AWS provider and `operate` follow the same settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.assumable import assumable_role
from tests.e2e.operating import UP, operate
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, SandboxStack
from tests.e2e.test_bad_input import assert_nothing_changed, assert_refused

BASE = "base-credentials"
ROLE = "arn:aws:iam::123456789012:role/deployer"
ONLY_ASSUMES = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}


def set_aws(stack: SandboxStack, **settings: Any) -> None:
    """Add settings of the namespace `aws` to the stack's own."""
    path = stack.folder / f"Pulumi.{stack.name}.yaml"
    content = yaml.safe_load(path.read_text())
    content["config"] |= {f"aws:{name}": value for name, value in settings.items()}
    path.write_text(yaml.safe_dump(content))


@pytest.fixture
def assuming(stack: SandboxStack) -> Iterator[SandboxStack]:
    """A stack whose credentials may do nothing but assume its role."""
    stack.environment |= {"AWS_ACCESS_KEY_ID": BASE, "AWS_SECRET_ACCESS_KEY": BASE}
    stack.sandbox.aws_control.enforce(BASE, ONLY_ASSUMES)
    set_aws(stack, assumeRoles=[{"roleArn": assumable_role(stack.sandbox, "deployer"), "sessionName": "life"}])
    yield stack
    stack.sandbox.aws_control.clear_policies()


@pytest.mark.full
def test_a_whole_life_works_as_a_role_whose_credentials_may_do_nothing_but_assume_it(assuming: SandboxStack) -> None:
    done = operate(assuming, *UP)
    assert done.code == 0, done.output
    assuming.succeed("preview", EXPECT_NO_CHANGES)
    diagnosis = operate(assuming, "doctor", "--json")
    assert "assumed-role/deployer/life" in diagnosis.output
    assert json.loads(diagnosis.output)["failed"] is False
    assert operate(assuming, "report").code == 0
    ended = operate(assuming, "destroy", "--yes", "--skip-preview", "--non-interactive")
    assert ended.code == 0, ended.output


def test_a_setting_that_cannot_be_followed_is_refused_by_name_in_preview_and_doctor(stack: SandboxStack) -> None:
    set_aws(stack, httpsProxy="http://proxy.example:8080")
    assert_refused(stack.run("preview"), "aws:httpsProxy: not supported", "HTTPS_PROXY", "pulumi config rm")
    for command in (("doctor",), UP, ("destroy", "--yes"), ("policy", "--for", "up"), ("report",)):
        done = operate(stack, *command)
        assert done.code != 0, done.output
        assert "aws:httpsProxy" in done.output.replace("\n", ""), done.output
    assert_nothing_changed(stack)


def test_roles_without_credentials_to_assume_them_with_are_one_line(stack: SandboxStack, tmp_path: Path) -> None:
    stack.environment |= dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "")
    stack.environment |= {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    set_aws(stack, assumeRoles=[{"roleArn": ROLE}])
    assert_refused(stack.run("preview"), "cannot determine which AWS account this is", "credentials")
    done = operate(stack, "doctor")
    assert done.code == 1
    assert "there are no AWS credentials to assume" in " ".join(done.output.split())


@pytest.mark.full
def test_allowed_accounts_may_be_numbers_as_pulumi_writes_them(stack: SandboxStack) -> None:
    stack.succeed("config", "set", "--path", "aws:allowedAccountIds[0]", "123456789012")
    assert "- 123456789012\n" in (stack.folder / f"Pulumi.{stack.name}.yaml").read_text()
    stack.succeed("preview")
    assert json.loads(operate(stack, "doctor", "--json").output)["failed"] is False
    assert '"Version"' in operate(stack, "policy", "--for", "preview").output
