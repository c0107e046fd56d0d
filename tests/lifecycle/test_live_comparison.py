"""The life of a stack without the engine, through the recorder, against two simulators: what differs is found."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import pytest

from components.resources.account import AccountProvider
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from components.resources.enrollment import EnrollmentProvider
from components.resources.external_id import ExternalIdProvider
from components.settings.endpoints import ENDPOINT_VARIABLE, Endpoints
from live.comparison import Difference, compare
from live.facts import FACTS
from live.probes import Probes
from live.record import Record
from live.recorder import Recorder
from sandbox.trend import Behaviours, Dialect, Simulator
from tests.deviations import DEVIATIONS, Deviation, together
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
TOKEN = TENANT.enrolment_tokens[0].value
RESOURCES = (
    (AccountProvider, ACCOUNT_INPUTS),
    (ExternalIdProvider, EXTERNAL_ID_INPUTS),
    (EnrollmentProvider, ENROLLMENT_INPUTS),
    (CONNECTOR.provider, CONNECTOR.inputs),
    (CLOUD_ACCOUNT.provider, CLOUD_ACCOUNT.inputs),
    (CloudTrailParametersProvider, PARAMETERS_INPUTS),
)


def life(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Make everything, read it, ask beside it, remove it."""
    record = Record("vendor", TENANT.region)
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


def verdicts(record: Record) -> dict[str, str]:
    return {fact.id: fact.judge(record).verdict for fact in FACTS}


def against(baseline: Record, dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> list[Difference]:
    with Simulator(dataclasses.replace(TENANT, dialect=dialect)) as other:
        return compare(life(other, monkeypatch), baseline)


def test_an_identical_vendor_differs_in_nothing(baseline: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(baseline.exchanges) > 20
    assert against(baseline, Dialect(), monkeypatch) == []


@pytest.mark.parametrize("deviation", DEVIATIONS.values(), ids=list(DEVIATIONS))
def test_each_way_to_differ_is_named_and_nothing_else(
    baseline: Record, deviation: Deviation, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = against(baseline, deviation.dialect, monkeypatch)

    assert deviation.named in found
    assert [each for each in found if deviation.about not in each.where] == []


def test_all_five_together_are_named(baseline: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    found = against(baseline, together(), monkeypatch)

    assert [each.named for each in DEVIATIONS.values() if each.named not in found] == []


def test_a_list_under_another_name_is_two_fields_and_not_one_for_each_item_s_field(
    baseline: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = against(baseline, Dialect(renamed_fields={"services": "items"}), monkeypatch)

    assert [(each.what, each.where.rpartition(": ")[2], each.vendor) for each in found] == [
        ("field", "items", "array"),
        ("field", "services", "absent"),
    ]


def test_of_the_simulator_no_fact_is_refuted_and_most_are_confirmed(baseline: Record) -> None:
    found = verdicts(baseline)

    assert [fact for fact, verdict in found.items() if verdict == "refuted"] == []
    assert sum(verdict == "confirmed" for verdict in found.values()) >= 24, found


@pytest.mark.parametrize(
    ("other", "refuted"),
    [
        ({"dialect": DEVIATIONS["another type"].dialect}, {"connector-id"}),
        ({"dialect": DEVIATIONS["another status"].dialect}, {"connector-made"}),
        ({"dialect": DEVIATIONS["a missing field"].dialect}, {"connector-synced"}),
        ({"dialect": DEVIATIONS["another error"].dialect}, {"workload-errors"}),
        ({"dialect": DEVIATIONS["another trace header"].dialect}, {"vision-one-trace"}),
        ({"behaviours": Behaviours(registration_read=False)}, {"enrolment-none", "enrolment-read"}),
        ({"behaviours": Behaviours(duplicate_connector_status=400)}, set()),
    ],
)
def test_a_vendor_that_behaves_otherwise_refutes_what_it_contradicts(
    other: dict[str, Any], refuted: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(dataclasses.replace(TENANT, **other)) as simulator:
        found = verdicts(life(simulator, monkeypatch))

    assert {fact for fact, verdict in found.items() if verdict == "refuted"} == refuted
