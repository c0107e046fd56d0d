"""The transform of serverless resources: CloudFormation expands them by this very library before it makes a stack."""

from __future__ import annotations

from typing import Any

import boto3
from moto.cloudformation.exceptions import ValidationError

TRANSFORM = "AWS::Serverless-2016-10-31"


def expanded(template: dict[str, Any], region: str) -> dict[str, Any]:
    """Return a template with its serverless resources expanded, if it asks for that.

    Raises:
        ValidationError: they cannot be.
    """
    if template.get("Transform") != TRANSFORM:
        return template
    # Here: the library takes a second to load, and many a sandbox makes no such stack.
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        result: dict[str, Any] = translator.translate(template, {})
    except InvalidDocumentException as error:
        raise ValidationError(message=f"Transform {TRANSFORM} failed with: {error.message}") from None
    return {**result, "Transform": TRANSFORM}  # the translator takes it off, and what checks the template asks for it
