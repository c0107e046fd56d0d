"""The machine that is measured on."""

from __future__ import annotations

import os
import platform

import psutil


def machine() -> str:
    """Return the machine in words: processors, memory, system, Python."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} CPUs, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"
