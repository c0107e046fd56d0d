"""Property paths as the engine writes them: `rules[0].status`, `parameters["Key"]`, `tags.*`."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from sandbox.pulumi.aws.wire import Props

Step = str | int

_STEP = re.compile(r"""\.?([^.\[\]"]+) | \["((?:[^"\\]|\\.)*)"\] | \[(\d+|\*)\]""", re.VERBOSE)
_PLAIN = re.compile(r"^[A-Za-z_$][\w$]*$")


def parse(path: str) -> list[Step]:
    """Return the steps of a path; `*` stands for every member."""
    steps: list[Step] = []
    for name, quoted, index in _STEP.findall(path):
        if index and index != "*":
            steps.append(int(index))
        else:
            steps.append(name or index or quoted.replace('\\"', '"'))
    return steps


def join(path: str, step: Step) -> str:
    """Return the path of a member below a path."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if not _PLAIN.match(step):
        escaped = step.replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{step}" if path else step


def top(path: str) -> str:
    """Return the property that a path begins with."""
    return str(parse(path)[0])


def with_old_values(news: Props, olds: Props, paths: Sequence[str]) -> Props:
    """Return the new properties with the old value at every ignored path, as ignoreChanges means.

    As in the bridge the old value is the state's: where a read stored something else than was given, that is what an
    update then sends. Ignoring `tags` ignores `tagsAll` with it.
    """
    result = copy.deepcopy(news)
    for path in paths:
        steps = parse(path)
        _keep(result, olds, steps)
        if steps[0] == "tags":
            _keep(result, olds, ["tagsAll", *steps[1:]])
    return result


def _keep(new: Any, old: Any, steps: Sequence[Step]) -> None:
    step, rest = steps[0], steps[1:]
    for member in _members(new, old) if step == "*" else [step]:
        present, value = _member(old, member)
        if rest:
            below, target = _member(new, member)
            if below and present:
                _keep(target, value, rest)
        elif isinstance(new, dict):
            if present:
                new[member] = copy.deepcopy(value)
            else:
                new.pop(member, None)
        elif isinstance(new, list) and isinstance(member, int) and member < len(new) and present:
            new[member] = copy.deepcopy(value)


def _members(new: Any, old: Any) -> list[Step]:
    if isinstance(new, dict) and isinstance(old, dict):
        return sorted({*new, *old})
    return list(range(len(new))) if isinstance(new, list) else []


def _member(container: Any, step: Step) -> tuple[bool, Any]:
    if isinstance(container, dict) and step in container:
        return True, container[step]
    if isinstance(container, list) and isinstance(step, int) and step < len(container):
        return True, container[step]
    return False, None
