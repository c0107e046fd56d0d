"""An identity policy, and what it says to one ask.

Follows the IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements". Elements that no policy here uses
(NotAction, NotResource, principals, policy variables) are refused instead of passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Context = Mapping[str, tuple[str, ...]]
"""The values of condition keys; a key that the call does not carry is absent."""

_ELEMENTS = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})
_EXACT = frozenset({"StringEquals", "ForAnyValue:StringEquals"})
_PATTERN = frozenset({"StringLike", "ForAnyValue:StringLike", "ArnLike", "ArnEquals"})


@dataclass(frozen=True)
class Ask:
    """What a call needs to be allowed: an action on a resource.

    Attributes:
        action: for example `s3:PutBucketPolicy`.
        resource: ARN of what it acts on; `*` for an action that knows no resources.
        context: the values of the condition keys.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Asked(Ask):
    """An ask that was judged.

    Attributes:
        caller: whose policy decided: id of an access key, or ARN of the role that was assumed.
        allowed: what it decided.
        doing: what CloudFormation did with the caller's rights; "" where the caller asked itself.
    """

    caller: str = ""
    allowed: bool = False
    doing: str = ""


@dataclass(frozen=True)
class _Statement:
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]

    def fits(self, ask: Ask) -> bool:
        return (
            any(_fits(pattern.lower(), ask.action.lower()) for pattern in self.actions)
            and any(_fits(pattern, ask.resource) for pattern in self.resources)
            and all(_holds(*condition, ask.context) for condition in self.conditions)
        )

    def lacks(self, ask: Ask) -> set[str]:
        """Return the condition keys that decide and that the ask does not carry."""
        is_about = any(_fits(pattern.lower(), ask.action.lower()) for pattern in self.actions) and any(
            _fits(pattern, ask.resource) for pattern in self.resources
        )
        known = {name.lower() for name in ask.context}
        return {key for _, key, _ in self.conditions if key.lower() not in known} if is_about else set()


class JudgedPolicy:
    """A policy document, read once.

    Raises:
        ValueError: it holds something that is not judged here.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._statements = [_statement(given) for given in many(document.get("Statement", []))]

    def allows(self, ask: Ask) -> bool:
        """Whether the ask is allowed: some statement allows it, and none denies it."""
        effects = {statement.effect for statement in self._statements if statement.fits(ask)}
        return effects == {"Allow"}

    def denies(self, ask: Ask) -> bool:
        """Whether some statement denies the ask, whatever others allow."""
        return any(statement.effect == "Deny" and statement.fits(ask) for statement in self._statements)

    def denies_some_of(self, service: str) -> bool:
        """Whether some statement denies an action of a service, by the beginning of its actions: `iam`."""
        patterns = (each for statement in self._statements if statement.effect == "Deny" for each in statement.actions)
        return any(_fits(pattern.partition(":")[0].lower(), service) for pattern in patterns)

    def lacks(self, ask: Ask) -> set[str]:
        """Return the condition keys of statements about the ask that it does not carry."""
        return {key for statement in self._statements for key in statement.lacks(ask)}


def many(value: Any) -> Sequence[Any]:
    """Return an element's values, of which one alone may stand without a list."""
    return value if isinstance(value, list) else [value]


def _statement(given: Mapping[str, Any]) -> _Statement:
    unknown = sorted(set(given) - _ELEMENTS)
    if unknown:
        raise ValueError(f"a statement has {', '.join(unknown)}, which the sandbox does not judge")
    return _Statement(
        given["Effect"],
        tuple(many(given["Action"])),
        tuple(many(given["Resource"])),
        tuple(_conditions(given.get("Condition", {}))),
    )


def _conditions(given: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    for operator, keys in given.items():
        if operator not in _EXACT | _PATTERN:
            raise ValueError(f"unknown condition {operator}: the sandbox does not judge it")
        for key, wanted in keys.items():
            yield operator, key, tuple(many(wanted))


def _holds(operator: str, key: str, wanted: tuple[str, ...], context: Context) -> bool:
    values = next((values for name, values in context.items() if name.lower() == key.lower()), ())
    if operator in _EXACT:
        return any(value in wanted for value in values)
    return any(_fits(pattern, value) for pattern in wanted for value in values)


def _fits(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
