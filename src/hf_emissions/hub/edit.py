"""Edit of one card on the Hub: read at its head, changed, agreed to, and committed on top.

A commit whose response is lost is an `_Attempt`: it is looked for before anything else is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from ..card.diff import unified_diff
from ..errors import CardError, HeadMovedError, HfEmissionsError, HubError
from . import contribution_policy
from .address import MAIN, Address
from .client import COMMIT_ID, Hub, HubCard
from .commits import CommitResult, UncertainError, check, commit, next_card
from .errors import InvalidResponseError, UnclearCommitError
from .interrupts import interrupts_held
from .proposals import comment, place_of_proposal, ref_of
from .waiting import RetryBudget, status_of

# A head that moves more often belongs to a robot that writes to it.
MOST_MOVES = 20

# Attempts to find a pull request whose response was lost: the Hub may still be opening it.
_LOOKS = 3

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class CommitOptions:
    """Options for writing a change."""

    # Confirms before anything is written: address, old and new text, and whether it opens a pull request.
    agree: Callable[[Address, str, str, bool], bool]
    # Title and description of the commit: old and new text, and whether it is a pull request.
    describe: Callable[[str, str, bool], tuple[str, str]]
    # Open a pull request: True, False, or None for "on the repositories of others".
    propose: bool | None = None
    # Confirms a stranger's repository that a name leads to now: the named and the current address.
    moved: Callable[[Address, Address], bool] = lambda *_: False
    # Reason why this may not be proposed to a stranger: old and new text.
    may_propose: Callable[[str, str], str | None] = lambda *_: None
    strangers: bool = True  # allow repositories of others


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of an edit."""

    before: str  # as last read
    after: str  # as wanted
    written: CommitResult | None = None  # None if nothing had to change, or nobody agreed
    interrupted: bool = False  # by Ctrl-C
    proposed_in: str | None = None  # page of our open pull request that the text was read from


def edit_card(hub: Hub, address: Address, change: Change, options: CommitOptions) -> Outcome:
    """Edit a card on the Hub: write exactly what `change` makes of its newest text, or nothing.

    After an error nothing was written, unless its message says that this is unknown; so too after a KeyboardInterrupt.
    """
    account = hub.account()
    if not account.may_write:
        raise HubError(f"{address}: the token of {account.name} may only read; use one with the role write")
    # One budget for the whole edit: a wait for a call is no longer there for the next try.
    patience = hub.patience()
    hub = replace(hub, patience=patience.part)
    # After a rename or transfer, the current owner decides, and nobody else.
    named, address = address, hub.find(address)
    own = account.owns(address)
    if not own and not options.strangers:
        raise HubError(f"{address} is not yours ({account.name}); name repositories of others one at a time")
    proposing = options.propose if options.propose is not None else not own
    _check_revision(address, proposing=proposing)
    at = place_of_proposal(hub, address, own=own) if proposing else address
    # The name of a departed account may lead to what others have put in its place.
    elsewhere = named if not own and named.model.lower() != address.model.lower() else None
    wanted = change if own else partial(_polite_change, hub, address, at, change, options)
    return _Edit(hub, wanted, options, proposing, own, _Consent(options, elsewhere), patience, at).run()


def _check_revision(address: Address, *, proposing: bool) -> None:
    if COMMIT_ID.fullmatch(address.revision):
        raise HubError(f"{address}: a commit cannot be written to; name a branch or refs/pr/N after the @, or nothing")
    if proposing and address.revision != MAIN and address.pull_request is None:
        raise HubError(f"{address}: a pull request is opened against main; leave @{address.revision} out")


def _polite_change(hub: Hub, address: Address, at: Address, change: Change, options: CommitOptions, text: str) -> str:
    """Change a stranger's card, unless its owner opted out (in it, or in that of main) or `may_propose` objects."""
    after = change(text)
    if after != text:
        contribution_policy.check_wanted(address, text)
        if at.revision != MAIN:
            contribution_policy.check_wanted(address, hub.read(replace(at, revision=MAIN)).text)
        why = options.may_propose(text, after)
        if why is not None:
            raise HubError(f"{address}: {why}")
    return after


