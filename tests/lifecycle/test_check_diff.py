"""Plans for any mix of known and unknown values: never a crash, never a replacement that nobody asked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import UNKNOWN, Unknown

from components.resources.account import AccountProvider
from components.resources.base import TrendProvider
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from components.resources.enrollment import EnrollmentProvider
from components.resources.external_id import ExternalIdProvider
from tests.lifecycle.engine import PROJECT
from tests.lifecycle.scene import (
    ACCOUNT_INPUTS,
    CLOUD_ACCOUNT,
    CONNECTOR,
    ENROLLMENT_INPUTS,
    EXTERNAL_ID_INPUTS,
    LINK_INPUTS,
    PARAMETERS_INPUTS,
)

LINK_IDENTITY = {"cloudOneAccountId", "region", "awsAccountId"}

# Each provider, the inputs it has, and those that cannot change without another object taking its place.
CASES: dict[type[TrendProvider], tuple[dict[str, Any], set[str]]] = {
    AccountProvider: (dict(ACCOUNT_INPUTS), set()),
    ExternalIdProvider: (dict(EXTERNAL_ID_INPUTS), {"cloudOneAccountId", "region"}),
    EnrollmentProvider: (dict(ENROLLMENT_INPUTS), {"cloudOneAccountId", "region"}),
    CONNECTOR.provider: (CONNECTOR.inputs, LINK_IDENTITY),
    CLOUD_ACCOUNT.provider: (CLOUD_ACCOUNT.inputs, LINK_IDENTITY),
    CONNECTOR.prior: (dict(LINK_INPUTS), set()),
    CLOUD_ACCOUNT.prior: (dict(LINK_INPUTS), set()),
    CloudTrailParametersProvider: (dict(PARAMETERS_INPUTS), set(PARAMETERS_INPUTS)),
}
every_provider = pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
quick = settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

TEXTS = st.text(max_size=5)
PLAIN = st.none() | st.booleans() | st.floats(allow_nan=False) | TEXTS | st.dictionaries(TEXTS, TEXTS, max_size=2)
VALUES = PLAIN | st.just(UNKNOWN) | st.dictionaries(TEXTS, TEXTS | st.just(UNKNOWN), max_size=2)


def configured(kind: type[TrendProvider]) -> TrendProvider:
    """Return a provider in a run without any key: plans need none."""
    provider = kind()
    provider.configure(ConfigureRequest(Config({}, PROJECT)))
    return provider


@st.composite
def bags(draw: st.DrawFn, names: list[str], values: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Return a bag with any of the names and any values."""
    chosen = draw(st.sets(st.sampled_from([*names, "before", "somethingNew"])))
    return {name: draw(values) for name in sorted(chosen)}


@every_provider
@quick
@given(data=st.data())
def test_check_takes_any_values_and_neither_drops_nor_invents_any(
    kind: type[TrendProvider], data: st.DataObject
) -> None:
    names = list(CASES[kind][0])
    olds, news = data.draw(bags(names, PLAIN)), data.draw(bags(names, VALUES))

    result = configured(kind).check(olds, dict(news))

    kept = {name: value for name, value in news.items() if value is not None}
    if kind is EnrollmentProvider and olds.get("enroll") is True:
        kept["enroll"] = True  # the one input that remembers
    assert result.inputs == kept
    if kind is not AccountProvider:
        assert result.failures == []


@every_provider
@quick
@given(data=st.data())
def test_diff_takes_any_values_and_leaves_the_differences_to_the_engine(
    kind: type[TrendProvider], data: st.DataObject
) -> None:
    names = list(CASES[kind][0])
    olds, news = data.draw(bags(names, PLAIN)), data.draw(bags(names, VALUES))

    result = configured(kind).diff("id", olds, news)

    assert result.changes is None
    assert set(result.replaces or []) <= CASES[kind][1]


@every_provider
@quick
@given(data=st.data())
def test_only_an_identity_that_is_known_to_differ_replaces(kind: type[TrendProvider], data: st.DataObject) -> None:
    inputs, identity = CASES[kind]
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(inputs)), st.just(UNKNOWN) | TEXTS))

    result = configured(kind).diff("id", inputs, {**inputs, **changes})

    differing = {name for name, value in changes.items() if not isinstance(value, Unknown) and value != inputs[name]}
    assert set(result.replaces or []) == differing & identity
    assert kind in (CONNECTOR.prior, CLOUD_ACCOUNT.prior) or result.delete_before_replace


@every_provider
@quick
@given(data=st.data())
def test_what_is_unknown_replaces_nothing(kind: type[TrendProvider], data: st.DataObject) -> None:
    inputs, _ = CASES[kind]
    unknown = data.draw(st.sets(st.sampled_from(sorted(inputs))))
    result = configured(kind).diff("id", inputs, {**inputs, **dict.fromkeys(unknown, UNKNOWN)})
    assert result.replaces == []


@every_provider
def test_check_is_done_when_it_was_done(kind: type[TrendProvider]) -> None:
    provider = configured(kind)
    once = provider.check({}, dict(CASES[kind][0])).inputs
    assert provider.check(once, dict(once)).inputs == once
    assert provider.diff("id", once, once).replaces == []
