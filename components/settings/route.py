"""By which of Trend's consoles an AWS account is linked."""

from __future__ import annotations

import enum


class Route(enum.StrEnum):
    """Where Trend keeps the link of the AWS account."""

    CLOUD_ONE = "cloudOne"
    """In Cloud One, which Vision One sees once it is enrolled: the eight steps."""

    VISION_ONE = "visionOne"
    """In Vision One itself: for tenants that have no Cloud One, or have left it."""
