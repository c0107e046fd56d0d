"""The rule of ownership, for everything at Trend that links to an AWS account through a role.

A link is ours exactly when it points at the role that this stack made. One that points elsewhere is left alone:
making another is refused, or, where the operator asked for it, it is adopted, and put back when the stack goes.
"""

from __future__ import annotations

import abc
import time
from typing import ClassVar, Generic, TypeVar

import pydantic
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from components.providers.base import Inputs, Props, TrendProvider, reported
from components.trend.errors import BadRequest, Conflict, NoReply, NotFound, ServiceFailed, TrendError, UnusableReply

# After one of these a POST may have been carried out, or was turned away because of an object that is there already.
LOOK_AGAIN = (NoReply, UnusableReply, ServiceFailed, Conflict, BadRequest)

GONE = ReadResult("", {})


class LinkExists(TrendError):
    """Another link of the AWS account stands in the way, and it is not ours."""


class LinkSettings(Inputs):
    """What we write to a link; every one of them shows as drift when it is changed by hand.

    Attributes:
        role_arn: the role that Trend assumes.
    """

    role_arn: str


SettingsT = TypeVar("SettingsT", bound=LinkSettings)


class Link(pydantic.BaseModel, Generic[SettingsT]):
    """A link as it stands at Trend.

    Attributes:
        id: the vendor's id of it.
        name: how a person recognises it.
        settings: its settings.
        facts: what the vendor adds and the stack's outputs show.
    """

    id: str
    name: str
    settings: SettingsT
    facts: dict[str, str] = {}


class LinkInputs(Inputs):
    """Inputs of every link.

    Attributes:
        cloud_one_account_id, region: the Cloud One account, and where it is.
        aws_account_id: the AWS account that is linked.
        adopt: whether to take over a link that something else made.
        before: the settings that `PriorLink` found, of the link that is taken over.
    """

    cloud_one_account_id: str
    region: str
    aws_account_id: str
    adopt: bool = False
    before: dict[str, str] | None = None


