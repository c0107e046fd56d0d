"""What the health Command runs, `python -m components.checks.command`: the checks of `deployed` after the last step.

It reads one JSON document from its standard input (`Assignment`), prints one (`deployed.Health`), and ends with 1 where
a check failed or a service did not answer, unless the settings say `healthCheck: warn`: Pulumi keeps what a command
that succeeded printed, and a check that failed would never be repeated. What cannot be asked for want of a key is
`unknown` and fails nothing. Only the trail may be closed to the deployer: the program says so before it begins, and
checks again when that changes.

A Command's process has the environment of `pulumi` itself: the API key and the AWS credentials that are there, and
whatever the CLI reads a stack with. Of the stack's configuration it has the namespace `command` alone, and it knows
neither the stack's name nor a `--config-file` (measured with CLI 3.259: PULUMI_CONFIG, PULUMI_PROJECT, PULUMI_RUNTIME_*
are all that the engine adds). So what only the configuration holds is asked for with `pulumi config`, and used only
where it answers with the configuration of this run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from components.aws.clients import AwsClients
from components.aws.identity import AwsSettings, redactor
from components.checks.assignment import Assignment, Expectation, VisionOneExpectation, access_settings
from components.checks.deployed import Health, checks
from components.checks.deployed_in_vision_one import vision_one_checks
from components.checks.examination import CALLER, KEY, Check, examine
from components.checks.findings import Finding
from components.redaction import Redactor
from components.settings.credentials import KEY_VARIABLE, VISION_ONE_KEY_VARIABLE
from components.settings.endpoints import ENDPOINT_VARIABLE
from components.trend.client import Trend
from components.trend.vision_one_access import VisionOneAccess

_KEYS = {
    Expectation: (KEY_VARIABLE, "cloudOneApiKey"),
    VisionOneExpectation: (VISION_ONE_KEY_VARIABLE, "visionOneApiKey"),
}
"""The variable and the setting of the API key that a check needs."""

_HINT = "`python -m operate doctor --deployed` checks it with the configuration that you name"


class NotAtHand(Exception):
    """The configuration of this run cannot be had; the text says why."""


def examine_deployment(assignment: Assignment, environment: Mapping[str, str]) -> Health:
    """Make the checks with what is at hand; what nothing is at hand for is `unknown`.

    Args:
        assignment: what to look at.
        environment: variables of this process.
    """
    expected = assignment.expected
    entries = {name: value for name, value in assignment.access.items() if value is not None}
    variable, key_setting = _KEYS[type(expected)]
    given_key = environment.get(variable, "")
    lacks_aws_secrets, problem = len(entries) < len(assignment.access), ""
    if lacks_aws_secrets or not given_key:
        try:
            entries = configuration_of_run(assignment)
            lacks_aws_secrets = False
        except NotAtHand as error:
            problem = str(error)

    def own_setting(name: str) -> str:
        return entries.get(f"{assignment.project}:{name}", "")

    def aws_setting(name: str) -> str | None:
        return entries.get(f"aws:{name}")

    key = given_key or own_setting(key_setting)
    redact_trend, redact_aws = Redactor([key, key.partition(":")[2]]), redactor(aws_setting)

    def endpoints() -> tuple[str, str, str]:
        return own_setting("endpoints"), environment.get(ENDPOINT_VARIABLE, ""), own_setting("endpointsConfirmed")

    @cache
    def trend() -> Trend:
        return Trend.of_settings(key, *endpoints(), redact_trend)

    @cache
    def vision_one(region: str) -> VisionOneAccess:
        return VisionOneAccess.of_settings(key, region, *endpoints(), redact_trend)

    def of_this_stack() -> None:
        match expected:
            case Expectation():
                trend().expect_account(expected.cloud_one_account_id)
            case VisionOneExpectation():
                vision_one(expected.vision_one_region).expect_customer(expected.customer)

    def key_finding() -> Iterator[Finding]:
        if not key:
            yield Finding(
                KEY,
                "unknown",
                f"no API key at hand: {problem or 'neither environment nor configuration holds one'}",
                _HINT,
            )
        elif not given_key:
            of_this_stack()

    def caller_finding() -> Iterator[Finding]:
        if lacks_aws_secrets:
            yield Finding(CALLER, "unknown", f"no AWS credentials at hand: {problem}", _HINT)

    def deployed() -> list[Check]:
        aws = AwsClients(AwsSettings.of(aws_setting))
        if isinstance(expected, VisionOneExpectation):
            return vision_one_checks(expected, lambda: vision_one(expected.vision_one_region), aws)
        return checks(expected, trend, aws)

    found = examine(
        [Check(KEY, key_finding, refusals=()), Check(CALLER, caller_finding), *deployed()],
        lambda text: redact_aws(redact_trend(text)),
    )
    return Health(tuple(found))


def configuration_of_run(assignment: Assignment) -> dict[str, str]:
    """Return the stack's configuration with its secrets, as `pulumi config` shows it.

    Raises:
        NotAtHand: it cannot be had, or it is not what this run works with: it would give the key of one configuration
            to the endpoints of another.
    """
    command = ["pulumi", "config", "--json", "--show-secrets", "--stack", assignment.stack, "--non-interactive"]
    try:
        output = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    except OSError as error:
        raise NotAtHand(f"`pulumi config` cannot be run ({error.strerror})") from None
    except subprocess.CalledProcessError as error:
        raise NotAtHand(f"`pulumi config` failed: {' '.join(error.stderr.split()) or 'no error message'}") from None
    document: dict[str, dict[str, Any]] = json.loads(output)
    entries = {name: str(entry.get("value", "")) for name, entry in document.items()}
    secrets = [name for name, entry in document.items() if entry.get("secret")]
    if access_settings(entries, secrets, assignment.project) != assignment.access:
        raise NotAtHand("`pulumi config` shows another configuration than that of this run (`--config-file`?)")
    return entries


def main() -> int:
    """Make the checks that standard input names; see the module.

    Returns:
        The exit code.
    """
    assignment = Assignment.of(json.load(sys.stdin))
    health = examine_deployment(assignment, os.environ)
    bad = [each for each in health.findings if each.verdict == "failed" or each.unanswered]
    for each in bad:
        print(f"{each.subject}: {each}", file=sys.stderr)
    if bad and assignment.on_failure == "fail":
        return 1  # without the document: Pulumi shows all that a failed command printed
    print(json.dumps(health.document()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
