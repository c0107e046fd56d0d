"""Names made for resources that are given none.

Follows pulumi-aws provider/autonaming.go and the engine's resource_id.go: the logical name, a dash and seven hex digits
drawn from the seed of the Check request; never cut. Only the digits themselves differ from the official ones.
"""

from __future__ import annotations

import hashlib
import secrets

from sandbox.pulumi.aws.errors import ProviderError
from sandbox.pulumi.aws.kind import AutoName

DIGITS = 7


def auto_name(rule: AutoName, logical_name: str, seed: bytes) -> str:
    """Return a new name.

    Args:
        rule: limit and case of the type's names.
        logical_name: the resource's name in the program.
        seed: the request's random seed; without one the digits are random.

    Raises:
        ProviderError: the name would be longer than the type allows.
    """
    prefix = f"{logical_name.lower() if rule.lower else logical_name}-"
    if len(prefix) + DIGITS > rule.limit:
        raise ProviderError(
            f"failed to make a name: '{prefix}' plus {DIGITS} random chars is longer than maximum length {rule.limit}"
        )
    digest = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex(DIGITS)
    return prefix + digest[:DIGITS]