class LinkProvider(TrendProvider, abc.ABC, Generic[SettingsT]):
    """Life of a link. A subclass says how one is found, made, changed and removed.

    The outputs are the inputs, the vendor's facts, and two more: `writtenRoleArn`, the role that a run of ours wrote
    last (a refresh puts the live role into `roleArn`, and what is ours must not depend on what somebody else wrote
    there), and `original`, the settings that an adopted link gets back in the end.
    """

    noun: ClassVar[str]
    settings: type[SettingsT]

    @abc.abstractmethod
    def find(self, inputs: LinkInputs) -> Link[SettingsT] | None:
        """Return the link of the AWS account, whoever made it."""

    @abc.abstractmethod
    def get(self, link_id: str, inputs: LinkInputs) -> Link[SettingsT] | None:
        """Return the link with this id."""

    @abc.abstractmethod
    def make(self, inputs: LinkInputs, settings: SettingsT) -> Link[SettingsT]:
        """Make the link, once."""

    @abc.abstractmethod
    def change(self, link_id: str, inputs: LinkInputs, settings: SettingsT) -> Link[SettingsT]:
        """Give the link these settings."""

    @abc.abstractmethod
    def remove(self, link_id: str, inputs: LinkInputs) -> None:
        """Remove the link."""

    def passes_with_time(self, _error: TrendError) -> float:
        """Return for how many seconds a refusal to make the link is worth asking again; 0 for not at all."""
        return 0

    @reported
    def create(self, props: Props) -> CreateResult:
        """Find the link, then take it up when it is ours, adopt it or refuse when it is not, else make it."""
        inputs, wanted = self._parse(props)
        link = self.find(inputs)
        original = None
        if link is None:
            link = self._make(inputs, wanted)
        elif link.settings.role_arn == wanted.role_arn:
            # A run of ours died before the state knew of the link. If it had adopted it, only `before` can tell.
            original = inputs.before
            link = self._settle(link, inputs, wanted)
        elif inputs.adopt:
            original = link.settings.props()
            link = self.change(link.id, inputs, wanted)
        else:
            raise self._exists(link, inputs)
        return CreateResult(link.id, self._outs(inputs, link, original, wanted.role_arn))

    @reported
    def read(self, link_id: str, props: Props) -> ReadResult:
        """Return the link as it stands; only 404 means that it is gone."""
        inputs, _ = self._parse(props)
        link = self.get(link_id, inputs)
        if link is None:
            return GONE
        outs = self._outs(inputs, link, props.get("original"), props["writtenRoleArn"])
        return ReadResult(link_id, outs, {**inputs.props(), **link.settings.props()})

    @reported
    def update(self, link_id: str, olds: Props, news: Props) -> UpdateResult:
        """Put the settings right, whether the configuration changed or somebody changed the link by hand."""
        inputs, wanted = self._parse(news)
        link = self.get(link_id, inputs)
        if link is None:
            link = self._make(inputs, wanted)
        link = self._settle(link, inputs, wanted)
        return UpdateResult(self._outs(inputs, link, olds.get("original"), wanted.role_arn))

    @reported
    def delete(self, link_id: str, props: Props) -> None:
        """Remove the link, or put back what was adopted; leave alone what is not ours any more."""
        inputs, _ = self._parse(props)
        link = self.get(link_id, inputs)
        if link is None:
            return
        if link.settings.role_arn != props["writtenRoleArn"]:
            self.say(
                f"left {self.noun} {link.name} alone: it points at {link.settings.role_arn or 'no role'} now, which is "
                "not this stack's"
            )
            return
        if original := props.get("original"):
            self.change(link_id, inputs, self.settings.model_validate(original))
            self.say(f"gave {self.noun} {link.name} its earlier settings back")
            return
        try:
            self.remove(link_id, inputs)
        except NotFound:
            return
        if self.get(link_id, inputs) is not None:
            raise UnusableReply(f"the {self.noun} {link.name} is still there after its deletion was confirmed")

    def _make(self, inputs: LinkInputs, wanted: SettingsT) -> Link[SettingsT]:
        """Make the link; after a refusal or a lost reply look before anything else, for the POST may have landed."""
        started = time.monotonic()
        pause, announced = 2.0, False
        while True:
            try:
                return self.make(inputs, wanted)
            except LOOK_AGAIN as error:
                if link := self.find(inputs):
                    if link.settings.role_arn != wanted.role_arn:
                        raise self._exists(link, inputs) from None
                    return self._settle(link, inputs, wanted)
                patience = self.passes_with_time(error)
                if time.monotonic() - started + pause > patience:
                    raise
            if not announced:
                self.say(f"Trend cannot assume {wanted.role_arn} yet; asking again for up to {patience:.0f} s")
                announced = True
            time.sleep(pause)
            pause = min(pause * 1.5, 10)

    def _settle(self, link: Link[SettingsT], inputs: LinkInputs, wanted: SettingsT) -> Link[SettingsT]:
        return link if link.settings == wanted else self.change(link.id, inputs, wanted)

    def _exists(self, link: Link[SettingsT], inputs: LinkInputs) -> LinkExists:
        return LinkExists(
            f"AWS account {inputs.aws_account_id} has a {self.noun} already, {link.name}, and it points at "
            f"{link.settings.role_arn or 'no role'}, which this stack did not make",
            hint="take it over with `pulumi config set adopt true`, or unlink it in the Trend console first",
        )

    def _parse(self, props: Props) -> tuple[LinkInputs, SettingsT]:
        return LinkInputs.model_validate(props), self.settings.model_validate(props)

    def _outs(self, inputs: LinkInputs, link: Link[SettingsT], original: Props | None, written_role_arn: str) -> Props:
        outs = {**inputs.props(), **link.settings.props(), **link.facts, "writtenRoleArn": written_role_arn}
        return {**outs, "original": original} if original else outs
