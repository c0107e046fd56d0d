"""`aws:cloudformation/stack:Stack`. Follows terraform-provider-aws internal/service/cloudformation/stack.go."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.documents import hidden_parameters, normal
from sandbox.pulumi.aws.errors import ProviderError, RefusedCall, aws_errors, ignoring
from sandbox.pulumi.aws.kind import AutoName, ResourceType, Traits
from sandbox.pulumi.aws.retry import repeated, until
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import PropertyMap

INVALID = "ValidationError"
UNSPREAD: RefusedCall = (INVALID, "is invalid or cannot be assumed")
ABSENT: RefusedCall = (INVALID, "does not exist")
NOTHING_TO_DO: RefusedCall = (INVALID, "No updates are to be performed")

MASK = "****"
"""What AWS shows in place of a NoEcho parameter."""

WAIT = 120.0
"""Seconds a stack may take. The official provider waits 30 minutes, after a pause of ten seconds that is left out."""


class StackType(ResourceType):
    """A stack from a template in S3; its id is its ARN. Parameters may be secrets: no message shows their values."""

    traits = Traits(
        type="aws:cloudformation/stack:Stack",
        label="CloudFormation Stack",
        supported=frozenset({"capabilities", "name", "onFailure", "parameters", "tags", "templateUrl"}),
        replaces=frozenset({"name", "onFailure"}),
        sets=frozenset({"capabilities"}),
        computed=frozenset({"parameters"}),
        auto_name=AutoName(),
        volatile=frozenset({"outputs"}),
        gone=(ABSENT,),
    )

    def secrets(self, props: PropertyMap) -> list[str]:
        """Return the values of all parameters: which of them are secret is not known here."""
        return [str(value) for value in (props.get("parameters") or {}).values()]

    def create(self, aws: Aws, inputs: PropertyMap) -> str:
        """CreateStack. Its request token marks the events that belong to this operation."""
        request = _request(inputs)
        if inputs.get("onFailure"):
            request["OnFailure"] = inputs["onFailure"]
        client = _client(aws, inputs)
        created = repeated(lambda: client.create_stack(StackName=inputs["name"], **request), UNSPREAD)
        return str(created["StackId"])

    def complete(self, aws: Aws, resource_id: str, inputs: PropertyMap) -> None:
        """DescribeStacks until the stack is complete, or has failed: then the reasons are in its events."""
        _wait(_client(aws, inputs), resource_id, "create", {"CREATE_COMPLETE"})

    def read(self, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
        """DescribeStacks, GetTemplate. A failed stack is not gone. NoEcho parameters, clear in moto, are masked."""
        client = _client(aws, state)
        stack = client.describe_stacks(StackName=resource_id)["Stacks"][0]
        if stack["StackStatus"] == "DELETE_COMPLETE":
            return None
        template = client.get_template(StackName=resource_id, TemplateStage="Original")["TemplateBody"]
        given, masked = state.get("parameters") or {}, hidden_parameters(template)
        live = {item["ParameterKey"]: item.get("ParameterValue", "") for item in stack.get("Parameters", [])}
        capabilities = {"capabilities": sorted(stack["Capabilities"])} if stack.get("Capabilities") else {}
        return {
            **capabilities,
            "name": stack["StackName"],
            "outputs": {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])},
            "parameters": {key: MASK if key in masked else live[key] for key in sorted(live) if key in given},
            "templateBody": normal(template),
            **tags.found(aws, tags.from_pairs(stack.get("Tags")), state),
        }

    def update(self, aws: Aws, resource_id: str, old: PropertyMap, new: PropertyMap) -> None:
        """UpdateStack, always, with all parameters, capabilities and tags; then wait. Nothing to update is no error."""
        request, client = {"Tags": [], **_request(new)}, _client(aws, new)
        with ignoring(NOTHING_TO_DO):
            repeated(lambda: client.update_stack(StackName=resource_id, **request), UNSPREAD)
            _wait(client, resource_id, "update", {"CREATE_COMPLETE", "UPDATE_COMPLETE"})

    def delete(self, aws: Aws, resource_id: str, state: PropertyMap) -> None:
        """DeleteStack, then wait. A stack that AWS does not know is done."""
        client = _client(aws, state)
        with ignoring((INVALID, "")):
            client.delete_stack(StackName=resource_id, ClientRequestToken=uuid.uuid4().hex)
            _wait(client, resource_id, "delete", {"DELETE_COMPLETE"})


def _client(aws: Aws, props: PropertyMap) -> Any:
    return aws.client("cloudformation", props.get("region"))


def _request(props: PropertyMap) -> PropertyMap:
    """Return what CreateStack and UpdateStack share."""
    request = {
        "Capabilities": props.get("capabilities"),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in (props.get("parameters") or {}).items()
        ],
        "Tags": tags.pairs(props.get("tagsAll")),
        "TemplateURL": props.get("templateUrl"),
    }
    return {"ClientRequestToken": uuid.uuid4().hex, **{name: value for name, value in request.items() if value}}


def _wait(client: Any, resource_id: str, doing: str, good: set[str]) -> None:
    """Ask until the stack is at rest; one that is not as it should be then is an error with AWS's reasons."""
    what = f"CloudFormation Stack ({resource_id}) {doing}"

    def final() -> PropertyMap | None:
        stack: PropertyMap = client.describe_stacks(StackName=resource_id)["Stacks"][0]
        return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

    stack = until(final, what, WAIT)
    status = stack["StackStatus"]
    if status not in good:
        reasons = _reasons(client, resource_id) or [stack.get("StackStatusReason", "")]
        raise ProviderError(f"waiting for {what}: stack status ({status}): {'; '.join(reasons)}")


def _reasons(client: Any, name: str) -> list[str]:
    """Return why the last operation failed, newest first; nothing where the events are refused, as in the provider.

    Only one operation can be under way, so the newest event carries the token of the one that was waited for.
    """
    try:
        pages = list(client.get_paginator("describe_stack_events").paginate(StackName=name))
    except aws_errors():
        return []
    events = [event for page in pages for event in page["StackEvents"]]
    token = events[0].get("ClientRequestToken") if events else None
    return [
        " ".join(event["ResourceStatusReason"].split())
        for event in events
        if event.get("ClientRequestToken") == token and event.get("ResourceStatusReason") and _explains(event)
    ]


def _explains(event: PropertyMap) -> bool:
    status, of_stack = event["ResourceStatus"], event.get("ResourceType") == "AWS::CloudFormation::Stack"
    deletion = status == "DELETE_IN_PROGRESS" and of_stack
    return status.endswith("_FAILED") or status.startswith("ROLLBACK_") or deletion
