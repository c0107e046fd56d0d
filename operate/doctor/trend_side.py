"""What is looked at in Cloud One and Vision One: the key, its account, the licenses, and the links that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from components.aws.errors import AwsError
from components.aws.roles import RoleState, role_state
from components.checks.endpoints import ENDPOINTS
from components.checks.examination import CALLER, KEY, Check
from components.checks.findings import Finding
from components.resources.account import READ_ONLY, ROLE_HINT, RegionMismatch, check_enabled, check_region
from components.resources.cloud_account import CloudAccountProvider
from components.resources.connector import ConnectorProvider
from components.resources.external_id import ExternalIdHidden, ExternalIdProvider
from components.resources.link import LinkExists
from components.resources.link_provider import LinkProvider
from components.resources.other_deployment import require_unmanaged
from components.resources.properties import Props
from components.resources.vision_one_account import VisionOneAccountProvider
from components.settings.model import Settings
from components.trend.errors import CredentialsError, Forbidden, Unauthenticated
from operate.doctor import vision_one_side
from operate.doctor.case import Case

FULL_ACCESS, VISION_ONE = "full-access", "Vision One"
_NO_ANSWER = (CredentialsError, Forbidden, Unauthenticated)
_WORKLOAD = "workload"
_ROLE_OUTPUT = "CloudOneRoleArn"


def checks(case: Case) -> list[Check]:
    """Return the checks of Trend's side."""
    both = (KEY, CALLER)
    return [
        Check(KEY, lambda: _key(case) if case.settings.direct is None else vision_one_side.key(case), (ENDPOINTS,)),
        Check("role of the API key", case.of_cloud_one(_role), (KEY,)),
        Check("Cloud One account", case.of_cloud_one(_account), (KEY,)),
        Check("region", case.of_cloud_one(_region), both, (RegionMismatch,)),
        Check("Cloud One services", case.of_cloud_one(_services), (KEY,)),
        Check("external id", case.of_cloud_one_account(_external_id), (KEY,), (*_NO_ANSWER, ExternalIdHidden)),
        Check(VISION_ONE, case.of_tenant(vision_one), (KEY,)),
        *(_link_check(case, provider) for provider in (ConnectorProvider(), CloudAccountProvider())),
        *vision_one_side.checks(case),
        Check(VisionOneAccountProvider.noun, case.of_vision_one(_vision_one_link), both, (*_NO_ANSWER, LinkExists)),
    ]


def _link_check(case: Case, provider: LinkProvider[Any, Any]) -> Check:
    def look(case: Case) -> Iterator[Finding]:
        tenancy = {"cloudOneAccountId": case.key.account_id, "region": case.key.region}
        return _link(case, provider, tenancy)

    return Check(provider.noun, case.of_cloud_one_account(look), (KEY, CALLER), (*_NO_ANSWER, LinkExists))


def _vision_one_link(case: Case) -> Iterator[Finding]:
    provider, tenancy = VisionOneAccountProvider(), {"customer": case.provider.vision_one().customer}
    # With a template in the state the link was judged when that was created; what a run that died in the middle has
    # registered since then points at a role that went with its stack, and serves nobody.
    if case.found("VisionOneTemplate"):
        link = case.configured(provider).find(_link_inputs(case, provider, tenancy))
        if link is not None and role_state(case.stack.aws, link.settings.role_arn) is RoleState.GONE:
            text = f"{link.name} points at {link.settings.role_arn}, which is gone: Trend's stack registers it again"
            yield Finding(provider.noun, "ok", text)
            return
    yield from _link(case, provider, tenancy)


def _key(case: Case) -> Iterator[Finding]:
    check_enabled(case.key)
    yield Finding(KEY, "ok", f"'{case.key.alias}' is known and enabled")


def _role(case: Case) -> Iterator[Finding]:
    subject, role = "role of the API key", case.key.role_id
    if role == FULL_ACCESS:
        yield Finding(subject, "ok", role)
    elif role == READ_ONLY:
        yield Finding(subject, "failed", f"{role} may change nothing", ROLE_HINT)
    else:
        yield Finding(
            subject, "unknown", f"'{role}' is not a role that comes with Cloud One: it may do less", ROLE_HINT
        )


def _account(case: Case) -> Iterator[Finding]:
    for deployed in case.found("CloudOneAccount"):
        case.provider.trend(deployed.id)
    yield Finding("Cloud One account", "ok", case.key.account_id)


