"""Onboards an AWS account to Trend Cloud One and Trend Vision One."""

import pulumi

from components.aws.provider import current_context
from components.checks import preflight
from components.onboarding import Onboarding
from components.refusal import refusals_in_one_line
from components.settings.configuration import load_settings
from components.steps import health

with refusals_in_one_line():
    settings = load_settings()
    where = current_context(meanwhile=lambda: health.begin(settings.scope))
    found = preflight.check(settings, where)

onboarding = Onboarding("trend", settings=settings, where=where, found=found)

for name, value in onboarding.outputs.items():
    pulumi.export(name, value)
