"""What the state knows of a provider: the name of its class, and nothing that could change or be a secret."""

from __future__ import annotations

import base64
import pickletools
import subprocess
import sys

import pytest
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

from components.settings.credentials import KEY_VARIABLE, TOKEN_VARIABLE, VISION_ONE_KEY_VARIABLE
from tests.declared import providers
from tests.lifecycle.engine import dill
from tests.lifecycle.scene import TENANT

PROVIDERS = providers()
provider = pytest.mark.parametrize("kind", PROVIDERS, ids=lambda kind: kind.__name__)


def pickled(kind: type[ResourceProvider]) -> bytes:
    return base64.b64decode(serialize_provider(kind()))


@provider
def test_a_pickle_holds_the_reference_to_the_class_and_nothing_else(kind: type[ResourceProvider]) -> None:
    arguments = [argument for _, argument, _ in pickletools.genops(pickled(kind)) if isinstance(argument, str)]
    assert arguments == [kind.__module__, kind.__name__]


@provider
def test_a_provider_comes_back_without_attributes(kind: type[ResourceProvider]) -> None:
    back = dill.loads(pickled(kind))
    assert type(back) is kind
    assert vars(back) == {}


def test_the_classes_are_where_a_state_of_today_names_them() -> None:
    # A contract: a state that names another place cannot be refreshed or destroyed.
    assert [f"{kind.__module__}.{kind.__name__}" for kind in PROVIDERS] == [
        "components.resources.account.AccountProvider",
        "components.resources.cloud_account.CloudAccountProvider",
        "components.resources.cloudtrail_parameters.CloudTrailParametersProvider",
        "components.resources.connector.ConnectorProvider",
        "components.resources.deployment.DeploymentProvider",
        "components.resources.enrollment.EnrollmentProvider",
        "components.resources.external_id.ExternalIdProvider",
        "components.resources.key_check.KeyCheckProvider",
        "components.resources.notification_merge.NotificationMergeProvider",
        "components.resources.notification_snapshot.NotificationSnapshotProvider",
        "components.resources.prior_link.PriorCloudAccountProvider",
        "components.resources.prior_link.PriorConnectorProvider",
        "components.resources.prior_link.PriorVisionOneAccountProvider",
        "components.resources.vendor_template.VendorTemplateProvider",
        "components.resources.vision_one_account.VisionOneAccountProvider",
        "components.resources.vision_one_registered.RegisteredAccountProvider",
        "components.resources.vision_one_registered.StackRoleProvider",
        "components.resources.vision_one_template_provider.VisionOneTemplateProvider",
        "components.resources.vision_one_tenant.TenantProvider",
    ]


@provider
def test_the_state_shows_the_pickle_in_the_clear(kind: type[ResourceProvider]) -> None:
    # Else it is a secret, and taints every output of the resource.
    assert kind().serialize_as_secret_always is False


def test_credentials_in_the_environment_do_not_get_into_a_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [pickled(kind) for kind in PROVIDERS]
    monkeypatch.setenv(KEY_VARIABLE, TENANT.full_access_key.value)
    monkeypatch.setenv(VISION_ONE_KEY_VARIABLE, TENANT.business.full_access_key.value)
    monkeypatch.setenv(TOKEN_VARIABLE, TENANT.enrollment_tokens[0].value)
    assert [pickled(kind) for kind in PROVIDERS] == before


def test_a_fresh_process_loads_every_provider_without_pydantic_and_the_aws_packages() -> None:
    # The provider's process starts with each command: what it imports, it pays for.
    modules = ", ".join(sorted({kind.__module__ for kind in PROVIDERS}))
    program = f"import sys, {modules}; print(*({{'pydantic', 'pulumi_aws', 'boto3'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
