"""Whether the account has the OpenID Connect provider already that the vendor's stack of step 5 makes.

IAM takes one provider for a URL, and the vendor's template has no parameter for one that exists: its stack would fail
half-way. A copy of the template of one's own (`qsS3BucketName`) may do without one; then an existing one is used.
"""

from __future__ import annotations

from functools import partial

from components.aws.clients import AwsClients
from components.aws.context import AwsContext
from components.aws.errors import calling, error_code
from components.aws.names import ISSUER, role_template_url
from components.aws.tags import OWNER_TAG
from components.aws.template import read_template
from components.checks.findings import Finding, checked
from components.settings.endpoints import AWS_REGIONS
from components.settings.model import HostedTemplates

OIDC_PROVIDER = "OpenID Connect provider"


def oidc_findings(
    aws: AwsClients, templates: HostedTemplates | None, where: AwsContext, *, owner: str
) -> list[Finding]:
    """Look for providers of the Cloud One regions that belong to the AWS region; which of them it is, a key says.

    Args:
        aws: is asked.
        templates: where the template of step 5 is; None for the vendor's.
        where: the AWS account and region.
        owner: how the tag `OWNER_TAG` names this Pulumi stack.
    """
    issuers = [ISSUER.format(region) for region, aws_region in AWS_REGIONS.items() if aws_region == where.region]
    return [checked(OIDC_PROVIDER, partial(_oidc, aws, issuer, owner, templates, where)) for issuer in issuers]


def _oidc(aws: AwsClients, issuer: str, owner: str, templates: HostedTemplates | None, where: AwsContext) -> Finding:
    from botocore.exceptions import ClientError

    arn = where.iam(f"oidc-provider/{issuer}")
    with calling(f"looking for the OpenID Connect provider {issuer}", "iam:GetOpenIDConnectProvider on it"):
        try:
            reply = aws.client("iam", where.region).get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        except ClientError as error:
            if error_code(error) != "NoSuchEntity":
                raise
            return Finding(OIDC_PROVIDER, "ok", f"the account has no OpenID Connect provider for {issuer}")
    tags = {tag["Key"]: tag["Value"] for tag in reply.get("Tags", ())}
    # CloudFormation gives a stack's own tags to what the stack makes (source: its user guide, resource tags).
    if tags.get(OWNER_TAG) == owner:
        return Finding(OIDC_PROVIDER, "ok", f"the OpenID Connect provider for {issuer} is this stack's")
    if templates is not None and not _makes_provider(aws, templates, where):
        return Finding(OIDC_PROVIDER, "ok", f"the OpenID Connect provider for {issuer} is used as it is")
    maker = f"Pulumi stack {tags[OWNER_TAG]} made it" if OWNER_TAG in tags else "something else made it"
    return Finding(
        OIDC_PROVIDER,
        "failed",
        f"account {where.account_id} has an OpenID Connect provider for {issuer} already ({arn}; {maker}), and IAM "
        "takes no second one beside it, which the vendor's stack of step 5 would make",
        "if nothing uses it any more, delete it; if it has to stay, host a copy of the vendor's template without the "
        "resource AWS::IAM::OIDCProvider (qsS3BucketName)",
    )


def _makes_provider(aws: AwsClients, templates: HostedTemplates, where: AwsContext) -> bool:
    """Whether a template of one's own makes a provider in any case.

    Raises:
        AwsError: it cannot be read, so nobody knows.
    """
    return read_template(aws, role_template_url(templates, where), where.region).makes("AWS::IAM::OIDCProvider")
