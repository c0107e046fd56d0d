"""The accounts of a fleet, from the source that `fleet.yaml` names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from fleet.accounts import Account
from fleet.file.configuration import AccountId, Fleet, Tags
from fleet.file.document import Mistake, YamlDocument
from fleet.file.mistakes import mistakes_of
from fleet.file.selection import looks_at_tags
from fleet.source import organizations


class _Listed(BaseModel):
    """An account as a file lists it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: AccountId
    name: str
    tags: Tags = {}


class _File(RootModel[list[_Listed]]):
    pass


def accounts_of(fleet: Fleet, folder: Path) -> list[Account]:
    """Return the accounts, in the order of the file, or of their ids for an organization.

    Args:
        fleet: what `fleet.yaml` says.
        folder: that it is in.

    Raises:
        FileRefused: the file of the accounts has mistakes; with every one and its line.
        AwsError: the organization cannot be read; with the next step.
    """
    if fleet.source.organizations is not None:
        return organizations.read(fleet.source.organizations, with_tags=looks_at_tags(fleet))
    return _listed(folder / (fleet.source.file or ""))


def _listed(path: Path) -> list[Account]:
    document = YamlDocument.read(path)
    mistakes = list(_twice(document))
    try:
        listed = _File.model_validate([] if document.content is None else document.content).root
    except ValidationError as error:
        listed, mistakes = [], [*mistakes, *mistakes_of(document, error, _Listed)]
    if mistakes or document.mistakes:
        raise document.refusal(mistakes)
    return [Account(each.id, each.name, tags=each.tags) for each in listed]


def _twice(document: YamlDocument) -> Iterator[Mistake]:
    """Yield a mistake for each account that is listed again."""
    first: dict[str, int] = {}
    for index, each in enumerate(document.content if isinstance(document.content, list) else []):
        account_id = each.get("id") if isinstance(each, dict) else None
        if isinstance(account_id, str):
            line = document.line((index, "id"))
            if account_id in first:
                yield Mistake(line, f"account {account_id} duplicates line {first[account_id]}: keep one")
            first.setdefault(account_id, line)
