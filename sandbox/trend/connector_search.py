"""Workload Security's search for connectors, as far as it is documented: equality, wildcards, a limit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from sandbox.trend.records import ConnectorRecord
from sandbox.trend.service import Body


class Criterion(Body):
    """One condition on a text field. `%` stands for any text and `_` for any character, unless switched off."""

    field_name: Literal["accountId", "displayName", "accountAlias", "crossAccountRoleArn"]
    string_test: Literal["equal"]
    string_value: str
    string_wildcards: bool = True

    def matches(self, connector: ConnectorRecord) -> bool:
        """Whether a connector meets the condition; capital letters count [I]."""
        text = str(connector.wire()[self.field_name])
        if not self.string_wildcards:
            return text == self.string_value
        return re.fullmatch(_as_expression(self.string_value), text, re.DOTALL) is not None


class Search(Body):
    """A connector is found when it meets all conditions [I]."""

    max_items: int = Field(default=5000, ge=1, le=5000)
    search_criteria: list[Criterion] = Field(default_factory=list)

    def find(self, connectors: Iterable[ConnectorRecord]) -> list[ConnectorRecord]:
        """The connectors that meet the conditions, in their order, as many as asked for."""
        found = [known for known in connectors if all(criterion.matches(known) for criterion in self.search_criteria)]
        return found[: self.max_items]


def _as_expression(pattern: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(character) or re.escape(character) for character in pattern)
