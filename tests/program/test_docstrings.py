"""Each component says its Pulumi type, what it takes and what it gives."""

from __future__ import annotations

import inspect

import pulumi
import pytest

from components.onboarding import Onboarding
from components.steps.audit_trail import AuditTrail
from components.steps.cloud_account import CloudAccount
from components.steps.cloudtrail_integration import CloudTrailIntegration
from components.steps.vision_one import VisionOne
from components.steps.vision_one_stack import VisionOneStack
from components.steps.workload_security import WorkloadSecurity

COMPONENTS = [AuditTrail, CloudAccount, CloudTrailIntegration, Onboarding, VisionOne, VisionOneStack, WorkloadSecurity]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)
def test_the_docstring_names_type_arguments_and_what_it_gives(component: type[pulumi.ComponentResource]) -> None:
    text = inspect.getdoc(component) or ""
    assert text.startswith(f"`trend:onboarding:{component.__name__}`: ")
    arguments = text.partition("\nArgs:\n")[2].partition("\nAttributes:\n")[0]
    for name in inspect.signature(component.__init__).parameters:
        assert name in ("self", "opts") or f"    {name}: " in arguments, name
    for name in inspect.get_annotations(component):
        assert f"    {name}: " in text.partition("\nAttributes:\n")[2], name
