"""The policy of whoever deploys a stack, made from its settings, its state and Trend's templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from components.aws.cloudformation import VISION_ONE_STACK, deployed_template
from components.aws.names import role_template_url
from components.aws.template import Template, object_of, parse, read_template
from components.settings.scope import Scope
from operate.console import OperateError, say
from operate.engine.stack import Stack
from operate.policy import own, trend_stacks, vision_one
from operate.policy.place import Place
from operate.policy.statement import Statement, document
from operate.policy.surroundings import place_of
from operate.policy.template import SERVERLESS, Declaration, Declarations, declarations

RunKind = Literal["preview", "up", "destroy"]


def policy(stack: Stack, run: RunKind, forwarder_template: str = "") -> dict[str, Any]:
    """Return the least policy for a run.

    Args:
        stack: whose settings and state count.
        run: what it is for. Each holds what a refresh reads; an `up` is also an update and the repair of drift.
        forwarder_template: file or address of the template of step 8, where no `up` has asked Trend for it yet.

    Raises:
        OperateError, AwsError: something that is needed cannot be read.
    """
    place = place_of(stack, run)
    if place.settings.scope is Scope.TENANT:
        return document([*own.asks()])
    if place.settings.direct is not None:
        return document(_in_vision_one(stack, place, run, forwarder_template))
    source = forwarder_template or place.known.get("templateUrl", "")
    statements = [*own.reads(place, program_runs=run != "destroy")]
    if run != "destroy":
        statements += [*own.looks(place), _templates(place, source, creating=run == "up")]
    if run == "up":
        statements += [*own.creates(place), *_for_stacks(stack, place, source, creating=True)]
    elif run == "destroy":
        statements += [*own.deletes(place), *_for_stacks(stack, place, source, creating=False)]
    return document(statements)


def _in_vision_one(stack: Stack, place: Place, run: RunKind, source: str) -> Iterator[Statement]:
    """Yield the statements of that route.

    Raises:
        OperateError, AwsError: the template of Trend's stack is needed and not known.
    """
    yield from vision_one.reads(place, program_runs=run != "destroy")
    if run != "destroy":
        yield from vision_one.looks(place)
    if run == "up":
        yield from vision_one.creates(place)
    elif run == "destroy":
        yield from vision_one.deletes(place)
    if place.settings.trail is not None and run != "preview":
        operations: list[trend_stacks.StackOperation] = ["create", "delete"] if run == "up" else ["delete"]
        template = _template(stack, place, source) if source else _deployed(stack, place)
        issuer = place.vision_one_provider.partition("oidc-provider/")[2]
        values = {**_pseudo(place, VISION_ONE_STACK), "VisionOneOIDCProviderURL": issuer}
        rights = trend_stacks.StackRights(
            VISION_ONE_STACK, declarations(template, values, place.where.region), operations
        )
        yield from _of_stacks(place, [rights])


def _deployed(stack: Stack, place: Place) -> Template:
    """Return the template of Vision One's stack that is this stack's own.

    Raises:
        OperateError: there is none.
        AwsError: AWS does not say.
    """
    own_stack = place.known.get("visionOneStack", "")
    text = deployed_template(stack.aws, own_stack, place.where.region) if own_stack else None
    if text is None:
        raise OperateError(
            "Trend's template for Vision One is not known before the first `up`: generate it in Vision One, Cloud "
            "Accounts > Add account, and give it with --forwarder-template <file>; or print this policy again after "
            "the first `up`"
        )
    return parse(f"template of stack {VISION_ONE_STACK}", text.encode())


def _templates(place: Place, source: str, *, creating: bool) -> Statement:
    """Return the right to read the templates: the program looks at them, and CloudFormation has its caller's rights.

    Args:
        place: where the stack is.
        source: file or address of the forwarder's template; empty where it is not known.
        creating: whether the forwarder's is read in any case; a preview reads it only where its address is known.
    """
    objects = [_object(place, _management_url(place))]
    if place.settings.trail is None:
        return Statement("Read", "TrendTemplates", ["s3:GetObject"], objects)
    if creating or "templateUrl" in place.known:
        objects.append(_forwarder_object(place, source))
    return Statement("Read", "TrendTemplates", ["s3:GetObject"], objects)


def _for_stacks(stack: Stack, place: Place, source: str, *, creating: bool) -> Iterator[Statement]:
    done: Sequence[trend_stacks.StackOperation] = ("create", "tag", "delete") if creating else ("delete",)
    stacks = [trend_stacks.StackRights(place.management, _management(stack, place), done)]
    if place.settings.trail is not None:
        # Any change replaces the forwarder's stack, so that it is never tagged again.
        done = ("create", "delete") if creating else ("delete",)
        stacks.append(trend_stacks.StackRights(place.forwarder, _forwarder(stack, place, source), done))
    yield from _of_stacks(place, stacks)


def _of_stacks(place: Place, stacks: Sequence[trend_stacks.StackRights]) -> Iterator[Statement]:
    for line in trend_stacks.unknown(stacks):
        say(f"warning: {line}")
    yield from trend_stacks.rights(place, stacks)


def _management_url(place: Place) -> str:
    return role_template_url(place.settings.templates, place.where)


def _management(stack: Stack, place: Place) -> Declarations:
    values = {**_pseudo(place, place.management), "CloudOneOIDCProviderURL": place.oidc_host}
    return declarations(_template(stack, place, _management_url(place)), values, place.where.region)


def _forwarder(stack: Stack, place: Place, source: str) -> Declarations:
    if not source:
        say(
            "Trend names the template of step 8 only to an `up`: the policy assumes what Trend published early, "
            "under any name that begins with the stack's; after the first `up` run this again, or give "
            "--forwarder-template"
        )
        return _assumed(place.forwarder)
    values = {**_pseudo(place, place.forwarder)}
    if "codeBucket" in place.known:
        values["S3BucketName"] = place.known["codeBucket"]
    return declarations(_template(stack, place, source), values, place.where.region)


def _assumed(stack: str) -> Declarations:
    names: dict[str, dict[str, Any]] = {
        "AWS::IAM::Role": {"RoleName": f"{stack}-*", "Policies": [], "ManagedPolicyArns": []},
        "AWS::Lambda::Function": {"FunctionName": f"{stack}-*", "Code": {"S3Bucket": "*", "S3Key": "*"}},
        "AWS::Logs::LogGroup": {"LogGroupName": f"/aws/lambda/{stack}-*", "RetentionInDays": 1},
        "AWS::SecretsManager::Secret": {"Name": f"{stack}-*"},
        "AWS::Lambda::Permission": {},
        "AWS::Events::Rule": {"Name": f"{stack}-*", "Tags": []},
        "Custom::BucketNotification": {},
    }
    resources = [Declaration(kind.rpartition("::")[2], kind, properties) for kind, properties in names.items()]
    return Declarations(resources, [SERVERLESS])


def _pseudo(place: Place, stack: str) -> dict[str, str]:
    return {
        "AWS::AccountId": place.where.account_id,
        "AWS::Partition": place.where.partition,
        "AWS::Region": place.where.region,
        "AWS::StackName": stack,
        "AWS::URLSuffix": place.where.url_suffix,
    }


def _object(place: Place, url: str) -> str:
    bucket, key, _ = object_of(url)
    return place.where.s3(f"{bucket}/{key}")


def _forwarder_object(place: Place, source: str) -> str:
    hosted = place.settings.templates
    if hosted is not None:
        return place.where.s3(f"{hosted.bucket_name}/{hosted.key_prefix}templates/*")
    if source.startswith("https://"):
        return _object(place, source)
    return place.where.s3(f"cloud-trail-client-stack-template-*-{place.where.region}/*")


def _template(stack: Stack, place: Place, source: str) -> Template:
    """Read a template from S3 with the stack's own credentials, or from a file."""
    if source.startswith("https://"):
        return read_template(stack.aws, source, place.where.region)
    try:
        return parse(source, Path(source).read_bytes())
    except OSError as error:
        raise OperateError(f"template {source} cannot be read: {error.strerror}") from None
