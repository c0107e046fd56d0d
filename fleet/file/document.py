"""A YAML file with the line of each of its parts, so that a mistake is reported where it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from components.refusal import Refusal

PlaceInFile = tuple[str | int, ...]
"""Where a part is: keys of mappings and indexes of lists, from the top."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FileRefused(Refusal):
    """A file cannot be used.

    Attributes:
        problems: one line for each mistake, which begins with the file's name and the line; no secret is in them.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Mistake:
    """A mistake in a file.

    Attributes:
        line: counted from 1.
        text: what is wrong, and what to do.
    """

    line: int
    text: str


@dataclass(frozen=True)
class YamlDocument:
    """What a file holds.

    Attributes:
        name: of the file, for messages.
        content: lists, dictionaries with texts as keys, and what YAML makes of the rest.
        lines: of each part, counted from 1.
        mistakes: those that do not prevent reading the rest, such as a duplicate key.
    """

    name: str
    content: Any
    lines: Mapping[PlaceInFile, int]
    mistakes: Sequence[Mistake] = ()

    @classmethod
    def read(cls, path: Path) -> YamlDocument:
        """Read a file.

        Raises:
            FileRefused: it cannot be read, or is invalid YAML.
        """
        try:
            return cls.parse(path.read_text(encoding="utf-8"), path.name)
        except OSError as error:
            raise FileRefused([f"{path}: cannot be read: {error.strerror}"]) from None
        except UnicodeDecodeError:
            raise FileRefused([f"{path}: not UTF-8: save it as UTF-8"]) from None

    @classmethod
    def parse(cls, text: str, name: str) -> YamlDocument:
        """Parse a text.

        Args:
            text: one YAML document.
            name: of its file, for messages.

        Raises:
            FileRefused: it is invalid YAML.
        """
        try:
            loader = _LOADER(text)
            root = loader.get_single_node()
            reader = _NodeReader(loader)
            content = None if root is None else reader.value(root, ())
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            problem = " ".join(filter(None, (error.context, error.problem)))
            raise FileRefused([f"{name}:{line}: invalid YAML: {problem}"]) from None
        except yaml.YAMLError as error:
            raise FileRefused([f"{name}:1: invalid YAML: {' '.join(str(error).split())}"]) from None
        return cls(name, content, reader.lines, reader.mistakes)

    def line(self, place: PlaceInFile) -> int:
        """Return the line of a part, or of the nearest that holds it."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1

    def refusal(self, mistakes: Iterable[Mistake]) -> FileRefused:
        """Return the error that names these mistakes and the document's own, in the order of their lines."""
        every = sorted([*self.mistakes, *mistakes], key=lambda mistake: mistake.line)
        return FileRefused(f"{self.name}:{each.line}: {each.text}" for each in every)


class _NodeReader:
    """Converts YAML nodes to values, and records their lines."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self._open: list[yaml.Node] = []
        self.lines: dict[PlaceInFile, int] = {}
        self.mistakes: list[Mistake] = []

    def value(self, node: yaml.Node, place: PlaceInFile) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if any(node is each for each in self._open):
            raise yaml.MarkedYAMLError(problem="an alias within its own anchor", problem_mark=node.start_mark)
        self._open.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, place)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(each, (*place, index)) for index, each in enumerate(node.value)]
            return self._loader.construct_object(node)
        except ValueError:  # a date of a 13th month
            self.mistakes.append(Mistake(line, "invalid date: write a text in quotes"))
            return None
        finally:
            self._open.pop()

    def _mapping(self, node: yaml.MappingNode, place: PlaceInFile) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.mistakes.append(Mistake(line, "a key must be a text, not a list or an object"))
                continue
            key = key_node.value  # as it is written: YAML would make a truth value of a tag named `on`
            if key in values:
                first = self.lines[(*place, key)]
                self.mistakes.append(Mistake(line, f"duplicate key `{key}`, first in line {first}: keep one"))
                continue
            self.lines[(*place, key)] = line
            values[key] = self.value(value_node, (*place, key))
        return values
