"""States of deployed stacks, one file a release: what a release deployed, a later one must be able to go on with.

`make record` writes the file of this version anew, `tests/e2e/test_recorded_states.py` previews each with today's code.
A file of a version that was released is never written again: that would hide what the test is there to find.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components import __version__
from sandbox.sandbox import Sandbox
from tests.e2e.pulumi_cli import ROOT, SandboxStack

FOLDER = ROOT / "tests" / "states"
STACK = "recorded"
"""The stack's name is part of every URN."""

SITUATIONS: Mapping[str, dict[str, Any]] = {
    "existing trail": {"existingCloudtrailBucketName": "sandbox-existing-trail-us-east-1"},
    "new trail": {
        "createNewTrail": True,
        "trailBucketOnDestroy": "delete",
        "adopt": True,
        "stackName": "Recorded",
        "rolePath": "/security/",
        "tags": {"team": "security"},
    },
    "Vision One": {
        "route": "visionOne",
        "visionOneFeatures": [{"id": "container-security", "regions": ["us-east-1"]}],
        "adopt": True,
    },
    "Vision One, new trail": {"route": "visionOne", "createNewTrail": True, "trailBucketOnDestroy": "delete"},
}
"""Settings by situation: together they deploy every kind of resource that there is."""

LOCAL = re.compile(r"127\.0\.0\.1:\d+")
"""Where a sandbox is reached. Trend's template for Vision One names it, and the state holds that template."""

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # Pulumi's mark of a secret value


def credentials(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment of an update with the keys of both routes and an enrollment token."""
    return {
        "CLOUD_ONE_API_KEY": sandbox.tenant.full_access_key.value,
        "VISION_ONE_SERVICE_TOKEN": sandbox.tenant.enrollment_tokens[0].value,
        "VISION_ONE_API_KEY": sandbox.tenant.business.full_access_key.value,
    }


def scrubbed(value: Any) -> Any:
    """Return a part of an exported state without secret values, the times of its making and the sandbox's address."""
    if isinstance(value, str):
        return LOCAL.sub("sandbox", value)
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    if not isinstance(value, dict):
        return value
    if SECRET in value.values():
        return {**value, "plaintext": json.dumps(_hidden(json.loads(value["plaintext"])))}
    return {
        name: scrubbed(item)
        for name, item in value.items()
        if name not in ("created", "modified", "sourcePosition", "stackTrace")
    }


def _hidden(secret: Any) -> Any:
    """Return something of the same form: the program must be able to read it."""
    if isinstance(secret, dict):
        return {name: _hidden(item) for name, item in secret.items()}
    return [_hidden(item) for item in secret] if isinstance(secret, list) else "hidden" if secret else secret


def record(sandbox: Sandbox, folder: Path) -> dict[str, Any]:
    """Deploy each situation in a sandbox and return the states by situation, with nothing secret in them."""
    states = {}
    for number, (situation, settings) in enumerate(SITUATIONS.items()):
        stack = SandboxStack(sandbox, folder / str(number), credentials(sandbox), name=STACK)
        stack.configure(settings)
        stack.up()
        exported = json.loads(stack.succeed("stack", "export", "--show-secrets"))
        deployment = {
            name: scrubbed(part) for name, part in exported["deployment"].items() if name != "secrets_providers"
        }
        states[situation] = {"settings": settings, "version": exported["version"], "deployment": deployment}
        stack.destroy()
        stack.succeed("stack", "rm", "--yes")
        sandbox.reset()
    return states


def recorded() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each state with the release and the situation that it is of."""
    for path in sorted(FOLDER.glob("*.json")):
        for situation, state in json.loads(path.read_text(encoding="utf-8")).items():
            yield path.stem, situation, state


def main() -> None:
    """Write the file of this version."""
    with tempfile.TemporaryDirectory() as scratch, Sandbox(Path(scratch, "sandbox")) as sandbox:
        states = record(sandbox, Path(scratch, "project"))
    path = FOLDER / f"{__version__}.json"
    path.write_text(json.dumps(states, indent=1) + "\n", encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {', '.join(states)}")


if __name__ == "__main__":
    main()
