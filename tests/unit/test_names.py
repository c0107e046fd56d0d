"""The name of a class or type means one thing in the whole project: whoever reads it need not look where it is from."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bench", "components", "fleet", "live", "operate", "sandbox", "tests")


def test_no_two_classes_or_types_have_one_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for name in names(ast.parse(file.read_text(encoding="utf-8"))):
                places[name].append(str(file.relative_to(ROOT)))
    assert len(places) > 550
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def names(module: ast.Module) -> Iterator[str]:
    """The names of a module's classes, private ones too, and of its types, such as `Kind = Literal["create"]`."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield node.name
    for node in module.body:
        # What is called is no type, but a `TypeVar`: it stands for another one in each function.
        if isinstance(node, ast.Assign | ast.AnnAssign) and not isinstance(node.value, ast.Call):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.id for each in targets if isinstance(each, ast.Name) and is_camel_case(each.id))


def is_camel_case(name: str) -> bool:
    return name.lstrip("_")[:1].isupper() and not name.isupper()
