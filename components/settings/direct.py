"""The settings of the route that links an AWS account in Vision One itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from components.settings import rules
from components.settings.credentials import VISION_ONE_KEY_VARIABLE, parse_vision_one_key
from components.settings.endpoints import VISION_ONE_HOSTS
from components.settings.route import Route
from components.settings.setting import Effect, Setting, declare

VISION_ONE_API_KEY = Setting(
    "visionOneApiKey",
    parse_vision_one_key,
    default="",
    meaning="Vision One API key. The environment variable VISION_ONE_API_KEY wins. Needed by everything but a preview "
    "where `route` is `visionOne`.",
    effects=[Effect("nothing", "the key is in no resource; one of another tenant is refused before the first change")],
    secret=True,
    variable=VISION_ONE_KEY_VARIABLE,
)

AUDIT_LOGS = "cloud-audit-log-monitoring"
"""Id of the feature that reads a trail (inferred: Trend's public templates and tools name it; a tenant's list decides).
"""

MOST_LINK_TAGS = 3
"""Tags that Vision One takes for an account (source: its API reference, Add AWS account, `customTags`)."""

_IN_PLACE = [Effect("updates vision-one-account", "Vision One changes an account in place")]


class Feature(NamedTuple):
    """What Vision One is to do with the account beyond its core features.

    Attributes:
        id: Vision One's, for example `container-security`.
        regions: the AWS regions in which; sorted, empty for Vision One's choice.
    """

    id: str
    regions: tuple[str, ...] = ()


def features(text: str) -> Sequence[Feature]:
    """Judge features: a list of `{id, regions}` as JSON.

    Raises:
        ValueError: naming every mistake.
    """
    entries = rules.json_list(text, "set its entries with `pulumi config set --path 'visionOneFeatures[0].id' <id>`")
    judged, problems = [], []
    for number, entry in enumerate(entries):
        try:
            judged.append(_feature(entry))
        except ValueError as error:
            problems.append(f"[{number}] {error}")
    ids = [each.id for each in judged]
    problems += [f"'{each}' is there twice" for each in sorted(set(ids)) if ids.count(each) > 1]
    if problems:
        raise ValueError(", ".join(problems))
    return sorted(judged)


def with_audit_logs(chosen: Sequence[Feature], aws_region: str) -> Sequence[Feature]:
    """Return features with `AUDIT_LOGS` among them: in the trail's region, unless it is chosen with others."""
    others = [each for each in chosen if each.id != AUDIT_LOGS]
    audit_logs = next((each for each in chosen if each.id == AUDIT_LOGS), Feature(AUDIT_LOGS))
    return sorted([*others, audit_logs if audit_logs.regions else Feature(AUDIT_LOGS, (aws_region,))])


def _feature(entry: Any) -> Feature:
    if not isinstance(entry, dict) or not {"id"} <= set(entry) <= {"id", "regions"}:
        raise ValueError("is not a feature: an `id`, and `regions` where it has some")
    regions = entry.get("regions") or []
    if not isinstance(regions, list):
        raise ValueError("has `regions` that are not a list of AWS regions")
    return Feature(_feature_id(str(entry["id"])), tuple(sorted({rules.aws_region(str(each)) for each in regions})))


_feature_id = rules.matching(r"[A-Za-z0-9_-]{1,100}", "a feature's id (letters, digits, - and _)")


def link_tags(text: str) -> dict[str, str]:
    """Judge the tags that Vision One shows."""
    entries = rules.tags(text)
    if len(entries) > MOST_LINK_TAGS:
        raise ValueError(f"{len(entries)} tags are more than the {MOST_LINK_TAGS} that Vision One takes")
    return entries


def _one_line(longest: int) -> Any:
    return rules.matching(rf"[^\x00-\x1f]{{0,{longest}}}", f"one line of at most {longest} characters")


@dataclass(frozen=True)
class DirectLink:
    """Link the account in Vision One itself.

    Attributes:
        region: Vision One's code of the region where the tenant is.
        features: what Vision One is to do beyond its core features.
        name, description: as the console shows them; empty for this program's own.
        tags: as the console shows them.
        workload_instance: id of the Server & Workload Protection instance that sees the account; empty for none.
    """

    region: str = declare(
        "visionOneRegion",
        rules.known("a Vision One region", *VISION_ONE_HOSTS),
        default="us",
        meaning=f"Region of the Vision One tenant: {', '.join(VISION_ONE_HOSTS)}. Another base URL: `endpoints`.",
        effects=[Effect("nothing", "refused, since the tenant of another region is another tenant")],
        route=Route.VISION_ONE,
    )
    features: Sequence[Feature] = declare(
        "visionOneFeatures",
        features,
        default=[],
        meaning='Vision One\'s features for the account, such as `[{"id": "container-security", "regions": '
        '["us-east-1"]}]`; the core features need no entry. One that the tenant may not use is refused with the list '
        f"of those that it may. `{AUDIT_LOGS}` reads the trail that createNewTrail or existingCloudtrailBucketName "
        "names, and is there with either; experimental: docs/limits.md.",
        effects=[Effect("updates vision-one-account", "the tenant is asked before whether it may use them")],
        route=Route.VISION_ONE,
    )
    name: str = declare(
        "visionOneName",
        _one_line(255),
        default="",
        meaning="The account's name in Vision One, which takes a name once; `AWS <account id>` where it is empty.",
        effects=_IN_PLACE,
        route=Route.VISION_ONE,
    )
    description: str = declare(
        "visionOneDescription",
        _one_line(255),
        default="",
        meaning="The account's description in Vision One; where it is empty, it names the Pulumi stack.",
        effects=_IN_PLACE,
        route=Route.VISION_ONE,
    )
    tags: Mapping[str, str] = declare(
        "visionOneTags",
        link_tags,
        default={},
        meaning="The account's tags in Vision One, at most three; any other one there is drift.",
        effects=_IN_PLACE,
        route=Route.VISION_ONE,
    )
    workload_instance: str = declare(
        "visionOneWorkloadInstance",
        rules.matching(r"[\w-]{1,100}", "an instance id (letters, digits, - and _)"),
        default="",
        meaning="Instance id of the Server & Workload Protection that sees the account, which Vision One wants where "
        "the tenant has one (Service Management > Product Instance).",
        effects=_IN_PLACE,
        route=Route.VISION_ONE,
    )
