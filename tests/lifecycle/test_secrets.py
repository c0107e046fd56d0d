"""Whatever Trend sends back, no secret gets into an error, the output, the state or a log, in any encoding."""

from __future__ import annotations

import base64
import dataclasses
import json
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pulumi.dynamic import ResourceProvider

from components.resources.account import AccountProvider
from components.resources.base import DEBUG_VARIABLE, OnboardingError
from components.resources.cloudtrail_parameters import CloudTrailParametersProvider
from components.resources.enrollment import EnrollmentProvider
from components.resources.external_id import ExternalIdProvider
from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from components.settings.endpoints import ENDPOINT_VARIABLE
from sandbox.gate.faults import Fault
from sandbox.trend import EnrollmentToken, Simulator, TenantKey
from tests.lifecycle.engine import Engine
from tests.lifecycle.scene import (
    ACCOUNT_INPUTS,
    AWS_ACCOUNT,
    CLOUD_ACCOUNT,
    CONNECTOR,
    ENROLLMENT_INPUTS,
    EXTERNAL_ID_INPUTS,
    FOREIGN_ROLE,
    LINK_INPUTS,
    PARAMETERS_INPUTS,
    TENANT,
    LinkKind,
)

KEY = TenantKey(id="SENTINELkeyId", secret="SENTINEL/key+secret=&" + "Zq7" * 12)
TOKEN = EnrollmentToken("SENTINEL.enrollment+token/" + "Xw9" * 9)
PLAYED = dataclasses.replace(TENANT, api_keys=(KEY,), enrollment_tokens=(TOKEN,), minted_prefix="SENTINELminted")

RESOURCES: dict[type[ResourceProvider], dict[str, object]] = {
    AccountProvider: dict(ACCOUNT_INPUTS),
    ExternalIdProvider: dict(EXTERNAL_ID_INPUTS),
    EnrollmentProvider: dict(ENROLLMENT_INPUTS),
    CONNECTOR.prior: dict(LINK_INPUTS),
    CONNECTOR.provider: CONNECTOR.inputs,
    CLOUD_ACCOUNT.prior: dict(LINK_INPUTS),
    CLOUD_ACCOUNT.provider: CLOUD_ACCOUNT.inputs,
    CloudTrailParametersProvider: dict(PARAMETERS_INPUTS),
}
everything = pytest.mark.parametrize("kind", RESOURCES, ids=lambda kind: kind.__name__)


def encodings(text: str) -> list[str]:
    """Return a text as a vendor may repeat it: plain, percent-encoded, in JSON, in hex, in base64 with words before."""
    raw = text.encode()
    in_base64 = [base64.b64encode(b"key: "[:lead] + raw).decode() for lead in range(6)]
    return [text, quote(text), quote(text, safe=""), json.dumps(text)[1:-1], raw.hex(), *in_base64]


