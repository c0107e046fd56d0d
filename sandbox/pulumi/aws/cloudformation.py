"""`aws:cloudformation/stack:Stack`. Follows terraform-provider-aws internal/service/cloudformation/stack.go."""

from __future__ import annotations

import uuid
from typing import Any

from botocore.exceptions import ClientError

from sandbox.pulumi.aws import tags
from sandbox.pulumi.aws.documents import hidden_parameters, normal, same_policy, same_template
from sandbox.pulumi.aws.errors import ProviderError, aws_errors, failing, hidden
from sandbox.pulumi.aws.kind import AutoName, Traits, changed
from sandbox.pulumi.aws.retry import matches, repeated, until
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props

INVALID = "ValidationError"
UNSPREAD = (INVALID, "is invalid or cannot be assumed")
ABSENT = (INVALID, "does not exist")
NOTHING_TO_DO = (INVALID, "No updates are to be performed")

MASK = "****"
"""What AWS shows in place of a NoEcho parameter."""

WAIT = 120.0
"""Seconds a stack may take. The official provider waits 30 minutes, after a pause of ten seconds that is left out."""

_ARGUMENTS = {
    "capabilities": "Capabilities",
    "disableRollback": "DisableRollback",
    "iamRoleArn": "RoleARN",
    "notificationArns": "NotificationARNs",
    "onFailure": "OnFailure",
    "policyBody": "StackPolicyBody",
    "policyUrl": "StackPolicyURL",
    "templateBody": "TemplateBody",
    "templateUrl": "TemplateURL",
    "timeoutInMinutes": "TimeoutInMinutes",
}
"""Inputs of CreateStack."""

_ONLY_IF_CHANGED = ("iamRoleArn", "notificationArns", "policyBody", "policyUrl")
"""Inputs that UpdateStack gets only when they differ."""


