"""The rule of ownership, for everything at Trend that links to an AWS account through a role.

A link is ours exactly when it points at the role that this stack made. One that points elsewhere is left alone:
making another is refused, or, where the operator asked for it, it is adopted, and restored when the stack is destroyed.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import ClassVar, Generic

from pulumi.dynamic import ConfigureRequest, CreateResult, ReadResult, UpdateResult

from components.aws.clients import clients
from components.aws.identity import AwsSettings, AwsSettingsRefused
from components.aws.roles import RoleState, role_state
from components.resources.base import TrendProvider, reported
from components.resources.link import InputsT, Link, LinkExists, SettingsT
from components.resources.properties import Props
from components.resources.role_refusals import speaks_of_role, until_role_spreads
from components.trend.errors import BadRequest, Conflict, NoReply, NotFound, ServiceFailed, UnusableReply

# After one of these a call may have been carried out, or, after the last two, turned away because of what is there.
FATE_UNKNOWN = (NoReply, UnusableReply, ServiceFailed)
LOOK_AGAIN = (*FATE_UNKNOWN, Conflict, BadRequest)

GONE = ReadResult("", {})


class LinkProvider(TrendProvider, abc.ABC, Generic[InputsT, SettingsT]):
    """Life of a link. A subclass says how one is found, made, changed and removed.

    The outputs are the inputs, Trend's facts, and two more: `writtenRoleArn`, the role that a run of ours wrote
    last (a refresh puts the live role into `roleArn`, and what is ours must not depend on what somebody else wrote
    there), and `original`, the settings that an adopted link gets back in the end.
    """

    noun: ClassVar[str]
    inputs: type[InputsT]
    settings: type[SettingsT]
    changes_in_place: ClassVar[bool]
    """False where a change takes the link away first, so that a run can die while there is none."""

    @abc.abstractmethod
    def find(self, inputs: InputsT) -> Link[SettingsT] | None:
        """Return the link of the AWS account, whoever made it."""

    @abc.abstractmethod
    def get(self, link_id: str, inputs: InputsT) -> Link[SettingsT] | None:
        """Return the link with this id."""

    def still_exists(self, link_id: str, inputs: InputsT) -> bool:
        """Whether a link is there after its removal was confirmed."""
        return self.get(link_id, inputs) is not None

    @abc.abstractmethod
    def make(self, inputs: InputsT, settings: SettingsT) -> Link[SettingsT]:
        """Make the link, once."""

    @abc.abstractmethod
    def change(self, link: Link[SettingsT], inputs: InputsT, settings: SettingsT) -> Link[SettingsT]:
        """Give the link these settings; where that fails, it keeps those that it has."""

    @abc.abstractmethod
    def remove(self, link_id: str, inputs: InputsT) -> None:
        """Remove the link."""

    def passes_with_time(self, _error: BadRequest) -> float:
        """Return for how many seconds a refusal of the role is worth asking again; 0 for not at all."""
        return 0

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, the AWS provider's settings too; the first call that needs them judges."""
        super().configure(req)
        self._aws_setting = lambda name: req.config.get(f"aws:{name}")

    @reported
    def create(self, props: Props) -> CreateResult:
        """Find the link, then take it up when it is ours, adopt it or refuse when it is not, else make it."""
        inputs, wanted = self._parse(props)
        link, original = self._obtain(inputs, wanted)
        return CreateResult(link.id, self._outs(inputs, link, original, wanted.role_arn))

    @reported
    def read(self, link_id: str, props: Props) -> ReadResult:
        """Return the link as it stands; only 404 means that it is gone."""
        inputs, _ = self._parse(props)
        link = self._locate(link_id, inputs, props["writtenRoleArn"])
        if link is None:
            return GONE
        outs = self._outs(inputs, link, props.get("original"), props["writtenRoleArn"])
        return ReadResult(link.id, outs, {**inputs.props(), **link.settings.props()})

    @reported
    def update(self, link_id: str, olds: Props, news: Props) -> UpdateResult:
        """Put the settings right, whether the configuration changed or somebody changed the link by hand."""
        inputs, wanted = self._parse(news)
        link, original = self._locate(link_id, inputs, olds["writtenRoleArn"]), None
        if link is None:
            link, original = self._obtain(inputs, wanted)
        else:
            link = self._settle(link, inputs, wanted)
        return UpdateResult(self._outs(inputs, link, original or olds.get("original"), wanted.role_arn))

    @reported
    def delete(self, link_id: str, props: Props) -> None:
        """Remove the link, or restore what was adopted; leave alone what is not ours any more."""
        inputs, _ = self._parse(props)
        original = self.settings.of(props["original"]) if props.get("original") else None
        link = self._locate(link_id, inputs, props["writtenRoleArn"])
        if link is None:
            if original and not self.changes_in_place:
                # A run was interrupted while it restored the link, after it had removed ours.
                self.restore(original, lambda: self.make(inputs, original))
            return
        if link.settings == original:
            return  # a run died after it had put the link back
        if link.settings.role_arn != props["writtenRoleArn"]:
            self.say(
                f"left {self.noun} {link.name} alone: it points at {link.settings.role_arn or 'no role'} now, which is "
                "not this stack's"
            )
            return
        if original:
            if self.restore(original, lambda: self._change_once(link, inputs, original)):
                self.say(f"restored the earlier settings of {self.noun} {link.name}")
            return
        try:
            self.remove(link.id, inputs)
        except NotFound:
            return
        except LOOK_AGAIN:
            if self.get(link.id, inputs) is not None:
                raise
            return  # carried out, though its reply was lost
        if self.still_exists(link.id, inputs):
            raise UnusableReply(f"the {self.noun} {link.name} is still there after its deletion was confirmed")

    def restore(self, original: SettingsT, attempt: Callable[[], Link[SettingsT]]) -> bool:
        """Give a link its earlier settings back, unless the role in them does not exist any more; say so then.

        Trend refuses a role that does not exist, for ever. It also refuses one that IAM has not spread yet, or whose
        trust is wrong for now. AWS tells which it is; where it cannot, a refusal that lasts counts.

        Args:
            original: the earlier settings.
            attempt: gives them to the link, or leaves it as it is.

        Returns:
            Whether the link has them now. If not, it is as it was before this call.
        """
        try:
            attempt()
        except BadRequest:
            role = self._role_state(original.role_arn)
        else:
            return True
        if role is not RoleState.GONE:
            try:
                self._until_role_spreads(original, attempt)
            except BadRequest as refused:
                if role is RoleState.EXISTS or not speaks_of_role(refused):
                    raise
            else:
                return True
        why = "does not exist any more" if role is RoleState.GONE else "is refused by Trend, and AWS does not tell more"
        self.say(
            f"the earlier settings of the {self.noun} are not restored, since its earlier role {original.role_arn} "
            f"{why}; it is left as it is, with a role that goes with this stack: unlink it in the Trend console, or "
            "give it another role"
        )
        return False

    def _role_state(self, role_arn: str) -> RoleState:
        try:
            return role_state(clients(AwsSettings.of(self._aws_setting)), role_arn)
        except AwsSettingsRefused:
            return RoleState.UNKNOWN

    def _locate(self, link_id: str, inputs: InputsT, written_role_arn: str) -> Link[SettingsT] | None:
        """Return the link that the state knows, also where it was recreated.

        An update that finds its link gone makes another one, and the engine offers no way to tell the state its new
        id. The next refresh does, and until then the role is what the link is known by.
        """
        if link := self.get(link_id, inputs):
            return link
        link = self.find(inputs)
        return link if link and link.settings.role_arn == written_role_arn else None

    def _obtain(self, inputs: InputsT, wanted: SettingsT) -> tuple[Link[SettingsT], Props | None]:
        """Return the link with the wanted settings, and the settings that it gets back in the end, if any.

        Raises:
            LinkExists: it is not managed by this stack, and is not to be adopted, or could not be restored.
        """
        link = self.find(inputs)
        if link is None:
            # An adoption that died between its two calls has left nothing; only `before` can tell.
            return self._make(inputs, wanted), None if self.changes_in_place else inputs.before
        if link.settings.role_arn == wanted.role_arn:
            # A run of ours died before the state knew of the link. If it had adopted it, only `before` can tell.
            return self._settle(link, inputs, wanted), inputs.before
        self.check_adoptable(link, inputs)
        return self._change(link, inputs, wanted), link.settings.props()

    def check_adoptable(self, link: Link[SettingsT], inputs: InputsT) -> None:
        """Refuse a link that is not managed by this stack that is not to be adopted, or could not be restored.

        Raises:
            LinkExists: so it is.
        """
        if not inputs.adopt:
            raise self._exists(link, inputs)
        if not link.settings.role_arn:
            raise LinkExists(
                f"the {self.noun} of AWS account {inputs.aws_account_id}, {link.name}, has no role but credentials of "
                "its own, which cannot be read and therefore not be restored in the end",
                hint="unlink it in the Trend console first",
            )

    def _make(self, inputs: InputsT, wanted: SettingsT) -> Link[SettingsT]:
        """Make the link; after a refusal or a lost reply look before anything else, for the POST may have landed."""

        def attempt() -> Link[SettingsT]:
            try:
                return self.make(inputs, wanted)
            except LOOK_AGAIN:
                link = self.find(inputs)
                if link is None:
                    raise
                if link.settings.role_arn != wanted.role_arn:
                    raise self._exists(link, inputs) from None
                return self._settle(link, inputs, wanted)

        return self._until_role_spreads(wanted, attempt)

    def _change(self, link: Link[SettingsT], inputs: InputsT, wanted: SettingsT) -> Link[SettingsT]:
        return self._until_role_spreads(wanted, lambda: self._change_once(link, inputs, wanted))

    def _change_once(self, link: Link[SettingsT], inputs: InputsT, wanted: SettingsT) -> Link[SettingsT]:
        """Change the link; after a lost reply look before anything else, for the change may have landed."""
        try:
            return self.change(link, inputs, wanted)
        except FATE_UNKNOWN:
            changed = self.get(link.id, inputs)
            if changed is None or changed.settings != wanted:
                raise
            return changed

    def _until_role_spreads(self, wanted: SettingsT, attempt: Callable[[], Link[SettingsT]]) -> Link[SettingsT]:
        def announce(seconds: float) -> None:
            self.say(f"Trend cannot assume {wanted.role_arn} yet; asking again for up to {seconds:.0f} s")

        return until_role_spreads(attempt, patience=self.passes_with_time, announce=announce)

    def _settle(self, link: Link[SettingsT], inputs: InputsT, wanted: SettingsT) -> Link[SettingsT]:
        return link if link.settings == wanted else self._change(link, inputs, wanted)

    def _exists(self, link: Link[SettingsT], inputs: InputsT) -> LinkExists:
        return LinkExists(
            f"AWS account {inputs.aws_account_id} has a {self.noun} already, {link.name}, and it points at "
            f"{link.settings.role_arn or 'no role'}, which is not managed by this stack",
            hint="adopt it with `pulumi config set adopt true`, or unlink it in the Trend console first",
        )

    def _parse(self, props: Props) -> tuple[InputsT, SettingsT]:
        return self.inputs.of(props), self.settings.of(props)

    def _outs(self, inputs: InputsT, link: Link[SettingsT], original: Props | None, written_role_arn: str) -> Props:
        outs = {**inputs.props(), **link.settings.props(), **link.facts, "writtenRoleArn": written_role_arn}
        return {**outs, "original": original} if original else outs
