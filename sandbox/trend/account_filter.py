"""The filter of Vision One's list of AWS accounts, as documented: `state eq 'managed' and contains(name, 'lab')`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from sandbox.trend.errors import ErrorReply
from sandbox.trend.records import VisionOneAccountRecord

Filter = Callable[[VisionOneAccountRecord], bool]

LONGEST: Final = 254
_FIELDS: Mapping[str, Callable[[VisionOneAccountRecord], tuple[str, ...]]] = {
    "id": lambda account: (account.id,),
    "name": lambda account: (account.name,),
    "state": lambda account: (account.state,),
    "featureId": lambda account: tuple(feature.id for feature in account.features),
}
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[(),]|\w+)")


def read_filter(text: str) -> Filter:
    """Return what a filter asks of an account; `and` binds closer than `or` [I], a quote is doubled [I].

    Raises:
        ErrorReply: 400, it is too long or not a filter.
    """
    if len(text) > LONGEST:
        raise ErrorReply(400, "The filter is not valid", {"TMV1-Filter": f"is longer than {LONGEST} characters"})
    reader = _FilterReader(text)
    wanted = reader.either()
    reader.expect("")
    return wanted


class _FilterReader:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens)

    def either(self) -> Filter:
        wanted = self._both()
        while self._took("or"):
            wanted = _any(wanted, self._both())
        return wanted

    def expect(self, token: str) -> None:
        if self._take() != token:
            raise _invalid()

    def _both(self) -> Filter:
        wanted = self._one()
        while self._took("and"):
            wanted = _all(wanted, self._one())
        return wanted

    def _one(self) -> Filter:
        if self._took("not"):
            unwanted = self._one()
            return lambda account: not unwanted(account)
        if self._took("("):
            wanted = self.either()
            self.expect(")")
            return wanted
        if self._took("contains"):
            self.expect("(")
            values = self._field()
            self.expect(",")
            part = self._value()
            self.expect(")")
            return lambda account: any(part in value for value in values(account))
        values = self._field()
        self.expect("eq")
        whole = self._value()
        return lambda account: whole in values(account)

    def _field(self) -> Callable[[VisionOneAccountRecord], tuple[str, ...]]:
        name = self._take()
        if name not in _FIELDS:
            raise _invalid()
        return _FIELDS[name]

    def _value(self) -> str:
        token = self._take()
        if not token.startswith("'"):
            raise _invalid()
        return token[1:-1].replace("''", "'")

    def _took(self, token: str) -> bool:
        if self._next != token:
            return False
        self._take()
        return True

    def _take(self) -> str:
        token, self._next = self._next, next(self._tokens, "")
        return token


def _tokens(text: str) -> Iterator[str]:
    place, text = 0, text.rstrip()
    while found := _TOKEN.match(text, place):
        yield found[1]
        place = found.end()
    if place < len(text):
        raise _invalid()
    yield ""


def _any(one: Filter, other: Filter) -> Filter:
    return lambda account: one(account) or other(account)


def _all(one: Filter, other: Filter) -> Filter:
    return lambda account: one(account) and other(account)


def _invalid() -> ErrorReply:
    known = ", ".join(_FIELDS)
    return ErrorReply(400, "The filter is not valid", {"TMV1-Filter": f"is not a filter on {known}"})
