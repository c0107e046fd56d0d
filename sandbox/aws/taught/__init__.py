"""What moto does not know, or answers otherwise than AWS, and this project leans on.

The corrections reach into moto's insides, which is why its version is pinned: `teach` refuses any other.
"""

from __future__ import annotations

from importlib import metadata

MOTO_VERSION = "5.2.5"
"""The version whose insides were read."""


class WrongMotoError(RuntimeError):
    """The installed moto is not the one that the corrections are written for."""


def teach() -> None:
    """Correct the moto of this process. Call it once, before its first request.

    Raises:
        WrongMotoError: moto has another version.
    """
    installed = metadata.version("moto")
    if installed != MOTO_VERSION:
        raise WrongMotoError(
            f"moto {installed} is installed, but the sandbox corrects the insides of moto {MOTO_VERSION}: "
            "run `pip install -r requirements-dev.txt`"
        )
    # Imported here: loading moto takes longer than telling that it is the wrong one.
    from sandbox.aws.taught import buckets, identities, organizations, stack_calls, trails

    buckets.teach()
    trails.teach()
    stack_calls.teach()
    identities.teach()
    organizations.teach()
