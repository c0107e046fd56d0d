"""A call to AWS, as the sandbox speaks of it: named, but without its values."""

from __future__ import annotations

from dataclasses import dataclass

READING_VERBS = ("Get", "List", "Describe", "Head", "Lookup", "Validate", "Simulate", "Estimate", "Assume", "Decode")
"""First words of the calls that change nothing; any other call counts as changing."""


@dataclass(frozen=True)
class AwsCall:
    """One call to AWS, without its values.

    Attributes:
        service: signing name, such as `s3`; `unknown` for a request that carries no signature.
        action: name of the operation in the service's API, such as `PutBucketPolicy`.
        region: the region it is signed for.
        resource: name or ARN of what it is about, or "".
        protocol: `query`, `json` or `rest`: how an error has to be worded.
        caller: id of the access key it is signed with, or "".
    """

    service: str
    action: str
    region: str
    resource: str
    protocol: str
    caller: str = ""

    @property
    def changing(self) -> bool:
        """Whether the call changes anything in AWS."""
        return not self.action.startswith(READING_VERBS)
