"""The resource types that CloudFormation makes in the sandbox and that moto skips, or makes only half.

For a type that it has no model of, moto says CREATE_COMPLETE and makes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.aws.taught.iam import OidcProvider, StackRole
from sandbox.aws.taught.notification import BucketNotification
from sandbox.aws.taught.registration import VisionOneRegistration
from sandbox.aws.taught.resource import TaughtResource
from sandbox.aws.taught.secret import Secret

TAUGHT: Mapping[str, type[TaughtResource]] = {
    resource.TYPE: resource for resource in (OidcProvider, StackRole, Secret, BucketNotification, VisionOneRegistration)
}
