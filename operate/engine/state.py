"""Pulumi's state of a stack, as `pulumi stack export` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from operate.engine.moments import moment

BUCKET = "aws:s3/bucket:Bucket"
COMMAND = "command:local:Command"
ONBOARDING = "trend:onboarding:Onboarding"
ROOT = "pulumi:pulumi:Stack"
DYNAMIC = "pulumi-python:dynamic/trend:"
# What a resource is called in texts, and which of its properties names it.
_NOUNS = {
    "aws:cloudformation/stack:Stack": ("CloudFormation stack", "name"),
    "aws:cloudtrail/trail:Trail": ("CloudTrail trail", "name"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ("OpenID Connect provider", "url"),
    "aws:iam/role:Role": ("IAM role", "name"),
    "aws:iam/rolePolicy:RolePolicy": ("policy of IAM role", "role"),
    BUCKET: ("S3 bucket", "bucket"),
    "aws:sns/topic:Topic": ("SNS topic", "name"),
    f"{DYNAMIC}Connector": ("Workload Security connector", "displayName"),
    f"{DYNAMIC}CloudAccount": ("Cloud One cloud account", "awsAccountId"),
    f"{DYNAMIC}CloudTrailParameters": ("CloudTrail service token for AWS account", "awsAccountId"),
    f"{DYNAMIC}VisionOneAccount": ("Vision One cloud account", "awsAccountId"),
    f"{DYNAMIC}VisionOneEnrollment": ("Vision One enrollment of Cloud One account", "cloudOneAccountId"),
}
_ONLY_ASK = frozenset(
    {
        "CloudOneAccount",
        "Deployment",
        "ExternalId",
        "KeyCheck",
        "PriorLink",
        "NotificationSnapshot",
        "NotificationMerge",
        "VisionOneStackRole",
        "VisionOneTemplate",
        "VisionOneTenant",
    }
)


@dataclass(frozen=True)
class Resource:
    """A resource of the state, or one whose making was under way.

    Attributes:
        urn, type: Pulumi's name of it, and its type.
        id: the provider's id; empty where it is not known yet.
        inputs, outputs: its properties; secrets are encrypted.
        retained: whether it outlives its removal from the stack.
        custom: whether a provider made it; False for components.
        parent: URN of the component that it belongs to; empty for the root.
        created: when a run created it; None where that is not known, and for components.
    """

    urn: str
    type: str
    id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    retained: bool = False
    custom: bool = True
    parent: str = ""
    created: datetime | None = None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Resource:
        """Read one of the document's resources."""
        return cls(
            urn=entry["urn"],
            type=entry["type"],
            id=entry.get("id", ""),
            inputs=entry.get("inputs") or {},
            outputs=entry.get("outputs") or {},
            retained=bool(entry.get("retainOnDelete")),
            custom=bool(entry.get("custom")) and not entry["type"].startswith("pulumi:providers:"),
            parent=entry.get("parent", ""),
            created=moment(entry["created"]) if entry.get("created") else None,
        )

    @property
    def only_asks(self) -> bool:
        """Whether nothing stands for it anywhere: it only asked, or keeps what it was told."""
        return self.type.removeprefix(DYNAMIC) in _ONLY_ASK or self.type == COMMAND

    @property
    def is_part(self) -> bool:
        """Whether it is part of another resource, with which it comes and goes."""
        return self.type == "aws:iam/rolePolicy:RolePolicy" or (
            self.type.startswith("aws:s3/bucket") and self.type != BUCKET
        )

    @property
    def title(self) -> str:
        """How a person knows it, for example `IAM role workload-security-1a2b3c4`."""
        if self.type in _NOUNS:
            noun, key = _NOUNS[self.type]
            return f"{noun} {self.inputs.get(key) or self.id}"
        return f"{self.type.rpartition(':')[2]} {self.urn.rpartition('::')[2]}"


@dataclass(frozen=True)
class Operation:
    """Something that a run began and of which the state does not know how it ended; `kind` such as `creating`."""

    kind: str
    resource: Resource


@dataclass(frozen=True)
class State:
    """What Pulumi knows of a stack.

    Attributes:
        document: all of it, as exported.
        resources, operations: what stands, and what was under way when it was written.
        written: when that was; None for a stack that never ran.
    """

    document: Mapping[str, Any]
    resources: tuple[Resource, ...]
    operations: tuple[Operation, ...]
    written: datetime | None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> State:
        """Read an exported document."""
        deployment = document.get("deployment") or {}
        time = (deployment.get("manifest") or {}).get("time", "")
        return cls(
            document=document,
            resources=tuple(map(Resource.of, deployment.get("resources") or ())),
            operations=tuple(
                Operation(each["type"], Resource.of(each["resource"]))
                for each in deployment.get("pending_operations") or ()
            ),
            written=moment(time) if time else None,
        )

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs; secrets are encrypted."""
        return next((each.outputs for each in self.resources if each.type == ROOT), {})

    @property
    def marks(self) -> frozenset[str]:
        """The marks of the deployments in it: one, unless the program has several `Onboarding`s."""
        return frozenset(each.id for each in self._deployments())

    @property
    def since(self) -> datetime | None:
        """When the runs that have not completed began, at the earliest: what AWS created before is not theirs."""
        starts = (each.created for each in self._deployments())
        return self.completed or min(filter(None, starts), default=None)

    def _deployments(self) -> list[Resource]:
        return [each for each in self.resources if each.type == f"{DYNAMIC}Deployment"]

    @property
    def completed(self) -> datetime | None:
        """When an update last got to its end, as the program notes it (`components.onboarding`).

        It stays where a later update fails, and through a destroy of parts, an export and an import. None where no
        update has got there, and after one of parts that left out the last step.
        """
        noted = (str(each.outputs.get("completed", "")) for each in self.resources if each.type == ONBOARDING)
        return max(filter(None, map(_moment_in, noted)), default=None)

    @property
    def is_unfinished(self) -> bool:
        """Whether all that exists was created by updates of which none has got to its end, or nothing exists.

        Then all of it belongs to an `Onboarding` that never had outputs: it gets them last, and keeps them.
        """
        unfinished = {each.urn for each in self.resources if each.type == ONBOARDING and not each.outputs}
        parents = {each.urn: each.parent for each in self.resources}

        def is_below_one(urn: str) -> bool:
            return urn in unfinished or (urn in parents and is_below_one(parents[urn]))

        return all(is_below_one(each.urn) for each in self.real())

    def real(self) -> list[Resource]:
        """Return what stands outside of Pulumi: neither components nor providers."""
        return [resource for resource in self.resources if resource.custom]

    def without_operations(self) -> dict[str, Any]:
        """Return the document as if nothing had been under way."""
        deployment = {key: value for key, value in self.document["deployment"].items() if key != "pending_operations"}
        return {**self.document, "deployment": deployment}


def _moment_in(text: str) -> datetime | None:
    """Return the moment that a text holds; None for another one, such as Pulumi's mark of an unknown value."""
    try:
        return moment(text)
    except ValueError:
        return None
