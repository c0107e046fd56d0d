"""Step 2: enrolled at most once, whatever becomes of token and reply; never taken back, and never silently."""

from __future__ import annotations

from typing import Any

import pytest

from components.resources.base import OnboardingError
from components.resources.enrollment import EnrollmentProvider
from components.settings.credentials import TOKEN_VARIABLE
from sandbox.gate.faults import Fault
from sandbox.trend import SimulatorControl
from tests.lifecycle.engine import Engine, EngineResource
from tests.lifecycle.scene import ACCOUNT, ENROLLMENT_INPUTS, TENANT

SERVICE = "visionone-connect"
NO_TOKEN = {**ENROLLMENT_INPUTS, "enroll": False}
FRESH, USED, EXPIRED = (token.value for token in TENANT.enrollment_tokens)
WARNING = "moves endpoint management from Cloud One to Vision One, which cannot simply be undone"


@pytest.fixture
def enrollment(engine: Engine) -> EngineResource:
    return engine.resource(EnrollmentProvider)


def posts(trend: SimulatorControl) -> int:
    return len(trend.requests(SERVICE, "POST *"))


def fault(kind: str, method: str = "POST", **more: Any) -> Fault:
    return Fault.model_validate({"kind": kind, "service": SERVICE, "action": f"{method} *", **more})


def enrolled_before(trend: SimulatorControl, engine: Engine) -> None:
    """Let another run have enrolled the account, with the fresh token."""
    engine.resource(EnrollmentProvider).up(ENROLLMENT_INPUTS)
    trend.clear_requests()


def test_an_account_is_enrolled_with_the_token_of_the_run(enrollment: EngineResource, trend: SimulatorControl) -> None:
    enrollment.up(ENROLLMENT_INPUTS)

    assert enrollment.id == ACCOUNT
    assert enrollment.outs == {**ENROLLMENT_INPUTS, "status": "registered"}
    assert trend.state().registration is not None
    assert [call.action for call in trend.requests(SERVICE)] == ["GET /connectors", "POST /connectors"]


