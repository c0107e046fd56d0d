"""The Vision One tenant of the API key, and what it may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, ReadResult, UpdateResult

from components.resources.base import TrendProvider, reported
from components.resources.properties import Inputs, OnboardingResource, OutputProperty, Props
from components.spelling import did_you_mean
from components.trend.errors import (
    OTHER_TENANT,
    NotFound,
    ServiceFailed,
    TrendError,
    UnusableReply,
    WrongAccount,
)


@dataclass(frozen=True, kw_only=True)
class TenantInputs(Inputs):
    """Inputs of the tenant.

    Attributes:
        aws_account_id, aws_region: what is about to be linked.
        vision_one_region: Vision One's code.
        features: ids of the features that the first update wants; the gate before each later one asks for its own.
    """

    aws_account_id: str
    aws_region: str
    vision_one_region: str
    features: list[str] = field(default_factory=list)


class FeatureRefused(TrendError):
    """The tenant may not use a feature."""

    hint = "correct `visionOneFeatures`, or have the feature activated in Vision One"


class TenantProvider(TrendProvider):
    """Asks what the tenant may use, and how it presents itself to AWS. It creates nothing, so nothing is removed."""

    step = "Vision One tenant"
    identity = ()

    def check(self, olds: Props, news: Props) -> CheckResult:
        """Refuse to carry a stack over to another AWS account or tenant: the link of the first would be orphaned."""
        result = super().check(olds, news)
        for name, what in (("awsAccountId", "links AWS account"), ("visionOneRegion", "has its tenant in region")):
            old, new = olds.get(name), news.get(name)
            if isinstance(old, str) and isinstance(new, str) and old != new:
                reason = f"this stack {what} {old}, and now it would be {new}; use another stack"
                result.failures.append(CheckFailure(name, reason))
        return result

    @reported
    def create(self, props: Props) -> CreateResult:
        """Ask for the features, refuse what the tenant may not use, and ask for its identity."""
        inputs = TenantInputs.of(props)
        self.require_key("", inputs.features)
        outs = self._identity(inputs)
        if not outs["businessId"]:
            self.say(
                "neither Vision One nor the key tells the tenant's business id, so that the role's trust names no "
                "tenant: `python -m operate doctor` says more"
            )
        return CreateResult(outs["businessId"] or outs["customer"] or outs["visionOneRegion"], outs)

    @reported
    def read(self, tenant_id: str, props: Props) -> ReadResult:
        """Make sure that the key is still one of this tenant; there is nothing here that could drift."""
        self.require_key(props["customer"], [])
        return ReadResult(tenant_id, props, TenantInputs.of(props).props())

    @reported
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Ask again, refuse another tenant, and keep what is not told any more."""
        outs = self._identity(TenantInputs.of(news))
        told = outs["businessId"], olds["businessId"]
        if all(told) and len(set(told)) > 1:
            raise WrongAccount(
                f"the Vision One API key belongs to tenant {told[0]}, but this stack was created with tenant {told[1]}",
                hint=OTHER_TENANT,
            )
        return UpdateResult({**outs, **{name: outs[name] or olds[name] for name in ("businessId", "customer")}})

    @reported
    def ask_before_changes(self, customer: str, features: Sequence[str]) -> None:
        """Make sure that Vision One takes the key, and that the tenant may use the features.

        Raises:
            OnboardingError: it does not, or may not.
        """
        self.require_key(customer, features)

    def require_key(self, customer: str, features: Sequence[str]) -> None:
        """The same for a caller that reports errors itself.

        Args:
            customer: whose key it must be; empty where that is not known.
            features: ids.

        Raises:
            FeatureRefused: naming what the tenant may use.
            TrendError: the key is not taken, or no usable reply came.
        """
        cam = self.vision_one(customer).cam
        try:
            allowed = cam.features()
        except (NotFound, ServiceFailed, UnusableReply):
            cam.require_connectivity()  # where Vision One as a whole does not answer, that is the error
            raise
        for feature in features:
            if feature not in allowed:
                raise FeatureRefused(
                    f"the tenant may not use feature '{feature}'{did_you_mean(feature, allowed)}; it may use: "
                    f"{', '.join(allowed) or 'none'}"
                )

    def _identity(self, inputs: TenantInputs) -> Props:
        vision_one = self.vision_one()
        link = vision_one.cam.template_link(aws_region=inputs.aws_region, features=[])
        # The link holds a key that soon expires: nothing but these two is kept of it.
        return {
            **inputs.props(),
            "oidcProvider": link.oidc_provider,
            "businessId": link.parameters.get("VisionOneAccountID") or vision_one.customer,
            "customer": vision_one.customer,
        }


class VisionOneTenant(OnboardingResource, module="trend", name="VisionOneTenant"):
    """The Vision One tenant behind the API key, `trend:VisionOneTenant`.

    Args:
        name: the resource's name.
        aws_account_id, aws_region: what is about to be linked.
        vision_one_region: Vision One's code of the tenant's region.
        features: ids of the features that are wanted.

    Attributes:
        wanted: these ids.
    """

    oidc_provider = OutputProperty[str]()
    """Host of the OpenID Connect provider through which Vision One assumes a role."""

    business_id = OutputProperty[str]()
    """The tenant's business id; empty where neither Vision One nor the key tells it."""

    customer = OutputProperty[str]()
    """The tenant that the key says it is of; empty where it does not say."""

    def __init__(
        self,
        name: str,
        *,
        aws_account_id: pulumi.Input[str],
        aws_region: pulumi.Input[str],
        vision_one_region: str,
        features: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "awsAccountId": aws_account_id,
            "awsRegion": aws_region,
            "visionOneRegion": vision_one_region,
            "features": list(features),
        }
        self.wanted = tuple(features)
        # Another wish is asked for by the gate. As a change of this resource it would make all that goes by its
        # outputs look changed in a preview.
        once = pulumi.ResourceOptions(ignore_changes=["features"])
        super().__init__(TenantProvider(), name, inputs, pulumi.ResourceOptions.merge(opts, once))

    @property
    def link_inputs(self) -> Props:
        """What a link of this tenant is told of it."""
        return {"customer": self.customer}
