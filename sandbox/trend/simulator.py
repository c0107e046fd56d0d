"""The simulator as an object: start it, use its address, stop it."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from sandbox.gate import HOST
from sandbox.gate.gate import Gate
from sandbox.gate.log import RequestLog
from sandbox.gate.server import KeepAliveServer, listen
from sandbox.trend.accounts import AccountsService, ServiceList
from sandbox.trend.client import SimulatorControl
from sandbox.trend.cloud_accounts import CloudAccounts
from sandbox.trend.cloudtrail import CloudTrailService
from sandbox.trend.control import control_surface
from sandbox.trend.role_trial import RoleTrial
from sandbox.trend.simulation import Simulation
from sandbox.trend.tenant import Tenant, default_tenant
from sandbox.trend.vision_one import VisionOneConnectService, VisionOneService
from sandbox.trend.workload import WorkloadService
from sandbox.trend.world import TrendWorld

SERVICES = (
    AccountsService,
    ServiceList,
    WorkloadService,
    CloudAccounts,
    CloudTrailService,
    VisionOneConnectService,
    VisionOneService,
)


class Simulator:
    """Trend's services on the loopback address, in threads of this process.

    Stopped and started again it keeps its port and what it holds, as a vendor that was out of reach for a while would.

    Args:
        tenant: whom to play; the sandbox's default tenant if None.
        port: 0 for one that is free.
        aws_url: base URL of the sandbox's AWS, in which roles are tried; None accepts every role.
        request_log: file to which the request log is appended.

    Attributes:
        application: answers the requests, those of control included; for a server of one's own.
    """

    def __init__(
        self,
        tenant: Tenant | None = None,
        *,
        port: int = 0,
        aws_url: str | None = None,
        request_log: Path | None = None,
    ) -> None:
        self._simulation = Simulation(tenant or default_tenant(), RoleTrial(aws_url) if aws_url else None)
        world = TrendWorld(self._simulation, [each(self._simulation) for each in SERVICES])
        self._gate = Gate(world, RequestLog(request_log))
        self.application = control_surface(self._gate, self._simulation).in_front_of_gate()
        self._port = port
        self._server: KeepAliveServer | None = None
        self._thread: threading.Thread | None = None
        self._control: SimulatorControl | None = None

    @property
    def tenant(self) -> Tenant:
        """The tenant that is played at the moment."""
        return self._simulation.tenant

    @property
    def url(self) -> str:
        """The base of all services; the port is known once the simulator has been started."""
        return f"http://{HOST}:{self._port}"

    @property
    def control(self) -> SimulatorControl:
        """A client of the control calls, closed with the simulator."""
        if self._control is None:
            self._control = SimulatorControl(self.url)
        return self._control

    def start(self) -> Simulator:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        self._gate.stopping.clear()
        self._server = KeepAliveServer(listen(self._port), self.application)
        self._port = self._server.port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="trend-simulator", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Hang up on everybody and give the port back. Does nothing when the simulator isn't running."""
        self._gate.stopping.set()
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
