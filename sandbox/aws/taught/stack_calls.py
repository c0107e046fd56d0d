"""CloudFormation's calls, as strict as AWS: what a stack may be made from, changed to, and when it may be deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from moto.cloudformation import parsing, urls
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import generate_stack_id
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from sandbox.aws.judging import on_behalf
from sandbox.aws.taught import beyond, serverless, template_rules
from sandbox.aws.taught.resources import TAUGHT
from sandbox.aws.taught.stacks import StrictStack

PARTS = frozenset({"AWS::Lambda::Permission"})
"""Resource types that are a part of another resource: a permission is a statement in its function's policy."""

moto_class_of_type = parsing.resource_class_from_type


def teach() -> None:
    """Put these calls and the taught resources in place of moto's."""
    parsing.resource_class_from_type = resource_class_of_type
    urls.url_paths["{0}/$"] = StrictCloudFormation.dispatch


def resource_class_of_type(resource_type: str) -> Any:
    """Return the class that makes a resource type: ours, or else moto's."""
    return TAUGHT.get(resource_type) or moto_class_of_type(resource_type)


def is_known_type(resource_type: str) -> bool:
    """Whether the sandbox really makes a resource type, and really deletes it.

    Of moto's own models that leaves out those that would stay when their stack goes, but for a part that goes with the
    whole. Of custom resources only the taught one is known: code cannot run here.
    """
    if resource_type in TAUGHT or resource_type in PARTS:
        return True
    model = parsing.get_model_map().get(resource_type)
    return model is not None and (
        hasattr(model, "delete") or not hasattr(model.delete_from_cloudformation_json, "__isabstractmethod__")
    )


