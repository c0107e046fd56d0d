"""The mark of a deployment: what it creates can be told from what any other has created, of the same names even."""

from __future__ import annotations

import uuid

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, ReadResult, UpdateResult

from components.resources.base import OnboardingProvider
from components.resources.properties import OnboardingResource, OutputProperty, Props


class DeploymentProvider(OnboardingProvider):
    """Draws a UUID once. It stays among the inputs, so that it is known in previews; nothing of it is anywhere else."""

    step = "mark of the deployment"
    identity = ()
    failures = ()

    def redact(self, text: str) -> str:
        """Return the text: no secret is at hand here."""
        return text

    def check(self, olds: Props, _news: Props) -> CheckResult:
        """Keep the mark, or draw one."""
        return CheckResult({"mark": olds.get("mark") or str(uuid.uuid4())}, [])

    def create(self, props: Props) -> CreateResult:
        """Note the mark down."""
        return CreateResult(props["mark"], props)

    def read(self, mark: str, props: Props) -> ReadResult:
        """Return what was noted down."""
        return ReadResult(mark, props, {"mark": mark})

    def update(self, _mark: str, _olds: Props, news: Props) -> UpdateResult:
        """Keep the mark. The engine calls this where nothing but the provider's own pickle differs."""
        return UpdateResult(news)


class Deployment(OnboardingResource, module="trend", name="Deployment"):
    """A deployment, `trend:Deployment`: from the first `up` until a destroy, wherever its state is moved meanwhile.

    Args:
        name: the resource's name.
    """

    mark = OutputProperty[str]()
    """A UUID."""

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(DeploymentProvider(), name, {}, opts)
