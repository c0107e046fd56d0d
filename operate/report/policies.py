"""IAM policy documents as statements that a page can show: who, what, on what, only if."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

EXTERNAL_ID = "sts:externalid"
"""The condition key, whose spelling AWS takes in any case."""
_READING = ("BatchGet", "Describe", "Get", "List", "Lookup", "Search")
"""How the names of actions begin that read. Others, wildcards in that place included, count as changes."""
_HANDS_OUT = frozenset({"sts:GetFederationToken", "sts:GetSessionToken", "sts:GetServiceBearerToken"})
"""Actions that sound like reading, and hand out credentials."""
THE_TENANTS = "the tenant's external id"
ANOTHER = "an external id that is not the tenant's"


@dataclass(frozen=True)
class GrantedStatement:
    """One statement of a policy.

    Attributes:
        effect: `Allow` or `Deny`.
        principals: who, for example `AWS arn:aws:iam::147995105371:root`; none in the policy of a role.
        actions, resources: what, on what; what a statement excepts of resources begins with `all but `.
        other_actions: those that it excepts, where it is about all others (`NotAction`).
        conditions: each as `<operator> <key> = <values>`.
    """

    effect: str
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[str, ...]
    other_actions: tuple[str, ...] = ()

    @property
    def listed_actions(self) -> tuple[str, ...]:
        """The actions as a page lists them."""
        return (*self.actions, *_all_but(self.other_actions))

    @property
    def changes(self) -> tuple[str, ...]:
        """Those that may change something or hand out credentials."""
        return (*(each for each in self.actions if not _reads(each)), *_all_but(self.other_actions))

    @property
    def reads_only(self) -> bool:
        """Whether none of its actions changes anything or hands out credentials."""
        return not self.changes


def at_most(granted: Collection[GrantedStatement]) -> str:
    """Say in one line what statements allow at most, whatever others deny and conditions demand."""
    allowed = [each for each in granted if each.effect == "Allow"]
    changes = sorted({action for each in allowed for action in each.changes})
    services = sorted({action.partition(":")[0] for each in allowed for action in each.actions} - {"*"})
    if not allowed:
        return "may do nothing"
    if not changes:
        return f"reads from {', '.join(services)} only; changes nothing"
    return f"may change something: {', '.join(changes)}"


def statements(document: str | Mapping[str, Any], external_ids: Collection[str] = ()) -> tuple[GrantedStatement, ...]:
    """Read a policy.

    An external id is never among what is returned: where one stands, it says whether it is the tenant's. AWS does not
    treat it as a secret, but whoever knows it has one hurdle less, and a page is passed on.

    Args:
        document: JSON, or what it holds.
        external_ids: those that the tenant is known by.
    """
    parsed = json.loads(document) if isinstance(document, str) else document
    return tuple(
        GrantedStatement(
            effect=each["Effect"],
            principals=tuple(_principals(each)),
            actions=_named(each, "Action"),
            resources=(*_named(each, "Resource"), *_all_but(_named(each, "NotResource"))),
            conditions=tuple(_conditions(each.get("Condition", {}), external_ids)),
            other_actions=_named(each, "NotAction"),
        )
        for each in _several(parsed["Statement"])
    )


def _reads(action: str) -> bool:
    name = action.partition(":")[2]
    return name.startswith(_READING) and action not in _HANDS_OUT


def _several(value: Any) -> list[Any]:
    """Return a list: IAM takes one value in place of a list of one, everywhere."""
    return value if isinstance(value, list) else [value]


def _named(statement: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(sorted(str(each) for each in _several(statement.get(name, []))))


def _all_but(named: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"all but {each}" for each in named)


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    for name, prefix in (("Principal", ""), ("NotPrincipal", "all but ")):
        given = statement.get(name, {})
        if isinstance(given, str):
            yield f"{prefix}{given}"
            continue
        for kind, who in given.items():
            yield from (f"{prefix}{kind} {each}" for each in _several(who))


def _conditions(conditions: Mapping[str, Mapping[str, Any]], external_ids: Collection[str]) -> Iterator[str]:
    for operator, tests in conditions.items():
        for key, value in tests.items():
            values = [_describe_value(key, str(each), external_ids) for each in _several(value)]
            yield f"{operator} {key} = {' or '.join(values)}"


def _describe_value(key: str, value: str, external_ids: Collection[str]) -> str:
    if key.lower() != EXTERNAL_ID:
        return value
    return THE_TENANTS if value in external_ids else ANOTHER
