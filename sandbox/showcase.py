"""What exists at Trend and in AWS after a deployment, as a person wants to see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rich import box
from rich.table import Table

from sandbox.organization import TRAIL, TRAIL_BUCKET, Organization
from sandbox.sandbox import Sandbox

NEXT_STEPS = """\
Try next, in this shell after `. .sandbox/env`:
  pulumi preview --expect-no-changes        nothing to do
  {change}change a setting ...
  pulumi preview --diff                     ... see what it would do ...
  {back}... and restore it
  pulumi stack output                       the links' ids and roles
  python -m sandbox status                  what runs, and where
  make demo-down                            remove everything"""


SHOWN_ACCOUNTS = 25


class ShowcaseRow(NamedTuple):
    """One object: what it is, and which one."""

    what: str
    which: str


def table(sandbox: Sandbox, aws_region: str) -> Table:
    """Return the table of all that the sandbox holds of a deployment in an AWS region.

    Two columns, so that no name is cut in a terminal of 80 columns.
    """
    grid = Table(title="\nWhat exists now", title_justify="left", title_style="bold", box=box.SIMPLE, show_header=False)
    for row in [*_at_trend(sandbox), *_in_aws(sandbox, aws_region)]:
        grid.add_row(*row)
    return grid


def next_steps(sandbox: Sandbox) -> str:
    """Return what to try next, with a setting of the route by which the account is linked."""
    state = sandbox.trend.state()
    setting = "visionOneName" if state.vision_one_accounts and not state.connectors else "stackName"
    change, back = f"pulumi config set {setting} Trend", f"pulumi config rm {setting}"
    return NEXT_STEPS.format(change=change.ljust(42), back=back.ljust(42))


def organization_table(organization: Organization) -> Table:
    """Return the table of the organization's accounts: id, name, units, and what is special about each.

    Of many plain ones it shows the first.
    """
    grid = Table(
        *("account", "name", "units", "special"),
        title="\nAWS organization",
        caption=f"Its trail {TRAIL} delivers to {TRAIL_BUCKET}.",
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=box.SIMPLE,
    )
    for account in organization.accounts[:SHOWN_ACCOUNTS]:
        units = "/".join(unit.name for unit in account.unit.path[1:])
        grid.add_row(account.id, account.name, units, account.kind.value)
    if more := len(organization.accounts[SHOWN_ACCOUNTS:]):
        grid.add_row("", f"and {more} more")
    return grid


def _at_trend(sandbox: Sandbox) -> Iterator[ShowcaseRow]:
    state = sandbox.trend.state()
    for connector in state.connectors:
        role = _short(connector.cross_account_role_arn)
        yield ShowcaseRow("Trend connector", f"{connector.display_name} (ID {connector.id}), points at {role}")
    for account in state.cloud_accounts:
        role = _short(account.role_arn)
        yield ShowcaseRow("Trend cloud account", f"{account.alias} ({account.state}), points at {role}")
    for linked in state.vision_one_accounts:
        yield ShowcaseRow("Vision One account", f"{linked.name} ({linked.state}), points at {_short(linked.role_arn)}")
    if state.registration:
        yield ShowcaseRow("Trend enrollment", f"Vision One: {state.registration.status}")


def _in_aws(sandbox: Sandbox, region: str) -> Iterator[ShowcaseRow]:
    cloudformation = sandbox.aws("cloudformation", region)
    for stack in cloudformation.describe_stacks()["Stacks"]:
        yield ShowcaseRow("AWS stack", f"{stack['StackName']}: {stack['StackStatus']}")
    for role in sandbox.aws("iam", region).list_roles()["Roles"]:
        yield ShowcaseRow("AWS role", f"{role['RoleName']}, trusts {_trusted(role)}")
    for trail in sandbox.aws("cloudtrail", region).describe_trails()["trailList"]:
        yield ShowcaseRow("AWS trail", f"{trail['Name']}, delivers to bucket {trail['S3BucketName']}")


def _trusted(role: dict[str, Any]) -> str:
    """Return whom a role's trust names, in a few words."""
    principal = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    if not isinstance(principal, dict):
        return str(principal)
    given = (value if isinstance(value, list) else [value] for value in principal.values())
    return ", ".join(_short(str(name)) for names in given for name in names)


def _short(name: str) -> str:
    """Return the part of an ARN that tells it from others; other texts as they are."""
    if not name.startswith("arn:"):
        return name
    account, _, resource = name.partition("::")[2].partition(":")
    return f"account {account}" if resource == "root" else resource.removeprefix("oidc-provider/")
