"""What pydantic finds wrong with a file, in words. Values are not repeated, except by the rules of settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from components.spelling import did_you_mean
from fleet.file.document import Mistake, PlaceInFile, YamlDocument
from fleet.file.settings import kind_of

_VERBS = ("is ", "has ", "takes ", "matches ", "needs ", "do ")
"""How a sentence begins that continues the name of its subject."""

_SENTENCES: Mapping[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda _: "is missing",
    "string_type": lambda error: f"is {kind_of(error['input'])} in YAML, not a text: write it in quotes",
    "int_type": lambda _: "is not a whole number",
    "int_from_float": lambda _: "is not a whole number",
    "bool_type": lambda _: "is neither true nor false",
    "list_type": lambda _: "is not a list",
    "dict_type": lambda _: "is not an object",
    "model_type": lambda _: "is not an object",
    "literal_error": lambda error: f"is not {error['ctx']['expected']}",
    "greater_than_equal": lambda error: f"is less than {error['ctx']['ge']}",
    "less_than_equal": lambda error: f"is more than {error['ctx']['le']}",
    "value_error": lambda error: str(error["ctx"]["error"]),
}


def mistakes_of(document: YamlDocument, error: ValidationError, model: type[BaseModel]) -> Iterator[Mistake]:
    """Yield every mistake of a file with its line.

    Args:
        document: the file.
        error: what pydantic found.
        model: what the file was to be.
    """
    for each in error.errors(include_url=False):
        place = each["loc"]
        line = document.line(place)
        if each["type"] == "extra_forbidden":
            known = _keys(_model_at(model, place[:-1]))
            yield Mistake(line, f"unknown key `{place[-1]}`{_within(place)}{did_you_mean(str(place[-1]), known)}")
        else:
            sentence = _SENTENCES[each["type"]](each) if each["type"] in _SENTENCES else each["msg"]
            yield Mistake(line, about(place, " ".join(sentence.split())))


def about(place: PlaceInFile, sentence: str) -> str:
    """Return a sentence about a part, with its name at the beginning."""
    name = dotted(place)
    if not name or sentence.startswith("unknown "):
        return sentence
    return (
        f"{name} {sentence}"
        if sentence.startswith(("is ", "has ", "takes ", "matches ", "needs ", "do "))
        else f"{name}: {sentence}"
    )


def dotted(place: PlaceInFile) -> str:
    """Return where a part is, for example `overrides[0].settings.tags`."""
    name = ""
    for step in place:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name


def _within(place: PlaceInFile) -> str:
    return f" in {dotted(place[:-1])}" if place[:-1] else ""


def _model_at(model: Any, place: PlaceInFile) -> type[BaseModel] | None:
    """Return the model that stands at a place of a model."""
    found = _model_in(model)
    for step in place:
        if found is None:
            return None
        if isinstance(step, str):
            annotations = [field.annotation for field in found.model_fields.values() if field.alias == step]
            found = _model_in(annotations[0]) if annotations else None
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)


def _keys(model: type[BaseModel] | None) -> list[str]:
    return [] if model is None else [field.alias or name for name, field in model.model_fields.items()]
