"""The rights for a stack that links its account in Vision One itself.

With a trail the role and the provider are those of Trend's stack, see `trend_stacks`.
"""

from __future__ import annotations

from collections.abc import Iterator

from operate.policy import own, trail
from operate.policy.place import Place
from operate.policy.statement import Statement

_CREATES = ("iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider")


def looks(place: Place) -> Iterator[Statement]:
    """Yield what the program looks at before it registers anything, in previews too."""
    yield Statement("Find", "OidcProvider", ["iam:ListOpenIDConnectProviders"], ["*"])
    yield _reads_provider(place)
    yield from trail.looks(place)


def reads(place: Place, *, program_runs: bool) -> Iterator[Statement]:
    """Yield what every run reads.

    Args:
        place: names the resources.
        program_runs: whether `looks` is granted too.
    """
    if place.settings.trail is None:
        yield _reads_provider(place)
        yield own.reads_role(place)
        return
    yield from trail.reads(place, program_runs=program_runs)
    yield Statement("Read", "TrendStacks", own.STACK_READS, place.stack_arns)


def _reads_provider(place: Place) -> Statement:
    return Statement("Read", "OidcProvider", ["iam:GetOpenIDConnectProvider"], [place.vision_one_provider])


def creates(place: Place) -> Iterator[Statement]:
    """Yield what an up creates and updates."""
    if place.settings.trail is None:
        yield Statement("Create", "OidcProvider", _CREATES, [place.vision_one_provider])
        yield from own.creates_role(place)
        return
    yield from trail.creates(place)
    created = ["cloudformation:CreateStack", "cloudformation:DescribeStackResources", "cloudformation:TagResource"]
    yield Statement("Create", "TrendStacks", created, place.stack_arns)
    # Any change replaces it.
    replaced = ["cloudformation:DeleteStack", "cloudformation:DescribeStackEvents"]
    yield Statement("Replace", "TrendStacks", replaced, place.stack_arns)


def deletes(place: Place) -> Iterator[Statement]:
    """Yield what a destroy deletes."""
    if place.settings.trail is None:
        yield Statement("Delete", "OidcProvider", ["iam:DeleteOpenIDConnectProvider"], [place.vision_one_provider])
        yield own.deletes_role(place)
        return
    yield from trail.deletes(place)
    deleted = ["cloudformation:DeleteStack", "cloudformation:DescribeStackEvents"]
    yield Statement("Delete", "TrendStacks", deleted, place.stack_arns)
