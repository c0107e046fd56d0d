"""What stands in the way of Trend's stack on route `visionOne`, or of doing without it."""

from __future__ import annotations

from components.checks.findings import Finding
from components.checks.own_state import Held

SUBJECT = "role in Vision One"
_OWN_ROLE, _STACK = "$aws:iam/role:Role::vision-one-role", "$aws:cloudformation/stack:Stack::vision-one-stack"


def change_of_role_finding(in_state: Held | None, *, wants_stack: bool) -> Finding:
    """Refuse a change between a role of this program's own and that of Trend's stack.

    Either comes with an OpenID Connect provider of the same URL, and IAM takes one: the new one cannot be created
    before the old one is deleted, which the engine does last.

    Args:
        in_state: what Pulumi's state holds; None where the engine does not show it.
        wants_stack: whether Trend's stack is wanted, which is so where a trail is read.
    """
    other, change = (_OWN_ROLE, "begins") if wants_stack else (_STACK, "ends")
    if any(urn.endswith(other) for urn in in_state or ()):
        text = (
            f"reading a trail {change} here, and with it another role: that of Trend's stack and this program's own "
            "need an OpenID Connect provider of the same URL, of which IAM takes one"
        )
        hint = "run `pulumi destroy`, then `pulumi up` with the new settings; Vision One does not read meanwhile"
        return Finding(SUBJECT, "failed", text, hint)
    return Finding(SUBJECT, "ok", "the role in Vision One stays of its kind")


def stack_is_managed(in_state: Held | None) -> bool:
    """Whether Trend's stack is in Pulumi's state, or may be."""
    return in_state is None or any(urn.endswith(_STACK) for urn in in_state)


def second_provider_finding(arn: str) -> Finding:
    """Say that Trend's stack may find its OpenID Connect provider taken; its template was never seen."""
    text = f"the account has {arn}, which Trend's stack may want to create: IAM would refuse that"
    return Finding(SUBJECT, "unknown", text, "delete the provider if nothing uses it any more")
