"""What users read says one word for one thing: create, adopt, restore, roll back, enrollment, interrupted run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


FORBIDDEN = {
    "take it over": "adopt it",
    "somebody else's": "not managed by this stack",
    "others' notifications": "existing notifications",
    "put back": "restore",
    "give back": "restore",
    "bring back": "restore, roll back",
    "make anew": "recreate",
    "made anew": "recreated",
    "dead run": "interrupted run",
    "no further words": "no error message",
    "where JSON belongs": "expected JSON",
    "enrol": "enroll",
    "enrolment": "enrollment",
    "licence": "license",
    "organisation": "organization",
}
"""Phrases that have no other sense here, and what is said instead."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a file that a user may read, with their lines: of Python its strings, but no docstring."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield 1, source
        return
    tree = ast.parse(source)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    docstrings = {id(each.value) for each in statements if isinstance(each.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def hits(path: Path) -> Iterator[str]:
    for line, text in texts(path):
        for phrase, instead in FORBIDDEN.items():
            pattern = r"\b" + phrase.replace(" ", r"\s+") + r"\b"  # a page may break its lines within a phrase
            for found in re.finditer(pattern, text, re.IGNORECASE):
                at = line + text.count("\n", 0, found.start())
                yield f"{at}: '{phrase}', say: {instead}"


def readable() -> list[Path]:
    folders = [ROOT / folder for folder in ("components", "operate", "fleet")]
    code = [path for folder in folders for suffix in ("py", "j2") for path in folder.rglob(f"*.{suffix}")]
    return sorted([*code, ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def test_messages_and_pages_have_no_other_words() -> None:
    found = [f"{path.relative_to(ROOT)}:{hit}" for path in readable() for hit in hits(path)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("page.md", "one\ntwo, which a dead\nrun left", 2),
        ("message.py", '"""A dead run."""\nLINE = f"of {3} a dead run"', 2),
        ("message.py", 'LINE = (\n    "one, "\n    "two of a dead run"\n)', 2),
    ],
)
def test_a_phrase_is_named_with_its_line(tmp_path: Path, name: str, text: str, line: int) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert list(hits(path)) == [f"{line}: 'dead run', say: interrupted run"]
