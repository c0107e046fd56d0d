"""What the page of a pull request says of changes, against what the program registers."""

from __future__ import annotations

from components.settings.direct import DirectLink
from components.settings.model import NewTrail, Settings
from operate.ci import consequences
from tests.program.deployment import deploy


def test_every_resource_that_has_a_consequence_is_one_of_the_program() -> None:
    routes = (
        Settings(trail=NewTrail()),
        Settings(trail=None, direct=DirectLink()),
        Settings(trail=NewTrail(), direct=DirectLink()),
    )
    made = [each for settings in routes for each in deploy(settings).engine.made]
    registered = {(each.options.type, each.name) for each in made}
    assert set(consequences._SENTENCES) <= registered
    known = {type_ for type_, _ in registered} | {"pulumi-python:dynamic/trend:PriorLink"}  # only with `adopt`
    assert known >= consequences._BOOKKEEPING
