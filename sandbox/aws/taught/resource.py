"""What a taught CloudFormation resource is: the form that moto asks of a model, and what is common to ours."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError

Properties = Mapping[str, Any]


class TaughtResource(ABC):
    """One resource of a stack, made through moto's own services. The form is what moto asks of a model."""

    TYPE: ClassVar[str]
    PROPERTIES: ClassVar[frozenset[str]]
    REPLACING: ClassVar[frozenset[str]] = frozenset()
    """Properties whose change makes a new resource."""

    def __init__(self, name: str, properties: Properties, account_id: str, region: str) -> None:
        """Describe the resource; `make` makes it.

        Raises:
            ValidationError: a property is not one that the sandbox understands.
        """
        unknown = sorted(set(properties) - self.PROPERTIES)
        if unknown:
            raise ValidationError(message=f"Encountered unsupported property {', '.join(unknown)}")
        self.name = name
        self.properties = properties
        self.account_id = account_id
        self.region = region

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> TaughtResource:
        """Make a resource of a template (moto's interface)."""
        resource = cls(resource_name, cloudformation_json["Properties"], account_id, region_name)
        resource.make()
        return resource

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Whether Fn::GetAtt knows the attribute (moto's interface)."""
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute for Fn::GetAtt (moto's interface)."""
        if not self.has_cfn_attr(attribute_name):
            raise UnformattedGetAttTemplateException
        return self.arn

    def is_created(self) -> bool:
        """Everything here is made at once (moto's interface)."""
        return True

    @property
    @abstractmethod
    def arn(self) -> str:
        """The resource's ARN."""

    @property
    def physical_resource_id(self) -> str:
        """What Ref yields."""
        return self.arn

    @abstractmethod
    def make(self) -> None:
        """Make it, or raise the error of its service."""

    @abstractmethod
    def change(self, properties: Properties) -> None:
        """Bring it to other properties, none of which replaces it."""

    @abstractmethod
    def remove(self) -> None:
        """Delete it, or raise the error of its service."""

    def delete(self, *_account_and_region: str) -> None:
        """Delete it (moto's interface)."""
        self.remove()

    @abstractmethod
    def tag(self, tags: Mapping[str, str], gone: Collection[str]) -> None:
        """Add the stack's tags, and take off those that the stack no longer has."""


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags in the form of most AWS calls."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
