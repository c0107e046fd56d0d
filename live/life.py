"""One whole life of a stack: preview, up, preview again, refresh, probes, destroy, all through the recorder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from components.aws.clients import AwsClients
from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from components.settings.endpoints import ENDPOINT_VARIABLE
from live import forwarder
from live.guard import Accounts
from live.probes import Probes
from live.project import Project
from live.record import Record
from live.recorder import Recorder
from operate.console import OperateError

STACK_NAME = "LiveTest"
"""Of the vendor's stacks: nobody's own are called so, and eight characters is the most."""

BEFORE = {
    "preview": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "no changes": ("preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
}
DESTROY = ("destroy", "--yes", "--skip-preview")

Say = Callable[[str], None]


class Interrupted(OperateError):
    """The operator ended the life; what was made of the stack is still there."""


class Life:
    """A life with these accounts.

    Args:
        accounts: whose.
        environment: of Pulumi, but for Trend's address, key and token.
        folder: of the project.
        say: is told which phase begins.
        aws: asks AWS about what was made; None where its answer is known.
    """

    def __init__(
        self,
        accounts: Accounts,
        environment: Mapping[str, str],
        folder: Path,
        say: Say,
        aws: AwsClients | None = None,
    ) -> None:
        self._accounts = accounts
        self._environment = environment
        self._aws = aws
        self._folder = folder
        self._say = say

    def live(self, name: str) -> Record:
        """Live it to its end, and return the record: also where a phase failed, which its exit code says.

        Args:
            name: of the vendor, in reports.

        Raises:
            OperateError: the stack cannot be made.
            Interrupted: the operator ended it.
        """
        record = Record(name, self._accounts.region)
        with Recorder(self._accounts.endpoints, record) as recorder:
            project = Project(self._folder, self._variables(recorder.url))
            project.prepare(self._settings())
            for phase, command in BEFORE.items():
                self._run(recorder, project, phase, *command)
                if phase == "up" and self._aws:
                    record.aws |= forwarder.observations(self._aws, STACK_NAME, self._accounts.aws_region)
                if phase in ("preview", "up") and record.ended[phase]:
                    break
            if record.ended.get("up") == 0:
                self._probe(recorder)
            self._run(recorder, project, "destroy", *DESTROY)
            if record.ended["destroy"] == 0:
                project.remove()
            else:
                self._say(f"the stack is not gone: put it right and run `{project.shown('destroy')}`")
        return record

    def _run(self, recorder: Recorder, project: Project, phase: str, *command: str) -> None:
        self._say(f"{recorder.record.name}: {phase}")
        recorder.phase = phase
        ended = project.run(*command)
        recorder.record.ended[phase] = ended.code
        if ended.interrupted:
            raise Interrupted(f"interrupted in {phase}: `{project.shown('destroy')}` removes what was made")

    def _probe(self, recorder: Recorder) -> None:
        self._say(f"{recorder.record.name}: probe")
        recorder.phase = "probe"
        it = self._accounts
        Probes(recorder.url, it.api_key, it.aws_account, it.aws_region).run()

    def _variables(self, url: str) -> dict[str, str]:
        ours = {ENDPOINT_VARIABLE: url, KEY_VARIABLE: self._accounts.api_key}
        if self._accounts.enrolment_token:
            ours[TOKEN_VARIABLE] = self._accounts.enrolment_token
        # A token of the caller's would enrol without having been asked to.
        return {**{name: it for name, it in self._environment.items() if name != TOKEN_VARIABLE}, **ours}

    def _settings(self) -> dict[str, Any]:
        bucket = self._accounts.trail_bucket
        trail: dict[str, Any] = (
            {"existingCloudtrailBucketName": bucket}
            if bucket
            else {"createNewTrail": True, "trailBucketOnDestroy": "delete"}
        )
        settings = {f"trend-onboarding:{name}": value for name, value in {**trail, "stackName": STACK_NAME}.items()}
        return {**settings, "aws:region": self._accounts.aws_region}