@dataclass(slots=True)
class _Consent:
    """The user's agreement: not asked for again if only other parts of the card have changed."""

    options: CommitOptions
    named: Address | None = None  # the name that was given, if it leads to another repository of a stranger
    agreed: list[str] | None = None

    def given(self, at: Address, before: str, after: str, *, opens: bool) -> bool:
        if self.named is not None:
            if not self.options.moved(self.named, replace(at, revision=MAIN)):
                return False
            self.named = None
        lines = [line for line in unified_diff(before, after, "").split("\n")[2:] if line[:1] in ("+", "-")]
        if lines == self.agreed:
            return True
        self.agreed = lines if self.options.agree(at, before, after, opens) else None
        return self.agreed is not None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A commit that was sent and whose fate is unknown."""

    before: str
    card: HubCard  # the new text, and the commit below it
    opens: bool  # a pull request
    accepted: bool = False  # by the Hub, which did not say what became of it


@dataclass(slots=True)
class _Edit:
    """One change, tried until it is written or refused."""

    hub: Hub
    change: Change
    options: CommitOptions
    proposing: bool
    own: bool
    consent: _Consent
    patience: RetryBudget
    at: Address  # main, a branch, or the ref of a pull request
    attempt: _Attempt | None = None  # the last try, while its fate is unknown
    counted: bool = False  # the pull request that the next try opens

    def run(self) -> Outcome:
        try:
            return self._until_written()
        except KeyboardInterrupt:
            if self.attempt is None:
                raise
            return self._found_after_interrupt()

    def _until_written(self) -> Outcome:
        moves = 0
        while True:
            try:
                return self._found() or self._try()
            except HeadMovedError:
                moves += 1
                if moves > MOST_MOVES:
                    raise
            except UncertainError as error:
                if self.patience.wait_after(error.cause, str(self.at)):
                    continue
                unseen = " (whether the last try was written could not be seen; the same command finds out)"
                raise (HubError(f"{error.said}{unseen}") if self.attempt else error.said) from None

    def _found_after_interrupt(self) -> Outcome:
        try:
            found = self._found()
        except (HubError, KeyboardInterrupt):
            raise KeyboardInterrupt(
                f"{self.at}: whether the last commit was made could not be seen; the same command finds out"
            ) from None
        if found is None:
            raise KeyboardInterrupt
        return replace(found, interrupted=True)

    def _found(self) -> Outcome | None:
        """Outcome of the last try, if it took effect although its response was lost.

        Its commit is the one on top of the one that was read, even if others followed: writing it again could undo
        later changes. A pull request that it opened is one of ours, and open.
        """
        attempt = self.attempt
        if attempt is None:
            return None
        found = self._opened() if attempt.opens else next_card(self.hub, self.at, attempt.card.sha)
        seen = found is not None and found.text == attempt.card.text
        if attempt.accepted and not seen:
            raise HubError(
                f"{self.at}: the Hub took the change and did not say what became of it, and it is not there yet;"
                " look at its page, and give the same command again later"
            )
        self.attempt = None
        if found is None or not seen:
            return None
        if attempt.opens:
            contribution_policy.remember(self.at, self.at.pull_request or 0)
        return self._written(attempt, found.sha)

    def _opened(self) -> HubCard | None:
        """Card on the pull request that the last try opened; polled, since it may appear late."""
        for look in range(_LOOKS):
            self.at = self._place()
            if self.at.revision != MAIN:
                return self.hub.read(self.at)
            if look < _LOOKS - 1 and not self.patience.wait(f"{self.at}: looking whether the pull request is there"):
                return None
        return None

    def _try(self) -> Outcome:
        card = self.hub.read(self.at)
        try:
            after = self.change(card.text)
        except CardError as error:
            raise error.named(str(self.at)) from None
        if after == card.text:
            return Outcome(card.text, after, proposed_in=self._page("") if self.at.pull_request else None)
        opens = self.proposing and self.at.revision == MAIN
        if opens and not self.own:
            contribution_policy.check_bound()
        if not self.consent.given(self.at, card.text, after, opens=opens):
            return Outcome(card.text, after)
        message = self.options.describe(card.text, after, self.proposing)
        attempt = _Attempt(card.text, HubCard(after, card.sha), opens)
        return self._open(attempt, message) if opens else self._commit(attempt, message)

    def _commit(self, attempt: _Attempt, message: tuple[str, str]) -> Outcome:
        check(self.hub, self.at, attempt.before, attempt.card.text, propose=False)
        sha, _, interrupted = self._send(attempt, message)
        if self.proposing and self.at.pull_request:
            comment(self.hub, self.at, message[1])
        return replace(self._written(attempt, sha), interrupted=interrupted)

    def _open(self, attempt: _Attempt, message: tuple[str, str]) -> Outcome:
        """Open a pull request, unless another process of ours has opened one meanwhile."""
        with contribution_policy.lock():
            self._move_to(self._place(), "a pull request of ours was opened meanwhile")
            check(self.hub, self.at, attempt.before, attempt.card.text, propose=True)
            self._count()
            try:
                sha, number, interrupted = self._send(attempt, message)
            except (HfEmissionsError, UncertainError, KeyboardInterrupt):
                if self.counted and self.attempt is None:
                    contribution_policy.forget(self.at)
                    self.counted = False
                raise
            main, self.at = self.at, ref_of(self.at, number or 0)
            contribution_policy.remember(self.at, number or 0)
            # An earlier one of ours may have appeared, and the one just opened is closed.
            earlier = self._place(main)
            if earlier != main:
                self._move_to(earlier, "another pull request of ours was there before")
        return replace(self._written(attempt, sha), interrupted=interrupted)

    def _count(self) -> None:
        if not self.own and not self.counted:
            contribution_policy.check_bound()
            contribution_policy.count(self.at)
            self.counted = True

    def _send(self, attempt: _Attempt, message: tuple[str, str]) -> tuple[str, int | None, bool]:
        """Commit; return its id, the number of the pull request, and True if Ctrl-C came meanwhile."""
        self.attempt = attempt
        with interrupts_held() as held:
            try:
                sha, number = commit(self.hub, self.at, attempt.card, message, propose=attempt.opens)
                self.attempt = None
            except (HfEmissionsError, UncertainError) as error:
                self._failed(attempt, error)
                if held:
                    raise KeyboardInterrupt from None
                raise
        return sha, number, bool(held)

    def _failed(self, attempt: _Attempt, error: Exception) -> None:
        cause = error.cause if isinstance(error, UncertainError) else None
        # What was refused for a quota was not even begun.
        if cause is None or status_of(cause) == 429:
            self.attempt = None
            return
        self.attempt = replace(attempt, accepted=isinstance(cause, UnclearCommitError))
        # A try with an unreadable response counts, and so does the next one.
        self.counted = self.counted and not isinstance(cause, InvalidResponseError)

    def _place(self, at: Address | None = None) -> Address:
        return place_of_proposal(self.hub, at or self.at, own=self.own)

    def _move_to(self, place: Address, why: str) -> None:
        if place != self.at:
            self.at = place
            raise HeadMovedError(f"{place}: {why}; try again")

    def _written(self, attempt: _Attempt, sha: str) -> Outcome:
        return Outcome(attempt.before, attempt.card.text, CommitResult(sha, self._page(sha), attempt.opens))

    def _page(self, sha: str) -> str:
        number = self.at.pull_request
        page = f"commit/{sha}" if number is None else f"discussions/{number}"
        return f"{self.hub.url}/{self.at.model}/{page}"