def forms(secret: str) -> set[str]:
    """Return what to look for: the encodings, those in base64 without what their neighbors decide."""
    inside = {base64.b64encode(b"x" * lead + secret.encode())[(lead * 4 + 2) // 3 : -4].decode() for lead in range(3)}
    return {*encodings(secret)[:5], *inside}


SENTINELS = {form for secret in (KEY.value, KEY.secret, TOKEN.value, PLAYED.minted_prefix) for form in forms(secret)}


def leaks(text: str) -> list[str]:
    return [form for form in SENTINELS if form in text]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "requests.jsonl"


@pytest.fixture
def vendor(log: Path) -> Iterator[Simulator]:
    with Simulator(PLAYED, request_log=log) as simulator:
        yield simulator


@pytest.fixture(params=["configuration", "environment"])
def engine(request: pytest.FixtureRequest, vendor: Simulator, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv(ENDPOINT_VARIABLE, vendor.url)
    if request.param == "configuration":
        return Engine({"cloudOneApiKey": KEY.value, "visionOneServiceToken": TOKEN.value})
    monkeypatch.setenv(KEY_VARIABLE, KEY.value)
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN.value)
    return Engine({})


def echoes() -> list[Fault]:
    """Return refusals of every kind that repeat what was sent, as it was sent and encoded."""
    everywhere: dict[str, object] = {"count": None, "service": "[!a]*"}  # but at `accounts`, which is asked first
    encoded = [form for text in (KEY.value, f"ApiKey {KEY.value}", TOKEN.value) for form in encodings(text)]
    repeated = {"message": " ".join(encoded), "fields": {encoded[0]: encoded[1]}}
    nested = {"error": {"code": encoded[0], "message": encoded[-1]}}
    kinds: list[dict[str, object]] = [
        {"kind": "json", "status": 400, "body": repeated},
        {"kind": "json", "status": 500, "body": repeated},
        {"kind": "json", "status": 500, "body": nested},
    ]
    kinds += [{"kind": "echo", "status": status} for status in (400, 401, 403, 409, 500)]
    return [Fault.model_validate({**kind, **everywhere}) for kind in kinds]


@everything
def test_no_refusal_brings_a_secret_back(
    engine: Engine, vendor: Simulator, kind: type[ResourceProvider], log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    faults = echoes()
    if kind is AccountProvider:
        faults = [fault.model_copy(update={"service": "*"}) for fault in faults]
    errors = []
    for fault in faults:
        vendor.control.add_fault(fault)
        engine.restart()
        with pytest.raises(OnboardingError) as refusal:
            engine.resource(kind).up(RESOURCES[kind])
        vendor.control.clear_faults()
        assert refusal.value.__cause__ is None
        assert refusal.value.__suppress_context__
        errors.append(repr(refusal.value))

    assert len(errors) == len(faults)
    assert "[secret]" in "".join(errors)
    printed = capfd.readouterr()
    assert leaks("\n".join([*errors, printed.out, printed.err, log.read_text()])) == []


def test_a_whole_life_leaves_no_secret_in_state_output_or_log(
    engine: Engine, vendor: Simulator, log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    states = []
    for kind, inputs in RESOURCES.items():
        resource = engine.resource(kind)
        resource.up(inputs)
        resource.refresh()
        assert resource.state is not None
        # The minted token is the one secret among the outputs: the resource's class has the engine encrypt it.
        outs = {name: value for name, value in resource.state.outs.items() if name != "serviceToken"}
        states.append(json.dumps([resource.state.inputs, outs]))
        if kind is not CLOUD_ACCOUNT.provider:  # step 7 needs it
            resource.destroy()
    printed = capfd.readouterr()
    assert leaks("\n".join([*states, printed.out, printed.err, log.read_text()])) == []


@pytest.mark.parametrize("kind", [CONNECTOR, CLOUD_ACCOUNT], ids=lambda kind: kind.name)
def test_a_link_that_somebody_named_after_the_key_does_not_show_it(
    engine: Engine, vendor: Simulator, kind: LinkKind, capfd: pytest.CaptureFixture[str]
) -> None:
    # A reply that is no refusal: its words get into an error, and into a line, by way of the link's name.
    kind.by_hand(vendor.control)(AWS_ACCOUNT, FOREIGN_ROLE, **{kind.name_field: KEY.value})
    with pytest.raises(OnboardingError) as refusal:
        engine.resource(kind.provider).up(kind.inputs)

    adopted = engine.resource(kind.provider)
    adopted.up({**kind.inputs, "adopt": True})
    kind.change(vendor.control, **{kind.role_field: FOREIGN_ROLE, kind.name_field: TOKEN.value})
    adopted.destroy()

    message = capfd.readouterr().err
    assert "[secret]" in str(refusal.value)
    assert "[secret]" in message
    assert leaks(str(refusal.value) + message) == []


def test_an_error_is_one_line_without_a_path_through_the_program(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 1000)
    engine.restart(cloudOneApiKey="no-colon")
    monkeypatch.setenv(KEY_VARIABLE, "no-colon")
    with pytest.raises(OnboardingError) as refusal:
        engine.resource(AccountProvider).up(ACCOUNT_INPUTS)
    # What the provider's process writes of an error, and the engine prints.
    (line,) = "".join(traceback.format_exception(refusal.value)).splitlines()
    assert line.startswith("OnboardingError: step 1, Cloud One account: the Cloud One API key has no `:`")
    assert sys.tracebacklimit == 0


def test_debugging_shows_the_path_through_the_program(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 1000)
    monkeypatch.setenv(DEBUG_VARIABLE, "1")
    engine.resource(AccountProvider).up(ACCOUNT_INPUTS)
    assert sys.tracebacklimit == 1000
