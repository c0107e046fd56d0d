"""A person at work on one stack, as a state machine: what they do comes in any order, and the promises hold throughout.

The machine holds what must be so after each command; `model` what is believed, `expected` what the world then is.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sandbox.gate.faults import Fault
from tests.e2e import hands
from tests.e2e.calls import disturbed, forget_calls
from tests.e2e.expected import LINKS, assert_only_buckets_are_left, assert_world_is, links_of, role_of
from tests.e2e.hands import role_for_trend
from tests.e2e.model import BOUNDARY, SETTINGS, Model
from tests.e2e.operating import PULUMI
from tests.e2e.outage import WAYS, Outage
from tests.e2e.pulumi_cli import EXPECT_NO_CHANGES, CliRun, SandboxStack
from tests.e2e.sentinels import TOKEN, leaking_files, leaks, with_sentinels
from tests.e2e.standing import known_links, state, world
from tests.e2e.subscribers import put

ELSEWHERE = "210987654321"
"""Another AWS account of the tenant, which somebody else has linked."""

OUTAGES = st.tuples(st.sampled_from(WAYS), st.integers(1, 20))
UNATTENDED = ("--yes", "--skip-preview")


class Operator(RuleBasedStateMachine):
    """What a person can do to a stack, and what holds whatever they do.

    Args:
        stack: the stack; each run of the machine begins with an empty one in a fresh world.
        tally: counts the steps of all runs, by their names.
    """

    def __init__(self, stack: SandboxStack, tally: Counter[str]) -> None:
        super().__init__()
        self.stack, self.tally, self.model, self.broken = stack, tally, Model(), False
        tally["runs"] += 1

    @initialize(linked_before=st.booleans(), outage=st.none() | OUTAGES)
    def begin(self, linked_before: bool, outage: tuple[str, int] | None) -> None:
        """Set the scene: others at Trend and on the bucket, and perhaps links of this account, made by hand.

        Then deploy once, or try to: without that most steps would have nothing to work on.
        """
        sandbox = self.stack.sandbox
        sandbox.reset()
        put(sandbox, self.model.others)
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        sandbox.aws("iam").create_policy(PolicyName=BOUNDARY.rpartition("/")[2], PolicyDocument=json.dumps(everything))
        sandbox.trend.add_connector(ELSEWHERE, f"arn:aws:iam::{ELSEWHERE}:role/theirs")
        sandbox.trend.add_cloud_account(ELSEWHERE, f"arn:aws:iam::{ELSEWHERE}:role/theirs")
        self.by_hand = role_for_trend(self.stack.sandbox, "by-hand")
        if linked_before:
            sandbox.trend.add_connector(sandbox.account, self.by_hand, displayName="theirs")
            sandbox.trend.add_cloud_account(sandbox.account, self.by_hand, alias="theirs", description="by hand")
            self.model.change("adopt", 0)
        self._give_key()
        self.before, self.links_before = world(self.stack), links_of(self.stack)
        self.elsewhere = links_of(self.stack, ELSEWHERE)
        if outage is None:
            self.apply(refresh=False)
        else:
            self.apply_with_an_outage(outage)

    @rule(groups=st.lists(st.sampled_from(SETTINGS), min_size=1, max_size=3, unique=True), by=st.integers(0, 2))
    def change_settings(self, groups: list[str], by: int) -> None:
        with self._step("settings changed"):
            for group in groups:
                self.model.change(group, by)
            self._configure()

    @rule(configured=st.booleans())
    def rotate_the_key(self, configured: bool) -> None:
        """The old key is revoked at once."""
        with self._step("key rotated"):
            self.model.change_key(configured)
            self._give_key()

    @rule(refresh=st.booleans())
    def preview(self, refresh: bool) -> None:
        """Nothing changes by it; without a refresh it needs no key, and what is settled shows no difference."""
        with self._step("preview --refresh" if refresh else "preview"), self._nothing_changes(state_too=True):
            flags = ["--refresh", *self.model.reading_flags] if refresh else []
            expected = [EXPECT_NO_CHANGES] if self._all_is_done() and not self.model.others_unseen else []
            with self._key_withheld(withheld=not refresh):
                self._succeed("preview", *flags, *expected)

    @rule(refresh=st.booleans())
    def apply(self, refresh: bool) -> None:
        """`up` works, also after a run that failed, unless it would take somebody's link; where all is done it is idle.

        What others have changed on the bucket is taken up by a refresh, which the engine counts as a change.
        """
        if self._all_is_done() and not (refresh and self.model.others_unseen):
            with self._step("up with nothing to do"), self._nothing_changes(state_too=False):
                self._succeed("up", *UNATTENDED, EXPECT_NO_CHANGES, *self._update_flags(refresh))
            self.model.succeeded(refreshed=refresh)
            return
        flags = self._update_flags(refresh)
        with self._step("up" if not self.model.tried else "up after a failed one"):
            refused = self._is_refused()
            strangers = self._strangers()
            self.model.begins()
            run = self._run("up", *UNATTENDED, *flags)
            if refused:
                assert run.code != 0, run.output
                assert "adopt" in run.output, run.output
                assert self._strangers() == strangers
                self.model.failed()
                return
            assert run.code == 0, run.output
            self._updated(flags)

    @precondition(lambda self: self.model.settled)
    @rule(refresh=st.booleans())
    def apply_again(self, refresh: bool) -> None:
        self.apply(refresh)

    @rule(outage=OUTAGES)
    def apply_with_an_outage(self, outage: tuple[str, int]) -> None:
        way, nth = outage
        flags = self._update_flags(False)
        with self._step("up with an outage"):
            refused = self._is_refused()
            self.model.begins()
            run = disturbed(self.stack, Outage(nth), way, PULUMI, "up", *flags)
            self._look_for_secrets(run)
            if run.code == 0:
                assert not refused
                self._updated(flags)
                self.tally["outages without effect"] += 1
            else:
                self.model.failed()

    @precondition(lambda self: self.model.stands)
    @rule(change=st.sampled_from(hands.CHANGES))
    def change_a_link_by_hand(self, change: tuple[str, str]) -> None:
        kind, field = change
        if links_of(self.stack)[kind]:
            with self._step("link changed by hand"):
                hands.change_link(self.stack.sandbox, kind, field, self.by_hand)
                self.model.drifted()

    @precondition(lambda self: self.model.stands)
    @rule(kind=st.sampled_from(LINKS))
    def delete_a_link_by_hand(self, kind: str) -> None:
        if links_of(self.stack)[kind]:
            with self._step("link deleted by hand"):
                hands.delete_link(self.stack.sandbox, kind)
                self.model.unlinked.add(kind)
                self.model.drifted()

    @precondition(lambda self: self.model.stands and self.model.settled)
    @rule(change=st.sampled_from(hands.IN_AWS))
    def change_aws_by_hand(self, change: hands.ChangeByHand) -> None:
        # What others have changed since the state saw it last cannot be given back to them.
        if not (self.model.others_unseen and change in hands.TAKING_NOTIFICATIONS):
            with self._step("AWS changed by hand"):
                change(self.stack.sandbox, self.stack.outputs())
                self.model.drifted()

    @precondition(lambda self: (self.model.settled or not self.model.began) and not self.model.others_unseen)
    @rule()
    def others_change_their_subscriptions(self) -> None:
        with self._step("others' subscription changed"):
            self.model.others = hands.toggle_subscription(self.stack.sandbox, self.model.others)
            self.model.others_unseen = True

    @precondition(lambda self: self.model.began)
    @rule(refusal=st.none() | st.sampled_from((401, 403, 500, 502)))
    def refresh(self, refusal: int | None) -> None:
        """It changes nothing; while Trend refuses, it fails, and the state keeps what it knows of the links."""
        if refusal is None:
            with self._step("refresh"), self._nothing_changes(state_too=False):
                self._succeed("refresh", *UNATTENDED, *self.model.reading_flags)
            self.model.refreshed()
            return
        with self._step("refresh refused by Trend"), self._nothing_changes(state_too=False):
            known = known_links(self.stack)
            self.stack.sandbox.trend.add_fault(Fault(kind="status", status=refusal, count=None))
            run = self._run("refresh", *UNATTENDED, *self.model.reading_flags)
            self.stack.sandbox.trend.clear_faults()
            assert not known or run.code != 0, run.output
            assert known_links(self.stack) == known

    @precondition(lambda self: self.model.began)
    @rule(refresh=st.booleans())
    def destroy(self, refresh: bool) -> None:
        """All is as it was before, but for links that somebody has pointed elsewhere by now: they stay as they are."""
        with self._step("destroy" if not self.model.tried else "destroy after a failed up"):
            left_alone = self._strangers()
            self._succeed("destroy", *UNATTENDED, *(["--refresh"] if refresh else []), *self.model.reading_flags)
            now = links_of(self.stack)
            for kind in LINKS:
                restored = left_alone[kind] or self.links_before[kind]
                gone_by_hand: list[list[Any]] = [[]] if kind in self.model.unlinked else []
                assert now[kind] in [restored, *gone_by_hand], (kind, now[kind], restored)
            assert_only_buckets_are_left(self.stack, self.model, self.before)
            self.before, self.links_before = world(self.stack), now
            self.model.destroyed()

    @invariant()
    def links_of_other_accounts_are_as_they_were(self) -> None:
        assert links_of(self.stack, ELSEWHERE) == self.elsewhere

    def teardown(self) -> None:
        """Leave, and look through all that was written; after a failure only put the stack aside."""
        if self.broken:
            self.stack.succeed("stack", "rm", "--yes", "--force")
            self.stack.succeed("stack", "init", self.stack.name)
            return
        self.destroy(refresh=False)
        with self._step("files searched"):
            assert leaking_files(self.stack.sandbox.home, self.stack.folder) == {}

    @contextlib.contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.tally[name] += 1
        try:
            yield
        except BaseException:
            self.broken = True
            raise

    @contextlib.contextmanager
    def _nothing_changes(self, *, state_too: bool) -> Iterator[None]:
        """No call that could change anything is made."""
        known = state(self.stack) if state_too else None
        forget_calls(self.stack)
        yield
        sandbox = self.stack.sandbox
        assert sandbox.trend.requests(changing=True) == []
        assert sandbox.aws_requests(changing=True) == []
        assert known is None or state(self.stack) == known

    @contextlib.contextmanager
    def _key_withheld(self, *, withheld: bool) -> Iterator[None]:
        environment = self.stack.environment
        if withheld:
            self.stack.environment = {}
        yield
        self.stack.environment = environment

    def _run(self, *arguments: str) -> CliRun:
        run = self.stack.run(*arguments)
        self._look_for_secrets(run)
        return run

    def _succeed(self, *arguments: str) -> None:
        run = self._run(*arguments)
        assert run.code == 0, f"pulumi {run.command} ended with {run.code}:\n{run.output}"

    def _look_for_secrets(self, run: CliRun) -> None:
        exported = self.stack.succeed("stack", "export")
        assert leaks(run.output.encode(), exported.encode()) == []

    def _update_flags(self, refresh: bool) -> list[str]:
        return ["--refresh", *self.model.reading_flags] if refresh or self.model.needs_refresh else []

    def _all_is_done(self) -> bool:
        return self.model.settled and self.model.deployed == self.model.settings

    def _updated(self, flags: list[str]) -> None:
        self.model.succeeded(refreshed=bool(flags))
        assert_world_is(self.stack, self.model, self.before)

    def _is_refused(self) -> bool:
        """Whether an update would have to take a link that is somebody's, and was not told to."""
        known, strangers = known_links(self.stack), self._strangers()
        return not self.model.settings.get("adopt") and any(strangers[kind] for kind in LINKS if kind not in known)

    def _strangers(self) -> dict[str, list[dict[str, Any]]]:
        """Return the links of the account that point at a role made by hand."""
        found = links_of(self.stack).items()
        return {kind: [link for link in links if role_of(link) == self.by_hand] for kind, links in found}

    def _give_key(self) -> None:
        """Let Trend take the key and no other, and put it where the model says."""
        model, stack = self.model, self.stack
        stack.sandbox.trend.set_tenant(with_sentinels(stack.sandbox.tenant, model.key))
        stack.environment = {"VISION_ONE_SERVICE_TOKEN": TOKEN.value}
        if not model.key_configured:
            stack.environment["CLOUD_ONE_API_KEY"] = model.key.value
        self._configure()

    def _configure(self) -> None:
        self.stack.configure(self.model.settings)
        if self.model.key_configured:
            self.stack.succeed("config", "set", "--secret", "cloudOneApiKey", self.model.key.value)