class Stack:
    """A stack; its id is its ARN. Parameters may be secrets: no message shows their values."""

    traits = Traits(
        type="aws:cloudformation/stack:Stack",
        supported=frozenset({*_ARGUMENTS, "name", "parameters", "tags"}),
        replaces=frozenset({"disableRollback", "name", "onFailure", "timeoutInMinutes"}),
        computed=frozenset({"parameters", "policyBody", "templateBody"}),
        sets=frozenset({"capabilities", "notificationArns"}),
        same={"policyBody": same_policy, "templateBody": same_template},
        auto_name=AutoName(),
        volatile=frozenset({"outputs"}),
    )

    def create(self, aws: Aws, inputs: Props) -> str:
        """CreateStack. Its request token marks the events that belong to this operation."""
        name = str(inputs["name"])
        request = {argument: inputs[prop] for prop, argument in _ARGUMENTS.items() if inputs.get(prop)}
        for argument in ("StackPolicyBody", "TemplateBody"):
            if argument in request:
                request[argument] = normal(request[argument])
        if inputs.get("parameters"):
            request["Parameters"] = _parameters(inputs)
        if inputs.get("tagsAll"):
            request["Tags"] = tags.pairs(inputs["tagsAll"])
        client = _client(aws, inputs)
        with failing(f"creating CloudFormation Stack ({name})", _secrets(inputs)):
            created = repeated(
                lambda: client.create_stack(StackName=name, ClientRequestToken=_token(), **request), UNSPREAD
            )
        return str(created["StackId"])

    def complete(self, aws: Aws, resource_id: str, inputs: Props) -> None:
        """DescribeStacks until the stack is complete, or has failed: then the reasons are in its events."""
        self._wait(aws, resource_id, inputs, "create", {"CREATE_COMPLETE"})

    def read(self, aws: Aws, resource_id: str, state: Props) -> Props | None:
        """DescribeStacks, GetTemplate. A failed stack is not gone. NoEcho parameters, clear in moto, are masked."""
        client = _client(aws, state)
        with failing(f"reading CloudFormation Stack ({resource_id})", _secrets(state)):
            stack = _find(client, resource_id)
            if stack is None or stack["StackStatus"] == "DELETE_COMPLETE":
                return None
            template = client.get_template(StackName=resource_id, TemplateStage="Original")["TemplateBody"]
        given, masked = state.get("parameters") or {}, hidden_parameters(template)
        live = {item["ParameterKey"]: item.get("ParameterValue", "") for item in stack.get("Parameters", [])}
        found: Props = {
            "iamRoleArn": stack.get("RoleARN", ""),
            "name": stack["StackName"],
            "outputs": {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])},
            "parameters": {key: MASK if key in masked else live[key] for key in sorted(live) if key in given},
            "templateBody": normal(template),
            "timeoutInMinutes": stack.get("TimeoutInMinutes"),
            **tags.found(aws, tags.from_pairs(stack.get("Tags")), state),
        }
        if stack.get("Capabilities"):
            found["capabilities"] = sorted(stack["Capabilities"])
        if stack.get("DisableRollback") is not None:
            # The provider means to do so only beside onFailure, but its test is always true.
            found["disableRollback"] = False
        if stack.get("NotificationARNs"):
            found["notificationArns"] = sorted(stack["NotificationARNs"])
        return found

    def update(self, aws: Aws, resource_id: str, old: Props, new: Props) -> None:
        """UpdateStack, always, with all parameters, capabilities and tags; then wait. Nothing to update is no error."""
        request: Props = {"Tags": tags.pairs(new.get("tagsAll"))}
        if new.get("capabilities"):
            request["Capabilities"] = new["capabilities"]
        if new.get("parameters"):
            request["Parameters"] = _parameters(new)
        for prop in _ONLY_IF_CHANGED:
            if changed(old, new, prop):
                request[_ARGUMENTS[prop]] = new.get(prop) or ([] if prop == "notificationArns" else "")
        if new.get("templateUrl"):
            request["TemplateURL"] = new["templateUrl"]
        elif new.get("templateBody"):
            request["TemplateBody"] = normal(new["templateBody"])
        client = _client(aws, new)
        with failing(f"updating CloudFormation Stack ({resource_id})", _secrets(old, new)):
            try:
                repeated(
                    lambda: client.update_stack(StackName=resource_id, ClientRequestToken=_token(), **request), UNSPREAD
                )
            except ClientError as error:
                if matches(error, NOTHING_TO_DO):
                    return
                raise
        self._wait(aws, resource_id, new, "update", {"CREATE_COMPLETE", "UPDATE_COMPLETE"})

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """DeleteStack, then wait. A stack that AWS does not know is done."""
        with failing(f"deleting CloudFormation Stack ({resource_id})", _secrets(state)):
            try:
                _client(aws, state).delete_stack(StackName=resource_id, ClientRequestToken=_token())
            except ClientError as error:
                if matches(error, (INVALID, "")):
                    return
                raise
        self._wait(aws, resource_id, state, "delete", {"DELETE_COMPLETE", ""})

    def _wait(self, aws: Aws, resource_id: str, props: Props, doing: str, good: set[str]) -> None:
        client, secrets = _client(aws, props), _secrets(props)
        what = f"waiting for CloudFormation Stack ({resource_id}) {doing}"

        def final() -> Props | None:
            stack = _find(client, resource_id) or {"StackStatus": ""}
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        with failing(what, secrets):
            stack = until(final, what, WAIT)
        status = stack["StackStatus"]
        if status not in good:
            reasons = _reasons(client, resource_id) or [stack.get("StackStatusReason", "")]
            text = f"stack status ({status}): {'; '.join(reasons)}" if status else "couldn't find resource"
            raise ProviderError(hidden(f"{what}: {text}", secrets))


def _client(aws: Aws, props: Props) -> Any:
    return aws.client("cloudformation", props.get("region"))


def _token() -> str:
    return uuid.uuid4().hex


def _parameters(props: Props) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in props["parameters"].items()]


def _secrets(*states: Props) -> list[str]:
    """Return the values that no message may show. Which are secret is not known here, so all parameters count."""
    return [str(value) for state in states for value in (state.get("parameters") or {}).values()]


def _find(client: Any, name: str) -> Props | None:
    try:
        stacks: list[Props] = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if matches(error, ABSENT):
            return None
        raise
    return stacks[0]


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


def _explains(event: Props) -> bool:
    status, of_stack = event["ResourceStatus"], event.get("ResourceType") == "AWS::CloudFormation::Stack"
    deletion = status == "DELETE_IN_PROGRESS" and of_stack
    return status.endswith("_FAILED") or status.startswith("ROLLBACK_") or deletion
