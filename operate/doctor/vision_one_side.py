"""What is looked at where the account is linked in Vision One itself: the key, the tenant, and what AWS has for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from components.checks.examination import CALLER, KEY, Check
from components.checks.findings import Finding
from components.checks.vision_one_oidc import SUBJECT as OIDC_PROVIDER
from components.checks.vision_one_oidc import existing_provider
from components.resources.vision_one_tenant import FeatureRefused, TenantProvider
from components.trend.errors import CredentialsError, EndpointRefused, Forbidden, Unauthenticated, WrongAccount
from operate.doctor.case import SETTINGS, Case

FEATURES, BUSINESS, STACK_KEY = "Vision One features", "Vision One business id", "key of Trend's stack"
STACK_KEY_VALID = timedelta(days=90)
"""How long the key is valid with which Trend's stack registers the account (source: Trend's manual on the feature)."""

ENDS_SOON = timedelta(days=14)
_REFUSALS = (CredentialsError, EndpointRefused, Forbidden, Unauthenticated, WrongAccount, FeatureRefused)


def checks(case: Case) -> list[Check]:
    """Return the checks of the tenant; that of its key is `key`."""
    return [
        Check(FEATURES, case.of_vision_one(_features), (KEY,), _REFUSALS),
        Check(BUSINESS, case.of_vision_one(_business), (KEY,)),
        Check(OIDC_PROVIDER, case.of_vision_one(_oidc), (CALLER,)),
        Check(STACK_KEY, case.of_vision_one(_stack_key), (SETTINGS,)),
    ]


def key(case: Case) -> Iterator[Finding]:
    """Look whether Vision One takes the key, whose it is, and how long it is valid, as far as it says so itself."""
    vision_one = case.provider.vision_one()
    for tenant in case.found("VisionOneTenant"):
        vision_one.expect_customer(str(tenant.outputs.get("customer", "")))
    vision_one.cam.features()
    ends = vision_one.expires
    if ends is None:
        yield Finding(KEY, "ok", "Vision One accepts it; cannot determine how long it is valid")
        return
    text = f"Vision One accepts it; it is valid until {ends:%Y-%m-%d}"
    if ends - datetime.now(UTC) > ENDS_SOON:
        yield Finding(KEY, "ok", text)
    else:
        yield Finding(KEY, "unknown", text, "create another in Vision One, Administration > API Keys")


def _features(case: Case) -> Iterator[Finding]:
    direct = case.settings.direct
    assert direct is not None, "the check is of the route by Vision One"
    wanted = [each.id for each in direct.features]
    case.configured(TenantProvider()).require_key("", wanted)
    used = f"the tenant may use {', '.join(wanted)}" if wanted else "none is wanted beside the core features"
    yield Finding(FEATURES, "ok", used)


def _business(case: Case) -> Iterator[Finding]:
    told = [str(each.outputs.get("businessId", "")) for each in case.found("VisionOneTenant")]
    known = next(iter(told), case.provider.vision_one().customer)
    if known:
        yield Finding(BUSINESS, "ok", f"{known}; the role trusts no other tenant")
    elif told:
        text = "neither Vision One nor the key tells it, so that the role's trust names no tenant"
        yield Finding(BUSINESS, "unknown", text, "use a key that was created in the console, which says whose it is")
    else:
        yield Finding(BUSINESS, "ok", "Vision One is asked for it when the stack is deployed")


def _stack_key(case: Case) -> Iterator[Finding]:
    """Say how long the key of Trend's stack is valid, where a trail makes one. Its end needs nothing done."""
    if case.settings.trail is None:
        return
    dates = f"Vision One issues it with the stack, for {STACK_KEY_VALID.days} days"
    for template in case.found("VisionOneTemplate"):
        issued = datetime.fromisoformat(template.outputs["issued"])
        dates = f"issued {issued:%Y-%m-%d}, valid until {issued + STACK_KEY_VALID:%Y-%m-%d}"
    yield Finding(STACK_KEY, "ok", f"{dates}; a recreated stack gets another key")


def _oidc(case: Case) -> Iterable[Finding]:
    direct = case.settings.direct
    assert direct is not None, "the check is of the route by Vision One"
    held = {resource.urn: resource.outputs for resource in case.state.resources}
    return existing_provider(case.stack.aws, direct.region, case.where, held).findings
