"""The mark of a deployment: drawn once, known in every preview, and kept."""

from __future__ import annotations

import uuid

from components.resources.deployment import DeploymentProvider
from tests.lifecycle.engine import Engine


def test_each_deployment_has_a_mark_of_its_own(engine: Engine) -> None:
    marks = set()
    for _ in range(2):
        deployment = engine.resource(DeploymentProvider)
        deployment.up({"mark": None})
        assert deployment.inputs == deployment.outs == {"mark": deployment.id}
        marks.add(uuid.UUID(deployment.id))
    assert len(marks) == 2


def test_the_mark_stays_in_updates_refreshes_and_after_an_upgrade(engine: Engine) -> None:
    deployment = engine.resource(DeploymentProvider)
    deployment.up({"mark": None})
    mark = deployment.id
    assert deployment.preview({"mark": None}) == "same"
    deployment.refresh()
    deployment.pickled_anew()
    assert deployment.up({"mark": None}) == "update"
    assert (deployment.id, deployment.inputs, deployment.outs) == (mark, {"mark": mark}, {"mark": mark})
    deployment.destroy()
