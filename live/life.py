"""One whole life of a stack: preview, up, preview again, refresh, probes, destroy, all through the recorder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from components.settings.endpoints import ENDPOINT_VARIABLE
from live.guard import Accounts
from live.project import Project
from live.record import Record
from live.recorder import Recorder
from live.sides import CREDENTIALS
from operate.console import OperateError

BEFORE = {
    "preview": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "no changes": ("preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
}
DESTROY = ("destroy", "--yes", "--skip-preview")


class LifeInterrupted(OperateError):
    """The operator ended the life; what was created of the stack still exists."""


class Life:
    """A life with these accounts.

    Args:
        accounts: whose.
        environment: of Pulumi, but for Trend's address, key and token.
        folder: of the project.
        say: is told which phase begins.
    """

    def __init__(
        self, accounts: Accounts, environment: Mapping[str, str], folder: Path, say: Callable[[str], None]
    ) -> None:
        self._accounts = accounts
        self._environment = environment
        self._folder = folder
        self._say = say

    def live(self, name: str) -> Record:
        """Live it to its end, and return the record: also where a phase failed, which its exit code says.

        Args:
            name: of whoever answers, in reports.

        Raises:
            OperateError: the stack cannot be created.
            Interrupted: the operator ended it.
        """
        trend = self._accounts.trend
        record = Record(name, trend.region, where=trend.description)
        with Recorder(self._accounts.endpoints, record) as recorder:
            project = Project(self._folder, self._variables(recorder.url))
            project.prepare(self._settings())
            for phase, command in BEFORE.items():
                self._run(recorder, project, phase, *command)
                if phase in ("preview", "up") and record.exit_codes[phase]:
                    break
            if record.exit_codes.get("up") == 0:
                self._probe(recorder)
            self._run(recorder, project, "destroy", *DESTROY)
            if record.exit_codes["destroy"] == 0:
                project.remove()
            else:
                self._say(f"the stack is not gone: put it right and run `{project.command('destroy')}`")
        return record

    def _run(self, recorder: Recorder, project: Project, phase: str, *command: str) -> None:
        self._say(f"{recorder.record.name}: {phase}")
        recorder.phase = phase
        ended = project.run(*command)
        recorder.record.exit_codes[phase] = ended.code
        if ended.interrupted:
            raise LifeInterrupted(f"interrupted in {phase}: `{project.command('destroy')}` removes what was created")

    def _probe(self, recorder: Recorder) -> None:
        self._say(f"{recorder.record.name}: probe")
        recorder.phase = "probe"
        self._accounts.trend.probe(recorder.url, self._accounts.aws_account, self._accounts.aws_region)

    def _variables(self, url: str) -> dict[str, str]:
        # A key or a token of the caller's that is not meant would enroll, or take the other route, unasked.
        inherited = {name: value for name, value in self._environment.items() if name not in CREDENTIALS}
        return {**inherited, ENDPOINT_VARIABLE: url, **self._accounts.trend.variables}

    def _settings(self) -> dict[str, Any]:
        bucket, trend = self._accounts.trail_bucket, self._accounts.trend
        trail: dict[str, Any] = {}
        if bucket:
            trail = {"existingCloudtrailBucketName": bucket}
        elif trend.makes_trail:
            trail = {"createNewTrail": True, "trailBucketOnDestroy": "delete"}
        settings = {f"trend-onboarding:{name}": value for name, value in {**trail, **trend.settings}.items()}
        return {**settings, "aws:region": self._accounts.aws_region}
