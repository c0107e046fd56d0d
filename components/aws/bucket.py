"""The trail's bucket and Trend's stack, as far as notifications go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_not_result,
    stop_after_attempt,
    stop_after_delay,
    wait_chain,
    wait_exponential,
    wait_fixed,
)

from components.aws.clients import AwsClients
from components.aws.cloudformation import Description, describe_resources
from components.aws.errors import AwsError, calling, error_code
from components.aws.notifications import Notifications
from components.waiting import wait

# S3 may answer with the configuration before the last change for some seconds (S3 user guide, data consistency model:
# bucket configurations are eventually consistent).
PAUSES = (0.5, 1.0, 2.0, 3.0, 4.0)

CONFLICT_PAUSES = wait_exponential(min=1, max=10)
CONFLICT_SECONDS = 300.0
"""Seconds for which a change to a bucket is tried again while S3 is busy with another one. The official provider
repeats every call to S3 in this case, for 20 minutes where a bucket of the same name was deleted before."""

T = TypeVar("T")


def past_conflicts(change: Callable[[], T]) -> T:
    """Make a change to a bucket, again while S3 refuses it for the sake of another change to the same bucket.

    Raises:
        botocore.exceptions.ClientError: any other refusal at once, this one after CONFLICT_SECONDS.
        Interrupted: the operator ended the run meanwhile.
    """
    trying = Retrying(
        retry=retry_if_exception(_is_conflict),
        stop=stop_after_delay(CONFLICT_SECONDS),
        wait=CONFLICT_PAUSES,
        sleep=partial(wait, reason="S3 is busy with another change to the bucket"),
        reraise=True,
    )
    return trying(change)


def _is_conflict(error: BaseException) -> bool:
    from botocore.exceptions import ClientError

    return isinstance(error, ClientError) and error_code(error) == "OperationAborted"


def until_it_shows(look: Callable[[], T], shows: Callable[[T], bool]) -> T:
    """Look at a bucket until it shows what it must, at most once more than there are PAUSES; return the last look.

    Raises:
        Interrupted: the operator ended the run meanwhile.
    """

    def last_look(state: RetryCallState) -> T:
        return cast("T", state.outcome and state.outcome.result())

    looking = Retrying(
        retry=retry_if_not_result(shows),
        stop=stop_after_attempt(len(PAUSES) + 1),
        wait=wait_chain(*map(wait_fixed, PAUSES)),
        sleep=partial(wait, reason="S3 may still answer with what was there before"),
        retry_error_callback=last_look,
    )
    return looking(look)


@dataclass(frozen=True)
class TrailBucket:
    """One bucket of one account. Every method raises `AwsError` when AWS refuses or cannot be asked.

    Attributes:
        aws: the clients that ask.
        name: the bucket.
        account_id: whose it must be; S3 refuses any other's.
        region: where it must be, and where Trend's stack is.
    """

    aws: AwsClients
    name: str
    account_id: str
    region: str

    @property
    def s3(self) -> Any:
        """The client that asks about it."""
        return self.aws.client("s3", self.region)

    @property
    def owned(self) -> dict[str, str]:
        """The arguments of a call that name the bucket, and whose it must be."""
        return {"Bucket": self.name, "ExpectedBucketOwner": self.account_id}

    def read(self) -> Notifications | None:
        """Return the notifications; None when the bucket does not exist."""
        from botocore.exceptions import ClientError

        with calling(f"reading the notifications of bucket {self.name}", "s3:GetBucketNotification on the bucket"):
            try:
                reply = self.s3.get_bucket_notification_configuration(**self.owned)
            except ClientError as error:
                if error_code(error) == "NoSuchBucket":
                    return None
                raise
        return Notifications.of(reply)

    def policy(self) -> str:
        """Return the bucket's policy as JSON; empty where it has none."""
        from botocore.exceptions import ClientError

        with calling(f"reading the policy of bucket {self.name}", "s3:GetBucketPolicy on the bucket"):
            try:
                return str(self.s3.get_bucket_policy(**self.owned)["Policy"])
            except ClientError as error:
                if error_code(error) not in ("NoSuchBucketPolicy", "NoSuchBucket"):
                    raise
                return ""

    def put(self, notifications: Notifications) -> None:
        """Replace the notifications, and read them until they show.

        Destinations are not tried: each was accepted when its owner named it, one that is gone since is its owner's to
        mend, and the trial would send a test event to each of them.

        Raises:
            AwsError: also when the entries do not show.
            Interrupted: the operator ended the run meanwhile.
        """
        with calling(f"putting the notifications of bucket {self.name}", "s3:PutBucketNotification on the bucket"):
            past_conflicts(
                lambda: self.s3.put_bucket_notification_configuration(
                    **self.owned, NotificationConfiguration=notifications.document(), SkipDestinationValidation=True
                )
            )

        def shows(live: Notifications | None) -> bool:
            return live is not None and not live.missing(notifications)

        if not shows(until_it_shows(self.read, shows)):
            raise AwsError(
                f"bucket {self.name} does not show the notifications that were put",
                "something else may be changing them at the same time: run the command again",
            )

    def functions_of(self, stack: str) -> frozenset[str]:
        """Return the names of the Lambda functions of a stack; none when there is no such stack.

        Trend's entries are known by them, and not by what differs before and after the stack (an entry that somebody
        adds in between would count as Trend's and be lost with it) nor by names that begin like the stack's (a
        customer's own may).

        Args:
            stack: its name or id.
        """
        resources = describe_resources(self.aws, stack, self.region)
        return frozenset(each["PhysicalResourceId"] for each in resources if _is_function(each))


def _is_function(resource: Description) -> bool:
    return resource["ResourceType"] == "AWS::Lambda::Function" and bool(resource.get("PhysicalResourceId"))
