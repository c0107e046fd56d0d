"""The resources beside a bucket. Each class names its file in terraform-provider-aws internal/service/s3."""

from __future__ import annotations

from typing import Any

from sandbox.pulumi.aws.documents import kept_if_same, normal, same_policy
from sandbox.pulumi.aws.kind import Traits
from sandbox.pulumi.aws.s3 import BUSY
from sandbox.pulumi.aws.s3_part import UNSPREAD, BucketPart
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.aws.wire import Props


def _unversioned_again(olds: Props, news: Props) -> str | None:
    wanted = (news.get("versioningConfiguration") or {}).get("status")
    if wanted == "Disabled" and (olds.get("versioningConfiguration") or {}).get("status") != "Disabled":
        return "versioning_configuration.status cannot be updated from 'Enabled' to 'Disabled'"
    return None


class BucketVersioning(BucketPart):
    """bucket_versioning.go. Three equal answers in a row count as read; destroy suspends."""

    label = "S3 Bucket Versioning"
    waits_for_end = False
    traits = Traits(
        type="aws:s3/bucketVersioning:BucketVersioning",
        supported=frozenset({"bucket", "expectedBucketOwner", "versioningConfiguration"}),
        replaces=frozenset({"bucket", "expectedBucketOwner"}),
        objection=_unversioned_again,
    )

    def put(self, s3: Any, target: Props, props: Props) -> None:
        """PutBucketVersioning, unless the status is Disabled, which cannot be put."""
        wanted = props["versioningConfiguration"]
        if wanted.get("status") == "Disabled":
            return
        configuration = {"Status": wanted.get("status"), "MFADelete": wanted.get("mfaDelete")}
        given = {key: value for key, value in configuration.items() if value}
        s3.put_bucket_versioning(**target, VersioningConfiguration=given)

    def get(self, s3: Any, target: Props) -> Props | None:
        """GetBucketVersioning, three times."""
        answers = [s3.get_bucket_versioning(**target) for _ in range(3)]
        return {"Status": answers[-1].get("Status", "Disabled"), "MFADelete": answers[-1].get("MFADelete", "")}

    def drop(self, s3: Any, target: Props) -> None:
        """PutBucketVersioning with Suspended, which is as far back as S3 goes."""
        s3.put_bucket_versioning(**target, VersioningConfiguration={"Status": "Suspended"})

    def shown(self, answer: Props, state: Props) -> Props:
        """Return the status as it is."""
        return {"versioningConfiguration": {"mfaDelete": answer["MFADelete"], "status": answer["Status"]}}


class BucketEncryption(BucketPart):
    """bucket_server_side_encryption_configuration.go."""

    label = "S3 Bucket Server-side Encryption Configuration"
    waits_for_end = False
    traits = Traits(
        type="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        supported=frozenset({"bucket", "expectedBucketOwner", "rules"}),
        replaces=frozenset({"bucket", "expectedBucketOwner"}),
        sets=frozenset({"rules", "blockedEncryptionTypes"}),
    )

    def put(self, s3: Any, target: Props, props: Props) -> None:
        """PutBucketEncryption."""
        rules = [_encryption_rule(rule) for rule in props["rules"]]
        s3.put_bucket_encryption(**target, ServerSideEncryptionConfiguration={"Rules": rules})

    def get(self, s3: Any, target: Props) -> Props | None:
        """GetBucketEncryption."""
        answer: Props = s3.get_bucket_encryption(**target)["ServerSideEncryptionConfiguration"]
        return answer if answer.get("Rules") else None

    def drop(self, s3: Any, target: Props) -> None:
        """DeleteBucketEncryption."""
        s3.delete_bucket_encryption(**target)

    def shown(self, answer: Props, state: Props) -> Props:
        """Return the rules as they are."""
        return {"rules": [_shown_encryption_rule(rule) for rule in answer["Rules"]]}


