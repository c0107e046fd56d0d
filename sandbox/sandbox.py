"""The sandbox as an object: what a test holds, and what the command line is made of."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox import environment
from sandbox.aws.client import AwsControl
from sandbox.gate import HOST
from sandbox.gate.log import LoggedRequest
from sandbox.organization import Organization
from sandbox.processes import (
    ROOT,
    SandboxError,
    Server,
    end,
    launch,
    listen_for,
    wait_until_healthy,
)
from sandbox.pulumi import toolchain
from sandbox.pulumi.toolchain import Toolchain
from sandbox.record import SandboxRecord
from sandbox.trend import SimulatorControl, Tenant, default_tenant

ACCOUNT = "123456789012"


class Sandbox:
    """AWS and Trend on this machine, and the environment in which Pulumi works against them.

    As a context manager it starts the sandbox and stops it again, unless it ran before. A sandbox is known by its
    folder: two objects with one folder mean the same sandbox, whichever process holds them.

    Args:
        home: the sandbox's folder, made if missing; all it writes is below.
        aws_port, trend_port: ports on 127.0.0.1; 0 picks one that is free.
        tenant: whom the Trend simulator plays; None is the default tenant.
        region: Cloud One region of the default tenant.
        account: the AWS account's id.
        accounts: how many accounts its organization has, itself included; 0 for no organization.
        detached: let it run on when this process ends; a sandbox that is not detached never outlives it.

    Raises:
        ValueError: account or region has not the form it must have, or the accounts are too few.
    """

    def __init__(
        self,
        home: Path = ROOT / ".sandbox",
        *,
        aws_port: int = 0,
        trend_port: int = 0,
        tenant: Tenant | None = None,
        region: str = "us-1",
        account: str = ACCOUNT,
        accounts: int = 0,
        detached: bool = False,
    ) -> None:
        if not re.fullmatch(r"\d{12}", account):
            raise ValueError(f"account {account!r} is not 12 digits")
        self.home = home.resolve()
        self.tenant = tenant or default_tenant(region)
        self.account = account
        self._accounts = len(Organization.of(account, accounts).accounts) if accounts else 0
        self._ports = (aws_port, trend_port)
        self._detached = detached
        self._record = SandboxRecord(self.home)
        self._launched: dict[Server, Path] = {}
        self._trend: SimulatorControl | None = None
        self._aws_control: AwsControl | None = None

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._launched:
            self.stop()

    def start(self) -> bool:
        """Start both servers side by side and wait until they answer.

        What is left of a sandbox of which one server died is ended first: the two belong together.

        Returns:
            Whether it was started; False: it runs already, as it is.

        Raises:
            SandboxError: a port is taken, or a server does not come up; nothing is left running then.
        """
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.home.chmod(0o700)
        with self._record.locked():
            if self.is_running():
                return False
            end(self.servers())
            with contextlib.ExitStack() as stack:
                self._bring_up(
                    stack.enter_context(listen_for("--aws-port", self._ports[0])),
                    stack.enter_context(listen_for("--trend-port", self._ports[1])),
                )
        return True

    def stop(self) -> list[Server]:
        """End what runs of the sandbox; its folder and the stacks' states stay.

        Returns:
            The servers that ran.
        """
        if not self.home.is_dir():
            return []
        with self._record.locked():
            return self._end(self.servers())

    def servers(self) -> list[Server]:
        """Return the servers that were started last in this folder, dead or alive; none after a stop."""
        return self._record.read()

    def is_running(self) -> bool:
        """Whether both servers answer."""
        servers = self.servers()
        return bool(servers) and all(server.process() and server.is_healthy() for server in servers)

    def require_running(self) -> None:
        """Make sure that both servers answer.

        Raises:
            SandboxError: they do not; the message says what to do.
        """
        if not self.is_running():
            raise SandboxError(f"no sandbox runs in {self.home}; start it with `python -m sandbox start`")

    def reset(self) -> None:
        """Put AWS and Trend back to the freshly seeded state; the stacks' states stay.

        Raises:
            SandboxError: it does not run.
        """
        self.aws_control.reset()
        self.trend.reset()
        if self._launched:  # a sandbox that another process started keeps the tenant it was given there
            self.trend.set_tenant(self.tenant)

    def environment(self) -> dict[str, str]:
        """Return the variables with which Pulumi, boto3 and the program work against this sandbox.

        Raises:
            SandboxError: it does not run.
            ToolchainError: there is no engine.
        """
        return {
            **self.endpoints(),
            **environment.backend(self.home),
            **self.toolchain.environment(os.environ.get("PATH", os.defpath)),
        }

    def endpoints(self) -> dict[str, str]:
        """Return the variables that lead to the sandbox's servers; no region, since that is the stack's to say.

        Raises:
            SandboxError: it does not run.
        """
        return environment.endpoints(self._url("aws"), self._url("trend"))

    def tools_environment(self) -> dict[str, str]:
        """Return the variables of engine and plugins alone, for use against other endpoints.

        A backend comes with them only where the caller's environment names none.

        Raises:
            ToolchainError: there is no engine.
        """
        backend = {} if "PULUMI_BACKEND_URL" in os.environ else environment.backend(self.home)
        return {**backend, **self.toolchain.environment(os.environ.get("PATH", os.defpath))}

    @cached_property
    def toolchain(self) -> Toolchain:
        """Engine and plugins, found or made at the first use.

        Raises:
            ToolchainError: there is no engine.
        """
        return toolchain.prepare(self.home)

    @property
    def trend(self) -> SimulatorControl:
        """The Trend simulator's control surface."""
        url = self._url("trend")
        if self._trend is None or self._trend.url != url:
            self._trend = SimulatorControl(url)
        return self._trend

    @property
    def aws_control(self) -> AwsControl:
        """The control surface of AWS."""
        url = self._url("aws")
        if self._aws_control is None or self._aws_control.url != url:
            self._aws_control = AwsControl(url)
        return self._aws_control

    @property
    def organization(self) -> Organization | None:
        """The organization that AWS has here; None for a lone account."""
        health = self.aws_control.health()
        return Organization.of(health["account"], health["accounts"]) if health["accounts"] else None

    def aws(self, service: str, region: str = "us-east-1", *, account: str = "", **options: Any) -> Any:
        """Return a boto3 client of a service in the sandbox.

        Args:
            service: as boto3 names it.
            region: for example `us-east-1`.
            account: id of the account to look into, as its root user; the sandbox's own where it is left out.
            options: further ones of `boto3.client`.
        """
        import boto3  # here, since it takes longer to load than all the rest

        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self._url("aws"),
            aws_access_key_id=f"{environment.ACCESS_KEY}-{account}" if account else environment.ACCESS_KEY,
            aws_secret_access_key=environment.ACCESS_KEY,
            **options,
        )

    def aws_requests(self, *, changing: bool | None = None) -> list[LoggedRequest]:
        """Return the calls to AWS since the last reset."""
        return self.aws_control.requests(changing=changing)

    def _url(self, name: str) -> str:
        for server in self.servers():
            if server.name == name:
                return server.url
        raise SandboxError(f"no sandbox runs in {self.home}; start it with `python -m sandbox start`")

    def _bring_up(self, aws: socket.socket, trend: socket.socket) -> None:
        aws_url = f"http://{HOST}:{aws.getsockname()[1]}"
        try:
            self._launch("aws", "sandbox.aws", aws, "--account", self.account, "--accounts", str(self._accounts))
            self._launch("trend", "sandbox.trend", trend, "--aws", aws_url)
            self._record.write(list(self._launched))
            wait_until_healthy(self._launched)
            self.trend.set_tenant(self.tenant)
        except BaseException:
            self._end(list(self._launched))
            raise

    def _launch(self, name: str, module: str, listening: socket.socket, *options: str) -> None:
        logs = self.home / "logs"
        logs.mkdir(mode=0o700, exist_ok=True)
        arguments = [*options, "--request-log", str(logs / f"{name}-requests.jsonl")]
        log = logs / f"{name}.log"
        self._launched[launch(name, module, listening, arguments, log, leashed=not self._detached)] = log

    def _end(self, servers: list[Server]) -> list[Server]:
        ended = end(servers)
        for control in (self._trend, self._aws_control):
            if control is not None:
                control.close()
        self._launched, self._trend, self._aws_control = {}, None, None
        self._record.clear()
        return ended
