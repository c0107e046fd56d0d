"""The variables by which Pulumi, boto3, the program and the sandbox's own servers find each other."""

from __future__ import annotations

import os
from pathlib import Path

from sandbox.gate import HOST

PASSPHRASE = "sandbox"  # noqa: S105  (meant to be known)
"""Passphrase of the sandbox's stacks, known to everybody: their secrets open nothing."""
ACCESS_KEY = "sandbox"


def endpoints(aws_url: str, trend_url: str) -> dict[str, str]:
    """Return what leads to the sandbox's servers."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TREND_ENDPOINT_URL": trend_url,
        **past_any_proxy(),
    }


def backend(home: Path) -> dict[str, str]:
    """Return what keeps the stacks below the sandbox's folder.

    Without the attributes beside each file: a run killed while it writes them leaves the stack unreadable for Pulumi.
    """
    state = home / "state"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {"PULUMI_BACKEND_URL": f"{state.as_uri()}?metadata=skip", "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}


def fleet(home: Path, api_key: str, region: str) -> dict[str, str]:
    """Return what many accounts take besides: the key of the workers, their region, a database of the sandbox's own."""
    return {
        "CLOUD_ONE_API_KEY": api_key,
        "AWS_REGION": region,
        "FLEET_DATABASE_URL": f"sqlite:///{home / 'fleet.db'}",
    }


def past_any_proxy() -> dict[str, str]:
    """Keep calls to the loopback address away from a proxy that the environment names, if it names one."""
    if not any(name.lower() in ("http_proxy", "all_proxy") for name in os.environ):
        return {}
    exempt = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host for host in exempt.split(",") if host and host != HOST]
    return dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join([*hosts, HOST]))
