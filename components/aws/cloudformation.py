"""CloudFormation stacks as AWS describes them, Trend's and others; nothing here changes one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from components.aws.clients import AwsClients
from components.aws.errors import calling, error_code

Description = Mapping[str, Any]
"""What CloudFormation answers about a stack or a resource of one, under the names of its API reference."""

NESTED_STACK, ROLE = "AWS::CloudFormation::Stack", "AWS::IAM::Role"
"""Types of resources of a stack."""

VISION_ONE_STACK = "Trend-VisionOne"
"""Name of Trend's stack on route `visionOne`. It has one, so that the stack can be looked for before it is there."""


def management_stack_name(stack_name: str) -> str:
    """Return the name of Trend's stack of step 5; that of step 8 is the setting `stackName` itself."""
    return f"{stack_name}-Account"


def describe_stack(aws: AwsClients, stack: str, region: str) -> Description | None:
    """Return what CloudFormation says of a stack, given by its name or id; None where there is none.

    Raises:
        AwsError: it cannot be determined.
    """
    with calling(f"reading stack {stack}", "cloudformation:DescribeStacks on the stack"):
        found: list[Description] = _ask(aws, region, "describe_stacks", stack).get("Stacks", [])
    return found[0] if found else None


def describe_resources(aws: AwsClients, stack: str, region: str) -> list[Description]:
    """Return what CloudFormation says of each resource of a stack; none where there is no such stack.

    A stack that is given by its id is described after its deletion, too, with what it held.

    Raises:
        AwsError: it cannot be determined.
    """
    with calling(f"reading the resources of stack {stack}", "cloudformation:DescribeStackResources on the stack"):
        found: list[Description] = _ask(aws, region, "describe_stack_resources", stack).get("StackResources", [])
    return found


def deployed_template(aws: AwsClients, stack: str, region: str) -> str | None:
    """Return the text of the template of which a stack was made; None where there is no such stack.

    Raises:
        AwsError: it cannot be determined.
    """
    with calling(f"reading the template of stack {stack}", "cloudformation:GetTemplate on the stack"):
        body = _ask(aws, region, "get_template", stack).get("TemplateBody")
    return body if body is None or isinstance(body, str) else json.dumps(body)


def _ask(aws: AwsClients, region: str, call: str, stack: str) -> Description:
    from botocore.exceptions import ClientError

    try:
        reply: Description = getattr(aws.client("cloudformation", region), call)(StackName=stack)
    except ClientError as error:
        if error_code(error) != "ValidationError" or "does not exist" not in str(error):
            raise
        return {}
    return reply
