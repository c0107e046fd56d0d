"""The life of a stack without the engine, through the recorder, against two simulators: what differs is found."""

from __future__ import annotations

import dataclasses
import re
import sys

import pytest

from components.resources.account import AccountProvider
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from components.resources.enrollment import EnrollmentProvider
from components.resources.external_id import ExternalIdProvider
from components.settings.endpoints import ENDPOINT_VARIABLE, Endpoints
from live.comparison import Difference, compare
from live.probes import Probes
from live.project import ROOT
from live.record import Record
from live.recorder import Recorder
from sandbox.trend import Dialect, Simulator
from tests.deviations import DEVIATIONS, Deviation
from tests.lifecycle.engine import Engine
from tests.lifecycle.scene import (
    ACCOUNT_INPUTS,
    AWS_ACCOUNT,
    AWS_REGION,
    CLOUD_ACCOUNT,
    CONNECTOR,
    ENROLLMENT_INPUTS,
    EXTERNAL_ID_INPUTS,
    PARAMETERS_INPUTS,
    TENANT,
)

KEY = TENANT.full_access_key.value
TOKEN = TENANT.enrollment_tokens[0].value
RESOURCES = (
    (AccountProvider, ACCOUNT_INPUTS),
    (ExternalIdProvider, EXTERNAL_ID_INPUTS),
    (EnrollmentProvider, ENROLLMENT_INPUTS),
    (CONNECTOR.provider, CONNECTOR.inputs),
    (CLOUD_ACCOUNT.provider, CLOUD_ACCOUNT.inputs),
    (CloudTrailParametersProvider, PARAMETERS_INPUTS),
)


def life(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Create everything, read it, ask beside it, delete it."""
    record = Record("Trend", TENANT.region)
    with Recorder(Endpoints(base=simulator.url), record) as recorder:
        monkeypatch.setenv(ENDPOINT_VARIABLE, recorder.url)
        monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)  # `configure` sets it; undone at the end
        engine = Engine({"cloudOneApiKey": KEY, "visionOneServiceToken": TOKEN})
        resources = [(engine.resource(provider), inputs) for provider, inputs in RESOURCES]
        recorder.phase = "up"
        for resource, inputs in resources:
            resource.up(inputs)
        recorder.phase = "refresh"
        for resource, _ in resources:
            resource.refresh()
        recorder.phase = "probe"
        Probes(recorder.url, KEY, AWS_ACCOUNT, AWS_REGION).run()
        recorder.phase = "destroy"
        for resource, _ in reversed(resources):
            resource.destroy()
    return record


@pytest.fixture(scope="module")
def baseline() -> Record:
    with Simulator(TENANT) as simulator, pytest.MonkeyPatch.context() as monkeypatch:
        return life(simulator, monkeypatch)


def against(baseline: Record, dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> list[Difference]:
    with Simulator(dataclasses.replace(TENANT, dialect=dialect)) as other:
        return compare(life(other, monkeypatch), baseline)


def test_where_trend_is_like_the_simulator_nothing_differs(baseline: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(baseline.exchanges) > 20
    assert against(baseline, Dialect(), monkeypatch) == []


@pytest.mark.parametrize("deviation", DEVIATIONS.values(), ids=list(DEVIATIONS))
def test_each_way_to_differ_is_named_and_nothing_else(
    baseline: Record, deviation: Deviation, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = against(baseline, deviation.dialect, monkeypatch)

    assert deviation.named in found
    assert [each for each in found if deviation.about not in each.where] == []


def test_a_list_under_another_name_is_two_fields_and_not_one_for_each_item_s_field(
    baseline: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = against(baseline, Dialect(renamed_fields={"services": "items"}), monkeypatch)

    assert [(each.what, each.where.rpartition(": ")[2], each.trend) for each in found] == [
        ("field", "items", "array"),
        ("field", "services", "absent"),
    ]


def test_each_assumption_is_fenced_in_somewhere_and_would_show_where_a_life_gets_to(baseline: Record) -> None:
    rows = re.findall(r"^\| .* \| `(.*)` \| (.*) \|$", (ROOT / "docs" / "limits.md").read_text(), re.MULTILINE)
    assert len(rows) >= 20
    assert [fence for fence, _ in rows if not (ROOT / fence).is_file()] == []
    places = {f"{each.call} in {each.phase}" for each in baseline.exchanges}
    for each in baseline.exchanges:
        kind = "success" if each.succeeded else str(each.status)
        places |= {f"{each.call}, {kind}: {place}" for place in each.body}
    named = {place for _, shows in rows for place in re.findall(r"`((?:GET|POST|DELETE) [^`]*)`", shows)}
    assert len(named) >= 15
    assert sorted(named - places) == []
