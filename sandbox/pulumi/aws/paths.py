"""Property paths as the engine writes them: `rules[0].status`, `parameters["Key"]`."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.wire import PropertyMap

_STEP = re.compile(r"""\.?([^.\[\]"]+) | \["((?:[^"\\]|\\.)*)"\]""", re.VERBOSE)
_PLAIN = re.compile(r"^[A-Za-z_$][\w$]*$")


def join(path: str, step: str | int) -> str:
    """Return the path of a member below a path."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if not _PLAIN.match(step):
        escaped = step.replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{step}" if path else step


def top(path: str) -> str:
    """Return the property that a path begins with."""
    return re.split(r"[.\[]", path)[0]


def without_indices(path: str) -> str:
    """Return a path without what is in brackets."""
    return re.sub(r"\[[^]]*]", "", path)


def with_old_values(news: PropertyMap, olds: PropertyMap, paths: Sequence[str]) -> PropertyMap:
    """Return the new properties with the old value at every ignored path, as ignoreChanges means.

    As in the bridge the old value is the state's: where a read stored something else than was given, that is what an
    update then sends. Ignoring `tags` ignores `tagsAll` with it.

    Raises:
        ProviderError: a path leads into a list, or to all members of something, which is not implemented.
    """
    result = copy.deepcopy(news)
    for path in paths:
        if "*" in path or re.search(r"\[\d", path):
            raise ProviderError(f"the sandbox's AWS plugin does not implement ignoreChanges of {path}")
        steps = [name or quoted.replace('\\"', '"') for name, quoted in _STEP.findall(path)]
        _keep(result, olds, steps)
        if steps[0] == "tags":
            _keep(result, olds, ["tagsAll", *steps[1:]])
    return result


def _keep(new: dict[str, Any], old: dict[str, Any], steps: Sequence[str]) -> None:
    step, *rest = steps
    if rest:
        if isinstance(new.get(step), dict) and isinstance(old.get(step), dict):
            _keep(new[step], old[step], rest)
    elif step in old:
        new[step] = copy.deepcopy(old[step])
    else:
        new.pop(step, None)
