"""The simulator's application: all services of one tenant, and the sandbox's control calls."""

from __future__ import annotations

from flask import Flask

from sandbox.simulator.accounts import Accounts, ServiceList
from sandbox.simulator.cloud_accounts import CloudAccounts
from sandbox.simulator.cloudtrail import CloudTrail
from sandbox.simulator.control import Control
from sandbox.simulator.pipeline import Pipeline
from sandbox.simulator.simulation import Simulation
from sandbox.simulator.vision_one import VisionOne, VisionOneConnect
from sandbox.simulator.workload import Workload


def create_app(simulation: Simulation) -> Flask:
    """Build the application around a simulation."""
    app = Flask("sandbox.simulator", static_folder=None)
    # `//` in a path is a client's mistake: show it instead of redirecting.
    app.url_map.merge_slashes = False
    app.register_blueprint(Control(simulation).blueprint())
    Pipeline(
        app,
        simulation,
        (
            Accounts(simulation).service(),
            ServiceList(simulation).service(),
            Workload(simulation).service(),
            CloudAccounts(simulation).service(),
            CloudTrail(simulation).service(),
            VisionOneConnect(simulation).service(),
            VisionOne(simulation).service(),
        ),
    )
    return app
