"""A program of your own: the onboarding is one component in it."""

import pulumi

from components import ExistingTrail, Onboarding, Settings
from components.aws.provider import current_context

where = current_context()
onboarding = Onboarding(
    "trend",
    settings=Settings(trail=ExistingTrail("sandbox-existing-trail-us-east-1"), tags={"owner": "security"}),
    where=where,
)

pulumi.export("connector", onboarding.outputs["workloadSecurityConnectorId"])
