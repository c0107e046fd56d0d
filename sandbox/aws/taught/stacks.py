"""A CloudFormation stack with the life it has on AWS: statuses, events, rollback, masked parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.cloudformation.models import Event, Stack

from sandbox.aws.taught import serverless
from sandbox.aws.taught.stack_resources import ResourceError, StackResources


class StrictStack(Stack):
    """A stack with AWS's life: its statuses, events and rollback.

    Attributes:
        request_token: the caller's token of the operation under way; events carry it.
        capabilities: what the caller acknowledged.
        stack_status_reason: why the stack is in its status, where there is something to say.
    """

    class Meta(Stack.Meta):
        """Where moto's serializer finds what it else finds by the name of moto's own class."""

        serialization_aliases = {  # noqa: RUF012  (an attribute of moto's, which is not a ClassVar)
            **Stack.Meta.serialization_aliases,
            "StackName": "name",
            "StackStatus": "status",
        }

    resource_map: StackResources

    def __init__(self, *args: Any, request_token: str | None, capabilities: Iterable[str], **kwargs: Any) -> None:
        """Take what moto's stack takes, and what the call says besides; nothing is made yet."""
        self.request_token = request_token
        self.capabilities = list(capabilities)
        self.stack_status_reason: str | None = None
        self.region_name = kwargs["region_name"]  # parsing the template, which comes first, asks for it
        super().__init__(*args, **kwargs)

    def _parse_template(self) -> None:
        super()._parse_template()
        self.template_dict = serverless.expanded(self.template_dict, self.region_name)

    def _create_resource_map(self) -> StackResources:
        resources = StackResources(
            self.stack_id,
            self.name,
            self.parameters,
            self.tags,
            account_id=self.account_id,
            region_name=self.region_name,
            template=self.template_dict,
            cross_stack_resources=self.cross_stack_resources,
        )
        resources.load()
        return resources

    @property
    def parameter_list(self) -> list[dict[str, Any]]:
        """The parameters as AWS shows them: a NoEcho value is four asterisks."""
        slots = self.template_dict.get("Parameters", {})
        hidden = {name for name, slot in slots.items() if str(slot.get("NoEcho", "")).lower() == "true"}
        values = self.resource_map.resolved_parameters.items()
        return [{"ParameterKey": name, "ParameterValue": "****" if name in hidden else value} for name, value in values]

    @property
    def stack_resources(self) -> list[Any]:
        """The resources that exist."""
        return self.resource_map.list_existing()

    @property
    def outputs(self) -> list[dict[str, Any]] | None:
        """The outputs of a stack that stands."""
        return super().outputs if self._stands else None

    @property
    def _stands(self) -> bool:
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")

    def build(self, on_failure: str) -> None:
        """Make the resources; on a failure do as the caller said: ROLLBACK, DELETE or DO_NOTHING."""
        self._enter("CREATE_IN_PROGRESS", "User Initiated")
        try:
            self.resource_map.create(self.template_dict)
        except ResourceError as error:
            self._report(error, "CREATE_FAILED")
            reason = f"The following resource(s) failed to create: [{error.logical_id}]."
            if on_failure == "DO_NOTHING":
                self._enter("CREATE_FAILED", reason)
            elif on_failure == "DELETE":
                self._undo("DELETE", f"{reason} Delete requested by user.")
            else:
                self._undo("ROLLBACK", f"{reason} Rollback requested by user.")
        else:
            self._enter("CREATE_COMPLETE")

    def change(self, template: str, parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Bring the stack to another template, values and tags, or back to what it was where a resource refuses."""
        before = (str(self.template), self.parameters, self.tags)
        self._enter("UPDATE_IN_PROGRESS", "User Initiated")
        try:
            self._adopt(template, parameters, tags)
        except ResourceError as error:
            self._report(error, "UPDATE_FAILED")
            self._enter(
                "UPDATE_ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to update: [{error.logical_id}]."
            )
            self._within("UPDATE_ROLLBACK", lambda: self._adopt(*before))
        else:
            self._enter("UPDATE_COMPLETE")

    def delete(self) -> None:
        """Delete the stack's resources; the status says whether all could be."""
        self._undo("DELETE", "User Initiated")

    def _adopt(self, template: str, parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
        self.template, self.parameters, self.tags = template, dict(parameters), dict(tags)
        self._parse_template()
        self.resource_map.converge(self.template_dict, self.parameters, self.tags)
        self.output_map = self._create_output_map()

    def _undo(self, operation: str, reason: str) -> None:
        self._enter(f"{operation}_IN_PROGRESS", reason)
        self._within(operation, self.resource_map.delete)

    def _within(self, operation: str, act: Callable[[], None]) -> None:
        try:
            act()
        except ResourceError as error:
            self._report(error, "DELETE_FAILED")
            self._enter(f"{operation}_FAILED", f"The following resource(s) failed to delete: [{error.logical_id}].")
        else:
            self._enter(f"{operation}_COMPLETE")

    def _enter(self, status: str, reason: str | None = None) -> None:
        self.status, self.stack_status_reason = status, reason
        self._add_stack_event(status, resource_status_reason=reason)
        self._claim(self.events[-1])

    def _report(self, error: ResourceError, status: str) -> None:
        event = Event(
            stack_id=self.stack_id,
            stack_name=self.name,
            logical_resource_id=error.logical_id,
            physical_resource_id=error.physical_id,
            resource_type=error.kind,
            resource_status=status,
            resource_status_reason=error.reason,
            resource_properties=None,
        )
        self._claim(event)
        self.events.append(event)

    def _claim(self, event: Event) -> None:
        # Set by name: moto declares the attribute as None and nothing else.
        vars(event)["client_request_token"] = self.request_token
