"""The resources of a CloudFormation stack: made, changed and deleted in the order that AWS would, each refusal told.

moto lets the error of a resource escape, forgets on update what it cannot change, and makes missing resources when
somebody asks for a description.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.parsing import ResourceMap, clean_json
from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from sandbox.aws.judging import on_behalf
from sandbox.aws.taught.resource import TaughtResource

REFUSALS = (ServiceException, HTTPException)
"""What moto raises where a service says no; anything else is a mistake of the template or of the sandbox."""

TemplateDocument = Mapping[str, Any]


class ResourceError(Exception):
    """A resource could not be made, changed or deleted."""

    def __init__(self, logical_id: str, kind: str, physical_id: str, reason: str) -> None:
        """Name the resource and what its service said."""
        super().__init__(f"{logical_id}: {reason}")
        self.logical_id, self.kind, self.physical_id, self.reason = logical_id, kind, physical_id, reason

    @classmethod
    def of(cls, logical_id: str, described: Mapping[str, Any], resource: Any, error: Exception) -> ResourceError:
        """Word the refusal of a service."""
        physical_id = str(getattr(resource, "physical_resource_id", None) or "")
        code = getattr(error, "error_type", None) or getattr(error, "code", "")
        return cls(logical_id, described["Type"], physical_id, f"{code}: {getattr(error, 'message', error)}")


class StackResources(ResourceMap):
    """The resources of a stack, in the order in which they were made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what moto's map takes."""
        super().__init__(*args, **kwargs)
        self._made: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        """Return a parameter or a resource; a resource that is missing is made.

        Raises:
            ResourceError: its service refused.
        """
        if key in self._parsed_resources or key not in self._resource_json_map:
            return super().__getitem__(key)
        described = self._resource_json_map[key]
        self._require("create", key, described, self._resolved(key))
        try:
            resource = super().__getitem__(key)
            if isinstance(resource, TaughtResource):
                resource.tag(self._own_tags(), ())
        except REFUSALS as error:
            raise ResourceError.of(key, described, None, error) from error
        if resource is not None:
            if not hasattr(resource, "physical_resource_id"):  # moto gives some models none; AWS always does
                resource.physical_resource_id = f"{self['AWS::StackName']}-{key}"
            self._made[key] = self._resolved(key)
        return resource

    def list_existing(self) -> list[Any]:
        """Return the resources that exist, without making any."""
        return [self._parsed_resources[key] for key in self._made]

    def converge(self, template: TemplateDocument, parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Bring the resources to another template and other values.

        Raises:
            ResourceError: a service refused; what was changed until then stays changed.
        """
        before, old_tags = self._resource_json_map, self._own_tags()
        self._template, self._resource_json_map = dict(template), template["Resources"]
        self.input_parameters, self.resolved_parameters, self.tags = dict(parameters), {}, dict(tags)
        self.load()
        # What stands was made in an order that fits its references, so it is changed in that order too.
        for key in [*self._made, *(key for key in self._resource_json_map if key not in self._made)]:
            if self._is_wanted(key) and key in self._made:
                self._change(key, before[key])
                if old_tags != self._own_tags():
                    self._tag(key, old_tags)
            elif self._is_wanted(key):
                self[key]
        for key in [key for key in reversed(self._made) if not self._is_wanted(key)]:
            self._remove(key, before[key])

    def delete(self) -> None:
        """Delete what was made, the last first, but for what the template wants retained.

        Raises:
            ResourceError: a service refused; what could not be deleted still counts as made.
        """
        for key in reversed(list(self._made)):
            if self._resource_json_map[key].get("DeletionPolicy") == "Retain":
                self._forget(key)
            else:
                self._remove(key, self._resource_json_map[key])

    def _own_tags(self) -> dict[str, str]:
        return {name: value for name, value in self.tags.items() if not name.startswith("aws:")}

    def _is_wanted(self, key: str) -> bool:
        described = self._resource_json_map.get(key)
        if described is None:
            return False
        condition = described.get("Condition")
        return condition is None or bool(self.lazy_condition_map[condition])

    def _resolved(self, key: str) -> Any:
        return clean_json(self._resource_json_map[key].get("Properties", {}), self)

    def _change(self, key: str, before: Mapping[str, Any]) -> None:
        described, old, new = self._resource_json_map[key], self._made[key], self._resolved(key)
        if old == new and before["Type"] == described["Type"]:
            return
        resource = self._parsed_resources[key]
        changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
        try:
            if before["Type"] != described["Type"] or not _can_change(resource, changed):
                self._remove(key, before)
                self[key]
            elif isinstance(resource, TaughtResource):
                resource.change(new)
            else:
                self._parsed_resources[key] = parsing.parse_and_update_resource(
                    key, described, self, self._account_id, self._region_name
                )
        except REFUSALS as error:
            raise ResourceError.of(key, described, resource, error) from error
        self._made[key] = new

    def _tag(self, key: str, before: Mapping[str, str]) -> None:
        self._require("tag", key, self._resource_json_map[key], self._made[key])
        resource = self._parsed_resources[key]
        if isinstance(resource, TaughtResource):
            tags = self._own_tags()
            resource.tag(tags, [name for name in before if name not in tags])

    def _remove(self, key: str, described: Mapping[str, Any]) -> None:
        resource = self._parsed_resources[key]
        self._require("delete", key, described, self._made[key])
        try:
            self._delete_resource(resource, dict(described))
        except REFUSALS as error:
            raise ResourceError.of(key, described, resource, error) from error
        self._forget(key)

    def _require(self, operation: str, key: str, described: Mapping[str, Any], properties: Any) -> None:
        """Refuse what the caller of CloudFormation may not do itself."""
        refusal = on_behalf.refusal(
            operation,
            described["Type"],
            key,
            properties,
            str(self["AWS::StackName"]),
            self._account_id,
            self._region_name,
        )
        if refusal is not None:
            raise ResourceError(key, described["Type"], "", f"AccessDenied: {refusal}")

    def _forget(self, key: str) -> None:
        del self._made[key]
        del self._parsed_resources[key]


def _can_change(resource: Any, changed: set[str]) -> bool:
    """Whether a resource can take the change without being replaced."""
    if isinstance(resource, TaughtResource):
        return not changed & resource.REPLACING
    return not hasattr(resource.update_from_cloudformation_json, "__isabstractmethod__")