class BucketPublicAccessBlock(BucketPart):
    """bucket_public_access_block.go. An update puts and does not read; skipDestroy only forgets."""

    label = "S3 Bucket Public Access Block"
    traits = Traits(
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        supported=frozenset(
            {"blockPublicAcls", "blockPublicPolicy", "bucket", "ignorePublicAcls", "restrictPublicBuckets"}
            | {"skipDestroy"}
        ),
        replaces=frozenset({"bucket"}),
        defaults=dict.fromkeys(
            ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), False
        ),
        reads_after_update=False,
    )

    def put(self, s3: Any, target: Props, props: Props) -> None:
        """PutPublicAccessBlock, all four flags."""
        flags = {name[0].upper() + name[1:]: bool(props.get(name)) for name in self.traits.defaults}
        s3.put_public_access_block(**target, PublicAccessBlockConfiguration=flags)

    def get(self, s3: Any, target: Props) -> Props | None:
        """GetPublicAccessBlock."""
        answer: Props = s3.get_public_access_block(**target)["PublicAccessBlockConfiguration"]
        return answer

    def drop(self, s3: Any, target: Props) -> None:
        """DeletePublicAccessBlock."""
        s3.delete_public_access_block(**target)

    def delete(self, aws: Aws, resource_id: str, state: Props) -> None:
        """Delete, unless the state says to leave it."""
        if not state.get("skipDestroy"):
            super().delete(aws, resource_id, state)

    def shown(self, answer: Props, state: Props) -> Props:
        """Return the flags as they are."""
        return {name: answer.get(name[0].upper() + name[1:], False) for name in self.traits.defaults}


class BucketOwnershipControls(BucketPart):
    """bucket_ownership_controls.go. Its put is not repeated."""

    label = "S3 Bucket Ownership Controls"
    put_refusals = (BUSY,)
    traits = Traits(
        type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        supported=frozenset({"bucket", "rule"}),
        replaces=frozenset({"bucket"}),
    )

    def put(self, s3: Any, target: Props, props: Props) -> None:
        """PutBucketOwnershipControls."""
        rules = [{"ObjectOwnership": props["rule"]["objectOwnership"]}]
        s3.put_bucket_ownership_controls(**target, OwnershipControls={"Rules": rules})

    def get(self, s3: Any, target: Props) -> Props | None:
        """GetBucketOwnershipControls."""
        answer: Props = s3.get_bucket_ownership_controls(**target)["OwnershipControls"]
        return answer if answer.get("Rules") else None

    def drop(self, s3: Any, target: Props) -> None:
        """DeleteBucketOwnershipControls."""
        s3.delete_bucket_ownership_controls(**target)

    def shown(self, answer: Props, state: Props) -> Props:
        """Return the rule as it is."""
        return {"rule": {"objectOwnership": answer["Rules"][0]["ObjectOwnership"]}}


class BucketPolicy(BucketPart):
    """bucket_policy.go."""

    label = "S3 Bucket Policy"
    put_refusals = (UNSPREAD, BUSY, ("MalformedPolicy", ""))
    traits = Traits(
        type="aws:s3/bucketPolicy:BucketPolicy",
        supported=frozenset({"bucket", "policy"}),
        replaces=frozenset({"bucket"}),
        same={"policy": same_policy},
    )

    def put(self, s3: Any, target: Props, props: Props) -> None:
        """PutBucketPolicy."""
        s3.put_bucket_policy(**target, Policy=normal(props["policy"]))

    def get(self, s3: Any, target: Props) -> Props | None:
        """GetBucketPolicy."""
        answer: Props = s3.get_bucket_policy(**target)
        return answer

    def drop(self, s3: Any, target: Props) -> None:
        """DeleteBucketPolicy."""
        s3.delete_bucket_policy(**target)

    def shown(self, answer: Props, state: Props) -> Props:
        """Return the policy, in the state's own words where the meaning is the same."""
        return {"policy": kept_if_same(state.get("policy"), answer["Policy"])}


def _encryption_rule(rule: Props) -> Props:
    default = rule.get("applyServerSideEncryptionByDefault")
    result: Props = {}
    if default:
        result["ApplyServerSideEncryptionByDefault"] = {
            key: value
            for key, value in (
                ("SSEAlgorithm", default["sseAlgorithm"]),
                ("KMSMasterKeyID", default.get("kmsMasterKeyId")),
            )
            if value
        }
    if "bucketKeyEnabled" in rule:
        result["BucketKeyEnabled"] = rule["bucketKeyEnabled"]
    if rule.get("blockedEncryptionTypes"):
        result["BlockedEncryptionTypes"] = {"EncryptionType": rule["blockedEncryptionTypes"]}
    return result


def _shown_encryption_rule(rule: Props) -> Props:
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    return {
        "applyServerSideEncryptionByDefault": {
            "kmsMasterKeyId": default.get("KMSMasterKeyID", ""),
            "sseAlgorithm": default.get("SSEAlgorithm", ""),
        },
        "blockedEncryptionTypes": rule.get("BlockedEncryptionTypes", {}).get("EncryptionType", []),
        "bucketKeyEnabled": rule.get("BucketKeyEnabled", False),
    }
