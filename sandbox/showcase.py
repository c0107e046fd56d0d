"""What stands at Trend and in AWS after a deployment, as a person wants to see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rich import box
from rich.table import Table

from sandbox.sandbox import Sandbox

NEXT_STEPS = """\
Try next, in this shell after `. .sandbox/env`:
  pulumi preview --expect-no-changes        nothing to do
  pulumi config set stackName Trend         change a setting ...
  pulumi preview --diff                     ... and see what it would do
  pulumi stack output                       the links' ids and roles
  python -m sandbox status                  what runs, and where
  make demo-down                            take everything back"""


class Row(NamedTuple):
    """One object, in the words of the table's columns."""

    where: str
    what: str
    name: str
    points_at: str


def table(sandbox: Sandbox, aws_region: str) -> Table:
    """Return the table of all that the sandbox holds of a deployment in an AWS region."""
    shown = Table(title="\nWhat stands now", title_justify="left", title_style="bold", box=box.SIMPLE)
    for heading in Row._fields:
        shown.add_column(heading.replace("_", " "), overflow="fold")
    for row in [*_at_trend(sandbox), *_in_aws(sandbox, aws_region)]:
        shown.add_row(*row)
    return shown


def _at_trend(sandbox: Sandbox) -> Iterator[Row]:
    state = sandbox.trend.state()
    for connector in state.connectors:
        yield Row(
            "Trend",
            "connector",
            f"{connector.display_name} (ID {connector.id})",
            _short(connector.cross_account_role_arn),
        )
    for account in state.cloud_accounts:
        yield Row("Trend", "cloud account", f"{account.alias} ({account.state})", _short(account.role_arn))
    if state.registration:
        yield Row("Trend", "enrolment", "Vision One", state.registration.status)


def _in_aws(sandbox: Sandbox, region: str) -> Iterator[Row]:
    cloudformation = sandbox.aws("cloudformation", region)
    for stack in cloudformation.describe_stacks()["Stacks"]:
        yield Row("AWS", "stack", stack["StackName"], stack["StackStatus"])
    for role in sandbox.aws("iam", region).list_roles()["Roles"]:
        yield Row("AWS", "role", role["RoleName"], f"for {_trusted(role)}")
    for trail in sandbox.aws("cloudtrail", region).describe_trails()["trailList"]:
        yield Row("AWS", "trail", trail["Name"], trail["S3BucketName"])


def _trusted(role: dict[str, Any]) -> str:
    """Return whom a role's trust names, in a few words."""
    principal = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    return ", ".join(_short(str(name)) for name in principal.values()) if isinstance(principal, dict) else principal


def _short(name: str) -> str:
    """Return the part of an ARN that tells it from others; other texts as they are."""
    if not name.startswith("arn:"):
        return name
    account, _, resource = name.partition("::")[2].partition(":")
    return f"account {account}" if resource == "root" else resource.removeprefix("oidc-provider/")