def test_a_tenant_that_is_enrolled_already_is_named_with_the_other_route(
    enrollment: EngineResource, engine: Engine, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    enrolled_before(trend, engine)
    capfd.readouterr()
    enrollment.up(ENROLLMENT_INPUTS)
    assert "a connector in Cloud One may be of no use; docs/routes.md" in capfd.readouterr().err
    assert [call.action for call in trend.requests(SERVICE)] == ["GET /connectors"]


def test_a_token_in_the_environment_wins_less_the_blanks_around_it(
    enrollment: EngineResource, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, f" {FRESH}\n")
    engine.restart(visionOneServiceToken=EXPIRED)
    enrollment.up(ENROLLMENT_INPUTS)
    assert enrollment.outs["status"] == "registered"


def test_what_cannot_be_undone_is_said_in_the_preview_and_only_while_it_is_to_be_done(
    enrollment: EngineResource, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    enrollment.preview(ENROLLMENT_INPUTS)
    assert WARNING in capfd.readouterr().err
    assert trend.requests() == []

    enrollment.up(ENROLLMENT_INPUTS)
    assert WARNING in capfd.readouterr().err
    enrollment.up(ENROLLMENT_INPUTS)
    enrollment.up(NO_TOKEN)
    assert capfd.readouterr().err == ""


def test_without_a_token_it_is_skipped_with_one_line(
    enrollment: EngineResource, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    enrollment.up(NO_TOKEN)
    assert enrollment.outs == {**NO_TOKEN, "status": "skipped"}
    message = "step 2, Vision One enrollment: skipped, since no visionOneServiceToken is given"
    assert capfd.readouterr().err.splitlines() == [message]

    enrollment.refresh()
    assert enrollment.outs["status"] == "skipped"
    enrollment.destroy()
    assert capfd.readouterr().err == ""
    assert trend.requests(SERVICE) == []


def test_a_token_that_is_given_later_enrolls(enrollment: EngineResource, capfd: pytest.CaptureFixture[str]) -> None:
    enrollment.up(NO_TOKEN)
    capfd.readouterr()
    assert enrollment.up(ENROLLMENT_INPUTS) == "update"
    assert enrollment.outs["status"] == "registered"
    assert WARNING in capfd.readouterr().err


@pytest.mark.parametrize("token", ["", USED, EXPIRED, "another"])
def test_what_is_enrolled_stays_so_whatever_becomes_of_the_token(
    enrollment: EngineResource, engine: Engine, trend: SimulatorControl, token: str
) -> None:
    enrollment.up(ENROLLMENT_INPUTS)
    trend.clear_requests()
    engine.restart(visionOneServiceToken=token)
    declared = ENROLLMENT_INPUTS if token else NO_TOKEN

    assert enrollment.preview(declared) == "same"
    assert enrollment.up(declared) == "same"
    enrollment.refresh()

    assert enrollment.up(declared) == "same"
    assert enrollment.outs["status"] == "registered"
    assert posts(trend) == 0


@pytest.mark.parametrize("form", ["registration", "list", "list in an object"])
@pytest.mark.parametrize("token", [FRESH, USED])
def test_an_account_that_is_registered_already_is_not_enrolled_again(
    enrollment: EngineResource, engine: Engine, trend: SimulatorControl, form: str, token: str
) -> None:
    enrolled_before(trend, engine)
    trend.behave(registration_form=form)
    engine.restart(visionOneServiceToken=token)

    enrollment.up(ENROLLMENT_INPUTS)

    assert posts(trend) == 0
    assert enrollment.outs["status"] == "registered"


@pytest.mark.parametrize("status", [403, 404, 405])
def test_a_registration_that_cannot_be_read_shows_in_the_conflict(
    enrollment: EngineResource, engine: Engine, trend: SimulatorControl, status: int
) -> None:
    enrolled_before(trend, engine)
    trend.add_fault(fault("status", "GET", status=status, count=None))

    enrollment.up(ENROLLMENT_INPUTS)
    assert enrollment.outs["status"] == "registered"
    assert posts(trend) == 1

    enrollment.refresh()
    assert enrollment.outs["status"] == "registered"
    assert enrollment.up(ENROLLMENT_INPUTS) == "same"


@pytest.mark.parametrize(("token", "why"), [(USED, "has been used"), (EXPIRED, "has expired"), ("other", "is unknown")])
def test_a_token_that_does_not_serve_is_refused_with_trends_reason_and_not_shown(
    enrollment: EngineResource, engine: Engine, trend: SimulatorControl, token: str, why: str
) -> None:
    engine.restart(visionOneServiceToken=token)
    with pytest.raises(OnboardingError) as refusal:
        enrollment.up(ENROLLMENT_INPUTS)
    message = str(refusal.value)
    assert "step 2, Vision One enrollment: POST visionone-connect /connectors: HTTP 400" in message
    assert f"enrollmentToken: {why}" in message
    assert f" {token}" not in message
    assert trend.state().registration is None


def test_a_run_without_the_token_that_it_needs_says_how_to_give_it(
    enrollment: EngineResource, engine: Engine, trend: SimulatorControl
) -> None:
    engine.restart(visionOneServiceToken="")
    with pytest.raises(OnboardingError, match="set VISION_ONE_SERVICE_TOKEN, or `pulumi config set --secret"):
        enrollment.up(ENROLLMENT_INPUTS)
    assert posts(trend) == 0


LOST: list[dict[str, Any]] = [
    {"kind": "drop"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "html"},
    {"kind": "empty"},
    {"kind": "truncate"},
]


@pytest.mark.parametrize("lost", LOST, ids=lambda lost: "-".join(str(part) for part in lost.values()))
@pytest.mark.parametrize("readable", [True, False], ids=["status readable", "status unreadable"])
def test_an_enrollment_whose_reply_was_lost_is_found_and_not_done_twice(
    enrollment: EngineResource, engine: Engine, trend: SimulatorControl, lost: dict[str, Any], readable: bool
) -> None:
    trend.behave(registration_read=readable)
    trend.add_fault(fault(when="after", **lost))

    if readable:
        enrollment.up(ENROLLMENT_INPUTS)
        assert posts(trend) == 1
    else:
        with pytest.raises(OnboardingError):
            enrollment.up(ENROLLMENT_INPUTS)
        assert posts(trend) == 1
        engine.restart()
        enrollment.up(ENROLLMENT_INPUTS)  # the second POST meets a conflict

    assert enrollment.outs["status"] == "registered"


def test_an_enrollment_that_was_not_carried_out_fails_and_is_done_by_the_next_run(
    enrollment: EngineResource, engine: Engine, trend: SimulatorControl
) -> None:
    trend.add_fault(fault("drop"))
    with pytest.raises(OnboardingError, match="broke before the reply came"):
        enrollment.up(ENROLLMENT_INPUTS)
    assert posts(trend) == 1
    engine.restart()
    enrollment.up(ENROLLMENT_INPUTS)
    assert enrollment.outs["status"] == "registered"


@pytest.mark.parametrize("kind", ["status", "html", "drop"])
def test_a_look_that_fails_enrolls_nothing(enrollment: EngineResource, trend: SimulatorControl, kind: str) -> None:
    trend.add_fault(fault(kind, "GET", count=None))
    with pytest.raises(OnboardingError):
        enrollment.up(ENROLLMENT_INPUTS)
    assert posts(trend) == 0


def test_a_refresh_that_fails_keeps_the_state(enrollment: EngineResource, trend: SimulatorControl) -> None:
    enrollment.up(ENROLLMENT_INPUTS)
    before = enrollment.state
    trend.add_fault(fault("status", "GET", count=None))
    with pytest.raises(OnboardingError, match="HTTP 500"):
        enrollment.refresh()
    assert enrollment.state == before


def test_its_end_leaves_the_registration_and_names_it(
    enrollment: EngineResource, trend: SimulatorControl, capfd: pytest.CaptureFixture[str]
) -> None:
    enrollment.up(ENROLLMENT_INPUTS)
    trend.clear_requests()
    capfd.readouterr()

    enrollment.destroy()

    assert trend.state().registration is not None
    assert trend.requests() == []
    (line,) = capfd.readouterr().err.splitlines()
    assert f"the enrollment of Cloud One account {ACCOUNT} stays (status registered)" in line
    assert "Service Management > Product Connector" in line
