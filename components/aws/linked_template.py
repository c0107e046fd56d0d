"""A template that Trend serves by a link of its own for each asker: what of it stays the same, and what it wants.

Nothing here knows Pulumi or changes anything.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from components.aws.template import Template

# What may differ at every call, from the longest to the shortest: signed queries, tokens with three parts, UUIDs, and
# moments. Trend's text was never seen, so the forms are those that such texts use anywhere.
_VOLATILE = (
    (re.compile(r"(https?://[^\s\"'?]+)\?[^\s\"']+"), r"\1"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), "token"),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "uuid"),
    (re.compile(r"\b20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"), "moment"),
    (re.compile(r"\b20\d{6}T\d{6}Z\b"), "moment"),
)


class ParameterMissing(Exception):
    """The template wants values that nobody gives; the text names them."""


def normalized_digest(template: Template) -> str:
    """Return a digest of what a stack is made of: two calls for an unchanged template give the same one.

    Comments, blanks and `Metadata`, of which no stack is made, do not count; nor does what differs at every call.
    """
    document = {name: value for name, value in template.document.items() if name != "Metadata"}
    text = json.dumps(document, default=str)
    for pattern, stand_in in _VOLATILE:
        text = pattern.sub(stand_in, text)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def values_for(template: Template, *sources: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a template's parameters: of those alone that it declares.

    Args:
        template: declares them.
        sources: values by name; an earlier source wins, and an empty value is none.

    Raises:
        ParameterMissing: one has neither a value nor a default.
    """
    values, missing = {}, []
    for name, declared in template.document.get("Parameters", {}).items():
        given = next((source[name] for source in sources if source.get(name)), "")
        if given:
            values[name] = given
        elif "Default" not in declared:
            missing.append(name)
    if missing:
        raise ParameterMissing(", ".join(sorted(missing)))
    return values
