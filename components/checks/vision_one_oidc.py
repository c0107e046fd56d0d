"""Whether the account has the OpenID Connect provider already through which Vision One assumes roles.

IAM takes one provider for a URL. One that this stack did not create is used as it is, and stays: it may serve others.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from components.aws.clients import AwsClients
from components.aws.context import AwsContext
from components.aws.errors import AwsError, AwsUnavailable, calling
from components.checks.findings import Finding
from components.checks.own_state import Held

SUBJECT = "OpenID Connect provider of Vision One"


class ExistingProvider(NamedTuple):
    """What was found.

    Attributes:
        arn: of a provider that is to be used as it is; None where this stack creates its own, or has.
        findings: what there is to say of it.
    """

    arn: str | None
    findings: tuple[Finding, ...]


def existing_provider(aws: AwsClients, region: str, where: AwsContext, in_state: Held | None) -> ExistingProvider:
    """Look for a provider of Vision One's region that this stack did not create.

    Its host is looked for by its beginning, `cloudaccounts-<region>.`: all of it Vision One tells to a key alone.

    Args:
        aws: is asked.
        region: Vision One's code.
        where: the AWS account.
        in_state: what Pulumi's state holds; None where the engine does not show it: this stack may have created any.
    """
    try:
        arns = _arns(aws, where, region)
        # The id is the ARN; of one that was created and could then not be read it is all that the state has.
        own = {outputs.get("id") for outputs in (in_state or {}).values()}
        found = [arn for arn in arns if in_state is not None and arn not in own]
        if not found:
            owner = "belongs to this stack" if arns and in_state is not None else "is created by this stack"
            return ExistingProvider(None, (Finding(SUBJECT, "ok", f"the provider for cloudaccounts-{region} {owner}"),))
        return ExistingProvider(found[0], (_usable(aws, where, found[0]),))
    except AwsError as error:
        text = f"{SUBJECT} not checked: {error}"
        return ExistingProvider(
            None, (Finding(SUBJECT, "unknown", text, unanswered=isinstance(error, AwsUnavailable)),)
        )


def _arns(aws: AwsClients, where: AwsContext, region: str) -> list[str]:
    host = re.compile(rf"{re.escape(where.iam('oidc-provider/'))}cloudaccounts-{region}\.[^/]*trendmicro\.[a-z.]+")
    with calling("looking for OpenID Connect providers", "iam:ListOpenIDConnectProviders on it"):
        listed = aws.client("iam", where.region).list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return [each["Arn"] for each in listed if host.fullmatch(each["Arn"])]


def _usable(aws: AwsClients, where: AwsContext, arn: str) -> Finding:
    """Return whether Vision One can assume a role of this account through a provider, which takes its audience."""
    with calling(f"looking at {arn}", "iam:GetOpenIDConnectProvider on it"):
        audiences = aws.client("iam", where.region).get_open_id_connect_provider(OpenIDConnectProviderArn=arn)[
            "ClientIDList"
        ]
    audience = where.iam("root")
    if audience in audiences:
        return Finding(SUBJECT, "ok", f"{arn} is used as it is")
    command = f"aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {arn}"
    return Finding(
        SUBJECT,
        "failed",
        f"{arn}, which is not managed by this stack, does not take the audience {audience} that Vision One names",
        f"add it, `{command} --client-id {audience}`, or delete the provider if nothing uses it any more",
    )
