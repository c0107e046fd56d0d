"""Whether the account has the OpenID Connect provider already that Trend's stack of step 5 creates.

IAM takes one provider for a URL, and Trend's template has no parameter for one that exists: its stack would fail
half-way. A copy of the template of one's own (`qsS3BucketName`) may do without one; then an existing one is used.
"""

from __future__ import annotations

from functools import partial

from components.aws.clients import AwsClients
from components.aws.context import AwsContext
from components.aws.errors import calling, error_code
from components.aws.names import ISSUER, role_template_url
from components.aws.template import read_template
from components.checks.findings import Finding, checked
from components.checks.stacks import STATE_UNKNOWN, StackIds, held_by
from components.settings.endpoints import cloud_one_regions
from components.settings.model import HostedTemplates, Settings

OIDC_PROVIDER = "OpenID Connect provider"


def oidc_findings(aws: AwsClients, settings: Settings, where: AwsContext, managed: StackIds | None) -> list[Finding]:
    """Look for providers of the Cloud One regions that belong to the AWS region; which of them it is, a key says.

    Args:
        aws: is asked.
        settings: say where the template of step 5 is, and which regions belong together.
        where: the AWS account and region.
        managed: ids of the CloudFormation stacks in Pulumi's state; None where that cannot be determined.
    """
    issuers = [ISSUER.format(region) for region in cloud_one_regions(where.region, settings.region_map)]
    look = partial(_oidc, aws, managed, settings.templates, where)
    return [checked(OIDC_PROVIDER, partial(look, issuer)) for issuer in issuers]


def _oidc(
    aws: AwsClients, managed: StackIds | None, templates: HostedTemplates | None, where: AwsContext, issuer: str
) -> Finding:
    arn = where.iam(f"oidc-provider/{issuer}")
    # First, since most runs end here, without a call to IAM.
    if any(arn in held_by(aws, stack) for stack in sorted(managed or ())):
        return Finding(OIDC_PROVIDER, "ok", f"the OpenID Connect provider for {issuer} is managed by this stack")
    if not _exists(aws, arn, where.region):
        return Finding(OIDC_PROVIDER, "ok", f"the account has no OpenID Connect provider for {issuer}")
    if templates is not None and not _makes_provider(aws, templates, where):
        return Finding(OIDC_PROVIDER, "ok", f"the OpenID Connect provider for {issuer} is used as it is")
    text = f"account {where.account_id} has an OpenID Connect provider for {issuer} already ({arn})"
    if managed is None:
        unsure = f"cannot determine whether it is managed by this stack: {STATE_UNKNOWN}"
        return Finding(OIDC_PROVIDER, "unknown", f"{text}; {unsure}")
    return Finding(
        OIDC_PROVIDER,
        "failed",
        f"{text}, which no CloudFormation stack of this stack holds, and IAM takes no second one beside it, which "
        "Trend's stack of step 5 would create",
        "if nothing uses it any more, delete it, or the CloudFormation stack that holds it (for the published "
        "solution's see docs/from-cloudformation.md); if it has to stay, host a copy of Trend's template without the "
        "resource AWS::IAM::OIDCProvider (qsS3BucketName)",
    )


def _exists(aws: AwsClients, arn: str, region: str) -> bool:
    from botocore.exceptions import ClientError

    with calling(f"looking for the OpenID Connect provider {arn}", "iam:GetOpenIDConnectProvider on it"):
        try:
            aws.client("iam", region).get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        except ClientError as error:
            if error_code(error) != "NoSuchEntity":
                raise
            return False
    return True


def _makes_provider(aws: AwsClients, templates: HostedTemplates, where: AwsContext) -> bool:
    """Whether a template of one's own creates a provider in any case.

    Raises:
        AwsError: it cannot be read, so nobody knows.
    """
    return read_template(aws, role_template_url(templates, where), where.region).makes("AWS::IAM::OIDCProvider")
