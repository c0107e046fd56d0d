"""`make demo-fleet`: `python -m fleet` in the sandbox's organization, command by command, as one would type them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sandbox.organization import ROLE_NAME, AccountKind, Organization
from sandbox.processes import ROOT, SandboxError
from sandbox.sandbox import Sandbox

HOME = ROOT / ".sandbox" / "fleet"
"""A sandbox of its own: that of `make demo` may run beside it."""
FILE = "examples/fleet/fleet.yaml"

_FAILED, _SOMETHING_TO_DO = 1, 2


def main() -> None:
    """Show it all, in the environment that `python -m sandbox start` wrote.

    Raises:
        SandboxError: the organization does not run, or a command ended otherwise than it does here.
    """
    sandbox = Sandbox(HOME)
    sandbox.require_running()
    organization = sandbox.organization
    if organization is None:
        raise SandboxError("the sandbox has no organization: `make demo-fleet` starts one that has")
    page = _shorten(HOME / "status.html")
    _fleet("What there is to do: the tenant's stack, and one for each account", "plan", code=_SOMETHING_TO_DO)
    _fleet("Wave after wave; two accounts cannot be deployed", "up --yes --approve rest", code=_FAILED)
    _fleet("The same as a page, to be opened in a browser", f"status --html {page}")
    mend(sandbox, organization)
    _fleet("Only what failed, again", "retry")
    _fleet("All of it once more: nothing is left to do", "up --yes")
    _say(
        f"\nTry next, in this shell after `. {_shorten(HOME / 'env')}`:\n"
        f"  python -m fleet plan -f {FILE}\n"
        f"  python -m fleet drift -f {FILE}\n"
        f"  python -m fleet leave --accounts 032000000002 -f {FILE}\n"
        "  make demo-down"
    )


def mend(sandbox: Sandbox, organization: Organization) -> None:
    """Remove what two accounts failed for, as their administrators would."""
    restricted, unreachable = organization.the(AccountKind.RESTRICTED), organization.the(AccountKind.UNREACHABLE)
    _title("The causes are removed: a policy detached, a role's trust put right")
    organizations = sandbox.aws("organizations")
    attached = organizations.list_policies_for_target(TargetId=restricted.id, Filter="SERVICE_CONTROL_POLICY")
    for policy in attached["Policies"]:
        if not policy["AwsManaged"]:
            _say(f"$ aws organizations detach-policy --policy-id {policy['Id']} \\\n    --target-id {restricted.id}")
            organizations.detach_policy(PolicyId=policy["Id"], TargetId=restricted.id)
    iam = sandbox.aws("iam", account=unreachable.id)
    role = sandbox.aws("iam", account=organization.plain[0].id).get_role(RoleName=ROLE_NAME)
    _say(f"$ aws iam update-assume-role-policy --role-name {ROLE_NAME} \\")
    _say(f"    --policy-document ...    # in account {unreachable.id}")
    trust = json.dumps(role["Role"]["AssumeRolePolicyDocument"])
    iam.update_assume_role_policy(RoleName=ROLE_NAME, PolicyDocument=trust)


def _fleet(title: str, command: str, *, code: int = 0) -> None:
    """Run a command of the fleet.

    Raises:
        SandboxError: it did not end with the code.
    """
    _title(title)
    name, *options = command.split()
    file = [] if name == "status" else ["-f", FILE]
    _say(" ".join(("$ python -m fleet", command, *file)))
    ended = subprocess.run([sys.executable, "-m", "fleet", name, *options, *file], cwd=ROOT, check=False)
    if ended.returncode != code:
        raise SandboxError(f"`fleet {command}` ended with code {ended.returncode}, not with {code} as in every demo")


def _title(text: str) -> None:
    _say(f"\n# {text}")


def _shorten(path: Path) -> Path:
    return path.relative_to(ROOT)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main()
    except SandboxError as error:
        sys.exit(f"error: {error}")
