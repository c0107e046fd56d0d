"""The simulator's application: all services of one tenant, and the sandbox's control calls."""

from __future__ import annotations

from flask import Flask

from sandbox.trend.accounts import Accounts, ServiceList
from sandbox.trend.cloud_accounts import CloudAccounts
from sandbox.trend.cloudtrail import CloudTrail
from sandbox.trend.control import Control
from sandbox.trend.pipeline import Pipeline
from sandbox.trend.simulation import Simulation
from sandbox.trend.vision_one import VisionOne, VisionOneConnect
from sandbox.trend.workload import Workload


def create_app(simulation: Simulation) -> Flask:
    """Build the application around a simulation."""
    app = Flask("sandbox.trend", static_folder=None)
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