class StrictCloudFormation(CloudFormationResponse):
    """The calls of a stack's life; whatever else moto knows of CloudFormation stays moto's."""

    def create_stack(self) -> ActionResult:
        """Make a stack. As on AWS, a resource that fails shows in the stack's status, not in the answer."""
        name, backend = self._get_param("StackName"), self.cloudformation_backend
        if any(stack.name == name for stack in backend.stacks.values()):
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        on_failure = self._on_failure()
        body, parameters = self._body(None), self._values({})
        self._check(body, parameters)
        stack = StrictStack(  # type: ignore[abstract]  # moto's own class is as abstract, and not an ABC
            stack_id=generate_stack_id(name, self.region, self.current_account),
            name=name,
            template=body,
            parameters=parameters,
            account_id=self.current_account,
            region_name=self.region,
            notification_arns=self._get_param("NotificationARNs", []),
            tags=self._tags({}),
            role_arn=self._get_param("RoleARN"),
            cross_stack_resources=backend.exports,
            enable_termination_protection=self._get_bool_param("EnableTerminationProtection", False),
            timeout_in_mins=self._get_param("TimeoutInMinutes"),
            stack_policy_body=self._get_param("StackPolicyBody"),
            request_token=self._get_param("ClientRequestToken"),
            capabilities=self._get_param("Capabilities", []),
        )
        stack.disable_rollback = on_failure == "DO_NOTHING"
        backend.stacks[stack.stack_id] = stack
        stack.build(on_failure)
        self._file_away(stack)
        return ActionResult({"StackId": stack.stack_id})

    def update_stack(self) -> ActionResult:
        """Change a stack, if it is in a state for it and there is something to change."""
        stack = self._existing()
        if not stack.status.endswith("_COMPLETE") or stack.status == "ROLLBACK_COMPLETE":
            raise ValidationError(message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
        body, parameters, tags = self._body(stack), self._values(stack.parameters), self._tags(stack.tags)
        self._check(body, parameters)
        if (body, parameters, tags) == (stack.template, stack.parameters, stack.tags):
            raise ValidationError(message="No updates are to be performed.")
        stack.request_token = self._get_param("ClientRequestToken")
        stack.capabilities = self._get_param("Capabilities", [])
        stack.role_arn = self._get_param("RoleARN") or stack.role_arn
        stack.change(body, parameters, tags)
        return ActionResult({"StackId": stack.stack_id})

    def delete_stack(self) -> ActionResult:
        """Delete a stack; one that does not exist is deleted already."""
        wanted = self._get_param("StackName")
        for stack in list(self._stacks.values()):
            if wanted not in (stack.name, stack.stack_id):
                continue
            if stack.enable_termination_protection:
                raise ValidationError(
                    message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
                )
            stack.request_token = self._get_param("ClientRequestToken")
            stack.delete()
            self._file_away(stack)
        return EmptyResult()

    @property
    def _stacks(self) -> dict[str, StrictStack]:
        # `create_stack` alone puts any there.
        return cast("dict[str, StrictStack]", self.cloudformation_backend.stacks)

    def _existing(self) -> StrictStack:
        wanted = self._get_param("StackName")
        for stack in self._stacks.values():
            if wanted in (stack.name, stack.stack_id):
                return stack
        raise ValidationError(message=f"Stack [{wanted}] does not exist")

    def _file_away(self, stack: StrictStack) -> None:
        if stack.status == "DELETE_COMPLETE":
            backend = self.cloudformation_backend
            backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)

    def _on_failure(self) -> str:
        chosen, disabled = self._get_param("OnFailure"), self._get_bool_param("DisableRollback")
        if chosen and disabled is not None:
            raise ValidationError(message="You cannot specify both OnFailure and DisableRollback")
        return chosen or ("DO_NOTHING" if disabled else "ROLLBACK")

    def _check(self, body: str, parameters: Mapping[str, str]) -> None:
        template = StrictStack.parse_template(body)
        capabilities = self._get_param("Capabilities", [])
        template_rules.check(serverless.expanded(template, self.region), parameters, capabilities, is_known_type)
        if "Transform" in template and (refusal := on_behalf.refusal_to_expand(template["Transform"], self.region)):
            raise ServiceException("AccessDenied", refusal)

    def _values(self, previous: Mapping[str, str]) -> dict[str, str]:
        values = {}
        for given in self._get_param("Parameters", []):
            name = given["ParameterKey"]
            kept = str(given.get("UsePreviousValue", "")).lower() == "true"
            if kept and name in previous:
                values[name] = previous[name]
            elif not kept:
                values[name] = given.get("ParameterValue", "")
        return values

    def _tags(self, previous: Mapping[str, str]) -> dict[str, str]:
        given = self._get_param("Tags")
        return dict(previous) if given is None else {tag["Key"]: tag["Value"] for tag in given}

    def _body(self, stack: StrictStack | None) -> str:
        if stack is not None and self._get_bool_param("UsePreviousTemplate") is True:
            return str(stack.template)
        url, body = self._get_param("TemplateURL"), self._get_param("TemplateBody")
        if bool(url) == bool(body):
            raise ValidationError(message="Either Template URL or Template Body must be specified.")
        return self._download(url) if url else str(body)

    def _download(self, url: str) -> str:
        """Read a template from S3, by a virtual-hosted address such as `https://<bucket>.s3.<region>.amazonaws.com/<key>`.

        A signed link of the simulated Vision One stands for a signed address of S3, which it is in real life [I].
        """
        if beyond.is_beyond(url):
            try:
                return beyond.call("GET", url)
            except beyond.BeyondError as error:
                raise ValidationError(message=f"S3 error: {error}") from None
        address = urlsplit(url)
        bucket, _, rest = (address.hostname or "").partition(".s3.")
        region = rest.removesuffix(".amazonaws.com")
        if address.scheme != "https" or not bucket or region == rest:
            raise ValidationError(message="TemplateURL must be a supported URL.")
        try:
            found = s3_backends[self.current_account][self.partition].get_bucket(bucket)
        except S3ClientError as error:
            raise ValidationError(message=f"S3 error: {error.message}") from error
        key = found.keys.get(address.path.lstrip("/"))
        if key is None:
            raise ValidationError(message="S3 error: Access Denied")
        if found.region_name != region:
            raise ValidationError(
                message="S3 error: The bucket you are attempting to access must be addressed using its own endpoint"
            )
        return str(key.value.decode("utf-8"))
