"""What the template of the deployed forwarder says about two facts that no call to Trend shows."""

from __future__ import annotations

import datetime
import json

from components.aws.clients import AwsClients, AwsError, calling
from components.aws.template import parse


def observations(aws: AwsClients, stack: str, region: str) -> dict[str, bool]:
    """Return whether each fact holds, by its id; nothing where the stack is not there or cannot be read."""
    try:
        with calling(f"reading the template of stack {stack}", "cloudformation:GetTemplate"):
            body = aws.client("cloudformation", region).get_template(StackName=stack)["TemplateBody"]
        text = body if isinstance(body, str) else json.dumps(body)
        template = parse(stack, text.encode())
    except AwsError:
        return {}
    return {
        "forwarder-kms": "kms:Decrypt" not in text,
        "forwarder-runtimes": not template.retired_runtimes(datetime.date.today()),
    }
