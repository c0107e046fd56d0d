"""CloudTrail's calls where moto answers otherwise than AWS: name filter, deletion by ARN, policies of bucket and topic.

An organization's trail shows in all its accounts, by its ARN, which is in the management account.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudtrail import urls
from moto.cloudtrail.exceptions import InsufficientSnsTopicPolicyException
from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.organizations.models import organizations_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends

from sandbox.aws.judging.policy import Ask, JudgedPolicy, many

SERVICE = "cloudtrail.amazonaws.com"
SOURCE = "aws:SourceArn"


def teach() -> None:
    """Put these calls in place of moto's."""
    urls.url_paths["{0}/$"] = StrictCloudTrail.dispatch


class StrictCloudTrail(CloudTrailResponse):
    """CloudTrail as AWS answers."""

    def create_trail(self) -> str:
        """Make a trail, if there is none of its name and its bucket lets CloudTrail write."""
        name, bucket = self._get_param("Name"), self._get_param("S3BucketName")
        if name in self.cloudtrail_backend.trails:
            raise JsonRESTError("TrailAlreadyExistsException", f"Trail {name} already exists.")
        arn = f"arn:{self.partition}:cloudtrail:{self.region}:{self.current_account}:trail/{name}"
        if bucket in s3_backends.bucket_accounts:  # moto itself refuses a bucket that does not exist
            found = s3_backends[self.current_account][self.partition].get_bucket(bucket)
            policy = json.loads(found.policy or b"{}")
            prefix = self._get_param("S3KeyPrefix")
            place = f"{prefix}/AWSLogs" if prefix else "AWSLogs"
            target = f"arn:{self.partition}:s3:::{bucket}"
            needed = (("s3:GetBucketAcl", target), ("s3:PutObject", f"{target}/{place}/{self.current_account}/x"))
            if not all(lets_cloudtrail(policy, action, resource, arn) for action, resource in needed):
                raise JsonRESTError(
                    "InsufficientS3BucketPolicyException",
                    f"Incorrect S3 bucket policy is detected for bucket: {bucket}",
                )
        self._require_topic(arn)
        return str(super().create_trail())

    def update_trail(self) -> str:
        """Change a trail, given by name or ARN, if its topic lets CloudTrail publish."""
        self._require_topic(self.cloudtrail_backend.get_trail(self._get_param("Name")).arn)
        return str(super().update_trail())

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = super()._get_param(param_name, if_none)
        # AWS takes a topic's name or ARN, moto its name alone.
        return value.rpartition(":")[2] if value and param_name == "SnsTopicName" else value

    def _require_topic(self, trail_arn: str) -> None:
        given, name = super()._get_param("SnsTopicName"), self._get_param("SnsTopicName")
        if not given:
            return
        arn = f"arn:{self.partition}:sns:{self.region}:{self.current_account}:{name}"
        topic = sns_backends[self.current_account][self.region].topics.get(arn)
        policy = json.loads(topic.policy) if topic and given in (name, arn) else {}
        if not lets_cloudtrail(policy, "sns:Publish", arn, trail_arn):
            raise InsufficientSnsTopicPolicyException("SNS Topic does not exist or the topic policy is incorrect!")

    def describe_trails(self) -> str:
        """Describe the trails asked for by name or ARN, or all; one that does not exist is left out."""
        listed = json.loads(super().describe_trails())
        if self._get_bool_param("includeShadowTrails", True):
            listed["trailList"] += [trail.description(include_region=True) for trail in self._organization_trails()]
        known = (*_all_trails(self.current_account), *self._organization_trails())
        with_selectors = {trail.arn for trail in known if _has_selectors(trail)}
        for trail in listed["trailList"]:
            trail["HasCustomEventSelectors"] = trail["TrailARN"] in with_selectors  # moto always says no
        wanted = self._get_param("trailNameList")
        if wanted:
            trails = listed["trailList"]
            listed["trailList"] = [trail for trail in trails if {trail["Name"], trail["TrailARN"]} & set(wanted)]
        return json.dumps(listed)

    def list_trails(self) -> str:
        """List the trails, the organization's included."""
        listed = json.loads(super().list_trails())
        return json.dumps({"Trails": listed["Trails"] + [trail.short() for trail in self._organization_trails()]})

    def get_trail_status(self) -> str:
        """Tell whether a trail logs; the organization's is known by its ARN."""
        name = self._get_param("Name")
        shadow = next((trail for trail in self._organization_trails() if trail.arn == name), None)
        return json.dumps(shadow.status.description()) if shadow else str(super().get_trail_status())

    def _organization_trails(self) -> list[Trail]:
        """Return the trails of the organization that the account is a member of, as far as this region shows them."""
        management = organizations_backends.master_accounts.get(self.current_account)
        trails = _all_trails(management[0]) if management else ()
        return [
            trail
            for trail in trails
            if trail.is_org_trail and (trail.is_multi_region or trail.region_name == self.region)
        ]

    def delete_trail(self) -> str:
        """Delete a trail, given by name or ARN."""
        trail = self.cloudtrail_backend.get_trail(self._get_param("Name"))
        self.cloudtrail_backend.delete_trail(trail.trail_name)
        return json.dumps({})


def _all_trails(account: str) -> Iterator[Trail]:
    for region in cloudtrail_backends[account].values():
        yield from region.trails.values()


def _has_selectors(trail: Trail) -> bool:
    return bool(trail.event_selectors or trail.advanced_event_selectors)


def lets_cloudtrail(document: Mapping[str, Any], action: str, resource: str, trail_arn: str) -> bool:
    """Whether the policy of a bucket or topic allows CloudTrail an action on behalf of a trail.

    Conditions other than the trail's ARN are taken as met: CloudTrail sends the ACL that the usual policy asks for.
    """
    statements = [
        {
            "Effect": given["Effect"],
            "Action": given["Action"],
            "Resource": given["Resource"],
            "Condition": {"ArnLike": dict(_source_arns(given))},
        }
        for given in many(document.get("Statement", []))
        if isinstance(given["Principal"], dict) and SERVICE in many(given["Principal"].get("Service", []))
    ]
    return JudgedPolicy({"Statement": statements}).allows(Ask(action, resource, {SOURCE: (trail_arn,)}))


def _source_arns(statement: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for operands in statement.get("Condition", {}).values():
        for key, wanted in operands.items():
            if key.lower() == SOURCE.lower():
                yield SOURCE, wanted