def _region(case: Case) -> Iterator[Finding]:
    key, aws_region = case.key, case.where.region
    check_region(key.account_id, key.region, aws_region, case.provider.aws_regions())
    yield Finding("region", "ok", f"Cloud One {key.region} belongs to AWS {aws_region}")


def _services(case: Case) -> Iterator[Finding]:
    subject = "Cloud One services"
    listed = {each.name: each for each in case.provider.trend().services(case.key.region).list()}
    needed = list(_needed_services(case.settings))
    expired = [listed[name] for name in needed if name in listed and listed[name].expired]
    for service in expired:
        since = f" (since {service.expires})" if service.expires else ""
        text = f"the license of {service.name} has expired{since}"
        yield Finding(subject, "failed", text, "renew it in Cloud One, Administration > Subscriptions")
    if _WORKLOAD in needed and _WORKLOAD not in listed:
        text = f"Cloud One does not list {_WORKLOAD} among the services of this account"
        yield Finding(subject, "unknown", text, "look whether Workload Security is activated in the Cloud One console")
    elif not expired:
        licensed = [name for name in needed if name in listed]
        yield Finding(subject, "ok", f"{', '.join(licensed)}: licensed" if licensed else "it lists none that is needed")


def _needed_services(settings: Settings) -> Iterator[str]:
    """Yield the services that the deployment calls. Only the first is sold alone, so that only it must be listed."""
    if settings.scope.links_account:
        yield from (_WORKLOAD, "cloudaccounts")
    if settings.trail:
        yield "cloudtrail"
    if settings.scope.enrolls:
        yield "visionone-connect"


def _external_id(case: Case) -> Iterator[Finding]:
    subject = "external id"
    if case.settings.external_id:
        yield Finding(subject, "ok", "given by the settings")
        return
    provider = case.configured(ExternalIdProvider())
    provider.ask({"cloudOneAccountId": case.key.account_id, "region": case.key.region})
    yield Finding(subject, "ok", "Workload Security shows it")


def vision_one(case: Case) -> Iterator[Finding]:
    """Look whether Vision One answers, and how Cloud One's registration stands."""
    case.provider.trend().vision_one().require_reachable()
    enrolled = case.provider.trend().vision_one_connect(case.key.region).status()
    enrollment = (
        f"Cloud One's registration: {enrolled}" if enrolled else "Cloud One is not registered, as far as it says"
    )
    yield Finding(VISION_ONE, "ok", f"answers; {enrollment}")


def _link(case: Case, provider: LinkProvider[Any, Any], tenancy: Props) -> Iterator[Finding]:
    inputs = _link_inputs(case, provider, tenancy)
    link = case.configured(provider).find(inputs)
    if link is None:
        yield Finding(provider.noun, "ok", "there is none yet")
    elif link.settings.role_arn in _own_roles(case):
        yield Finding(provider.noun, "ok", f"{link.name} is this stack's")
    else:
        provider.check_adoptable(link, inputs)
        try:
            require_unmanaged(case.stack.aws, provider.noun, link, case.state.marks)
        except AwsError as error:
            text = f"cannot determine whether another deployment manages {link.name}, which will be adopted: {error}"
            yield Finding(provider.noun, "unknown", text)
            return
        text = (
            f"{link.name}, which points at {link.settings.role_arn}, is not managed by this stack: it will be adopted"
        )
        yield Finding(provider.noun, "ok", text)


def _link_inputs(case: Case, provider: LinkProvider[Any, Any], tenancy: Props) -> Any:
    return provider.inputs.of({**tenancy, "awsAccountId": case.where.account_id, "adopt": case.settings.adopt})


def _own_roles(case: Case) -> set[str]:
    """Return the roles that this stack has made or written to its links: what points at one of them is ours."""
    roles: set[str] = set()
    for resource in case.state.resources:
        outputs = resource.outputs
        if resource.type == "aws:iam/role:Role":
            roles.add(outputs.get("arn", ""))
        elif resource.type == "aws:cloudformation/stack:Stack":
            roles.add((outputs.get("outputs") or {}).get(_ROLE_OUTPUT, ""))
        elif "writtenRoleArn" in outputs:
            roles.add(outputs["writtenRoleArn"])
    return roles - {""}
