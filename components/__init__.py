"""The onboarding as components, for this program and for others: `from components import Onboarding`.

The plugin process of the dynamic resources imports this package too, to get at `components.resources`. So it loads
nothing itself: a name is loaded when it is first asked for (PEP 562).

Python looks for garbage seldom in both processes: nearly all that they load stays as long as they do, and looking as
often as usual took a tenth of a second, for no byte less. At the end neither looks for any: among all that pulumi and
botocore hold that takes a third of a second.
"""

from __future__ import annotations

import atexit
import gc
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "1.0.0-rc"
"""The version of the whole project; its tag is `v` and this."""

if TYPE_CHECKING:
    from components.aws.context import AwsContext
    from components.onboarding import Onboarding
    from components.settings.model import ExistingTrail, HostedTemplates, NewTrail, Settings
    from components.settings.scope import Scope

__all__ = ["AwsContext", "ExistingTrail", "HostedTemplates", "NewTrail", "Onboarding", "Scope", "Settings"]

_MODULES = {
    "AwsContext": "aws.context",
    "ExistingTrail": "settings.model",
    "HostedTemplates": "settings.model",
    "NewTrail": "settings.model",
    "Onboarding": "onboarding",
    "Scope": "settings.scope",
    "Settings": "settings.model",
}


gc.set_threshold(50_000)
atexit.register(gc.freeze)


def __getattr__(name: str) -> Any:
    """Load a name of `__all__`."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
