"""The rights for a stack that links its account in Vision One itself."""

from __future__ import annotations

from collections.abc import Iterator

from operate.policy import own
from operate.policy.place import Place
from operate.policy.statement import Statement

_MAKES = ("iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider")


def looks() -> Iterator[Statement]:
    """Yield what the program looks at before it registers anything, in previews too."""
    yield Statement("Find", "OidcProvider", ["iam:ListOpenIDConnectProviders"], ["*"])


def reads(place: Place) -> Iterator[Statement]:
    """Yield what every run reads."""
    yield own.reads_role(place)
    yield Statement("Read", "OidcProvider", ["iam:GetOpenIDConnectProvider"], [place.vision_one_provider])


def makes(place: Place) -> Iterator[Statement]:
    """Yield what an up makes and changes."""
    yield Statement("Make", "OidcProvider", _MAKES, [place.vision_one_provider])
    yield from own.makes_role(place)


def removes(place: Place) -> Iterator[Statement]:
    """Yield what a destroy removes."""
    yield Statement("Remove", "OidcProvider", ["iam:DeleteOpenIDConnectProvider"], [place.vision_one_provider])
    yield own.removes_role(place)
