"""Whether the API key goes anywhere else than to Trend, and whether that is meant."""

from __future__ import annotations

from components.checks.findings import Finding
from components.settings.endpoints import Endpoints

ENDPOINTS = "endpoints"


def endpoint_findings(endpoints: Endpoints) -> list[Finding]:
    """Name each host that is neither Trend's nor this machine, and each that is confirmed without being one."""
    foreign = endpoints.foreign_hosts()
    stale = [host for host in endpoints.confirmed if host not in foreign]
    findings = []
    for host, settings in foreign.items():
        other = f"{host}, which is not Trend's ({', '.join(settings)})"
        if host in endpoints.confirmed:
            findings.append(Finding(ENDPOINTS, "ok", f"the API key goes to {other}", "endpointsConfirmed lists it"))
        else:
            findings.append(
                Finding(ENDPOINTS, "failed", f"the API key would go to {other}", endpoints.how_to_confirm())
            )
    findings += [
        Finding(ENDPOINTS, "failed", f"endpointsConfirmed lists {host}, where nothing goes", endpoints.how_to_confirm())
        for host in stale
    ]
    return findings
