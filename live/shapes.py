"""The shape of a reply's body: which fields, of which kind, and no values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from live import redaction

Shape = Mapping[str, frozenset[str]]
"""Kinds by place: `awsConnectors[].ID` is `integer`. A place that differs between samples has several kinds."""

NOTHING, NO_JSON = "nothing", "no JSON"
WHOLE = "(whole)"
"""The place of the body itself."""

_FORMS = {
    "empty": re.compile(r""),
    "12 digits": re.compile(r"\d{12}"),
    "digits": re.compile(r"\d+"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*"),
    "ARN": re.compile(r"arn:aws.*"),
    "URN": re.compile(r"urn:.*"),
    "URL": re.compile(r"https?://.*"),
}


def of_body(content: bytes) -> Shape:
    """Return the shape of a body, JSON or not."""
    if not content.strip():
        return {WHOLE: frozenset({NOTHING})}
    try:
        value = json.loads(content)
    except ValueError:
        return {WHOLE: frozenset({NO_JSON})}
    return _collected(_places(value, "", ""))


def union(shapes: Iterable[Shape]) -> Shape:
    """Return the shape of several samples: every place with each kind that it had."""
    return _collected((place, kind) for shape in shapes for place, kinds in shape.items() for kind in kinds)


def parent(place: str) -> str:
    """Return the place that a place stands in."""
    if place.endswith("[]"):
        return place[:-2] or WHOLE
    cut = max(place.rfind("."), place.rfind("#"), place.rfind("?"))
    return place[:cut] if cut > 0 else WHOLE


def _collected(pairs: Iterable[tuple[str, str]]) -> Shape:
    kinds: dict[str, set[str]] = {}
    for place, kind in pairs:
        kinds.setdefault(place or WHOLE, set()).add(kind)
    return {place: frozenset(found) for place, found in kinds.items()}


def _places(value: Any, place: str, field: str) -> Iterator[tuple[str, str]]:
    yield place, _kind(value, field)
    if isinstance(value, dict):
        for key, item in value.items():
            key_name = redaction.name(key)
            yield from _places(item, f"{place}.{key_name}" if place else key_name, key)
    elif isinstance(value, list):
        for item in value:
            yield from _places(item, f"{place}[]", field)
    elif isinstance(value, str) and _FORMS["URL"].fullmatch(value):
        yield from _pairs(value, place)


def _pairs(url: str, place: str) -> Iterator[tuple[str, str]]:
    """Yield the names of a URL's pairs: `#` before those of the fragment, `?` before those of the query."""
    parts = urlsplit(url)
    for mark, query in (("?", parts.query), ("#", parts.fragment.partition("?")[2])):
        for name, value in parse_qsl(query, keep_blank_values=True):
            yield f"{place}{mark}{redaction.name(name)}", _kind(value, "")


def _kind(value: Any, field: str) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case dict():
            return "object"
        case list():
            return "array"
    text = str(value)
    word = redaction.word(field, text)
    if word is not None:
        return f"string '{word}'"
    form = next((form for form, pattern in _FORMS.items() if pattern.fullmatch(text)), "")
    return f"string ({form})" if form else "string"
