"""AWS::SecretsManager::Secret, which moto's CloudFormation skips."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends

from sandbox.aws.taught.resource import Properties, TaughtResource


class Secret(TaughtResource):
    """AWS::SecretsManager::Secret with a given value."""

    TYPE = "AWS::SecretsManager::Secret"
    PROPERTIES = frozenset({"Name", "Description", "SecretString", "KmsKeyId", "Tags"})
    REPLACING = frozenset({"Name"})

    @property
    def _backend(self) -> SecretsManagerBackend:
        return secretsmanager_backends[self.account_id][self.region]

    @property
    def _secret_name(self) -> str:
        return str(self.properties.get("Name", self.name))

    @property
    def arn(self) -> str:
        """The secret's ARN."""
        return str(self._backend.describe_secret(self._secret_name).arn)

    def make(self) -> None:
        """Make it with its value."""
        self._backend.create_secret(
            name=self._secret_name,
            secret_string=self.properties.get("SecretString"),
            secret_binary=None,
            description=self.properties.get("Description"),
            tags=list(self.properties.get("Tags", [])),
            kms_key_id=self.properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )

    def change(self, properties: Properties) -> None:
        """Change value, description and key."""
        self._backend.update_secret(
            secret_id=self._secret_name,
            secret_string=properties.get("SecretString"),
            client_request_token=str(uuid.uuid4()),
            description=properties.get("Description"),
            kms_key_id=properties.get("KmsKeyId"),
        )
        self.properties = properties

    def remove(self) -> None:
        """Delete it at once, as CloudFormation does."""
        self._backend.delete_secret(self._secret_name, None, True)

    def tag(self, tags: Mapping[str, str], gone: Collection[str]) -> None:
        """Add the stack's tags, and take off those that are gone."""
        self._backend.untag_resource(self._secret_name, list(gone))
        self._backend.tag_resource(self._secret_name, dict(tags))
