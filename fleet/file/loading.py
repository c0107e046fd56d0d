"""Reads `fleet.yaml`, and judges it as a whole before anything else is done."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from fleet.file import together
from fleet.file.configuration import Fleet
from fleet.file.document import FileRefused, Mistake, YamlDocument
from fleet.file.mistakes import about, mistakes_of

NAME = "fleet.yaml"


def load(path: Path) -> Fleet:
    """Read and judge a file.

    Raises:
        FileRefused: with every mistake and its line.
    """
    if not path.is_file():
        raise FileRefused([f"{path}: no such file; docs/fleet.md has an example"])
    document = YamlDocument.read(path)
    content = {} if document.content is None else document.content
    mistakes = [Mistake(document.line(place), about(place, text)) for place, text in together.problems(content)]
    try:
        fleet = Fleet.model_validate(content)
    except ValidationError as error:
        raise document.refusal([*mistakes, *mistakes_of(document, error, Fleet)]) from None
    if mistakes or document.mistakes:
        raise document.refusal(mistakes)
    return fleet
