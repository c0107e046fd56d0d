"""Cloud Account Management: AWS accounts registered with a role of their own."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlencode

from flask import request
from pydantic import Field
from werkzeug.wrappers import Response

from sandbox.trend.cloud_one import CloudOneService
from sandbox.trend.errors import ErrorReply
from sandbox.trend.records import ROLE_ARN, CloudAccountRecord, now_text
from sandbox.trend.service import Body, ServedCall, json_reply, no_content, query_number, read_body

AWS_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_TEMPLATE_KEY = "templates/aws/cloud-account-management-role.template"
# Sizes of a page are not documented [U].
_DEFAULT_PAGE, _LARGEST_PAGE = 25, 100


class NewCloudAccount(Body):
    """Body of POST /cloudaccounts/aws. The account id is not among the fields: it comes out of the role's ARN."""

    role_arn: str = Field(alias="roleARN")
    alias: str = ""
    description: str = ""


class CloudAccounts(CloudOneService):
    """The service's calls on the tenant's cloud accounts."""

    name = "cloudaccounts"

    def routes(self) -> tuple[ServedCall, ...]:
        """The service's calls."""
        return (
            ServedCall("GET", "/cloudaccounts/aws", self.list, query=frozenset({"cursor", "limit"})),
            ServedCall("POST", "/cloudaccounts/aws", self.create),
            ServedCall("GET", "/cloudaccounts/aws/templates", self.templates, query=frozenset({"awsRegion"})),
            ServedCall("GET", "/cloudaccounts/aws/{id}", self.read),
            ServedCall("DELETE", "/cloudaccounts/aws/{id}", self.delete),
        )

    def list(self) -> dict[str, object]:
        """One page. `next` is there when more follow, and goes into the next call's `cursor`."""
        limit = query_number("limit", _DEFAULT_PAGE, 1, _LARGEST_PAGE)
        after = _read_cursor(request.args.get("cursor"))
        remaining = [account for account in self.state.dump().cloud_accounts if account.id > after]
        page = remaining[:limit]
        reply: dict[str, object] = {"cloudAccounts": [account.wire() for account in page]}
        if len(remaining) > limit:
            reply["next"] = _cursor(page[-1].id)
        return reply

    def create(self) -> Response:
        """Register the account of the role. The role is not tried: whether Trend does is unknown [U]."""
        body = read_body(NewCloudAccount)
        account_id = _account_of(body.role_arn)
        state = self.state
        with state.lock:
            if account_id in state.cloud_accounts:
                # The status is documented by nobody for this call; 409 and this text are assumed [U].
                raise ErrorReply(409, f"The AWS account {account_id} is already registered")
            now = now_text()
            account = CloudAccountRecord(
                id=account_id,
                roleARN=body.role_arn,
                alias=body.alias,
                description=body.description,
                created=now,
                last_modified=now,
            )
            state.cloud_accounts[account_id] = account
        # 201 rather than 200 is an assumption [I]; a client should take both.
        return json_reply(account.wire(), 201)

    def read(self, account_id: str) -> dict[str, object]:
        """One account."""
        return self._known(account_id).wire()

    def delete(self, account_id: str) -> Response:
        """Forget an account. An empty reply is an assumption [I]."""
        with self.state.lock:
            del self.state.cloud_accounts[self._known(account_id).id]
        return no_content()

    def templates(self) -> dict[str, object]:
        """Where Trend's template for the role lies, and what to fill in. The region is required here [I]."""
        aws_region = request.args.get("awsRegion", "")
        if not AWS_REGION.fullmatch(aws_region):
            raise ErrorReply(400, "The query is not valid", {"awsRegion": "must be an AWS region"})
        tenant = self.tenant
        bucket = f"cloud-one-cloud-accounts-{aws_region}"
        template_url = f"https://{bucket}.s3.{aws_region}.amazonaws.com/{_TEMPLATE_KEY}"
        parameters = {
            "CloudOneRegion": tenant.region,
            "CloudOneAccountID": tenant.account_id,
            "CloudOneOIDCProviderURL": f"cloudaccounts.{tenant.region}.cloudone.trendmicro.com",
        }
        pairs = {"templateURL": template_url, **{f"param_{name}": value for name, value in parameters.items()}}
        console = f"https://{aws_region}.console.aws.amazon.com/cloudformation/home?region={aws_region}"
        return {
            "templateURL": template_url,
            "parameters": parameters,
            "createStackURL": f"{console}#/stacks/create/review?{urlencode(pairs)}",
        }

    def _known(self, account_id: str) -> CloudAccountRecord:
        with self.state.lock:
            account = self.state.cloud_accounts.get(account_id)
        if account is None:
            raise ErrorReply(404, "The cloud account does not exist")
        return account


def _account_of(role_arn: str) -> str:
    parts = ROLE_ARN.fullmatch(role_arn)
    if not parts:
        raise ErrorReply(400, "The request body is not valid", {"roleARN": "must be the ARN of a role"})
    return parts.group(1)


def _cursor(account_id: str) -> str:
    return base64.urlsafe_b64encode(account_id.encode()).decode()


def _read_cursor(cursor: str | None) -> str:
    if cursor is None:
        return ""
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except ValueError:  # not base64, or not of text
        raise ErrorReply(400, "The query is not valid", {"cursor": "is invalid"}) from None
