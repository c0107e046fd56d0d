"""The rights for a stack that links its account in Vision One itself.

With a trail the role and the provider are those of Trend's stack, see `trend_stacks`.
"""

from __future__ import annotations

from collections.abc import Iterator

from operate.policy import own, trail
from operate.policy.place import Place
from operate.policy.statement import Statement

_MAKES = ("iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider")


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


def makes(place: Place) -> Iterator[Statement]:
    """Yield what an up makes and changes."""
    if place.settings.trail is None:
        yield Statement("Make", "OidcProvider", _MAKES, [place.vision_one_provider])
        yield from own.makes_role(place)
        return
    yield from trail.makes(place)
    made = ["cloudformation:CreateStack", "cloudformation:DescribeStackResources", "cloudformation:TagResource"]
    yield Statement("Make", "TrendStacks", made, place.stack_arns)
    # Any change replaces it.
    replaced = ["cloudformation:DeleteStack", "cloudformation:DescribeStackEvents"]
    yield Statement("Replace", "TrendStacks", replaced, place.stack_arns)


def removes(place: Place) -> Iterator[Statement]:
    """Yield what a destroy removes."""
    if place.settings.trail is None:
        yield Statement("Remove", "OidcProvider", ["iam:DeleteOpenIDConnectProvider"], [place.vision_one_provider])
        yield own.removes_role(place)
        return
    yield from trail.removes(place)
    removed = ["cloudformation:DeleteStack", "cloudformation:DescribeStackEvents"]
    yield Statement("Remove", "TrendStacks", removed, place.stack_arns)
