"""Edit of one card on the Hub: read at its head, changed, shown, and committed on top."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..errors import CardError, HeadMovedError, HubError
from . import contribution_policy
from .accounts import Account
from .address import MAIN, Address
from .body import UnreadableAnswerError
from .client import Hub, HubCard, UncertainError, wait_for
from .commits import CommitResult, OddAnswerError
from .interrupts import interrupts_held
from .proposals import number_of, place_of_proposal
from .refusals import status_of
from .waiting import RetryBudget

# A head that moves more often belongs to a robot that writes to it.
MOST_MOVES = 20

# Attempts to find a pull request whose response was lost: the Hub may still be opening it.
_LOOKS = 3
_COMMIT = re.compile(r"[0-9a-f]{40}")

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class CommitOptions:
    """Options for writing a change.

    Args:
        propose: open a pull request: True, False, or None for "on the repositories of others".
        agree: confirms before anything is written; gets the address, the old and new text, and whether it opens a pull
            request.
        describe: title and description of the commit; gets the old and new text, and whether it is a pull request.
        moved: confirms before proposing to a stranger's repository that the name leads to now; gets the named and the
            current address.
        may_propose: reason why this may not be proposed to a stranger, or None.
        strangers: allow repositories of others; False for lists.
    """

    agree: Callable[[Address, str, str, bool], bool]
    describe: Callable[[str, str, bool], tuple[str, str]]
    propose: bool | None = None
    moved: Callable[[Address, Address], bool] = lambda *_: False
    may_propose: Callable[[str, str], str | None] = lambda *_: None
    strangers: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of an edit.

    Args:
        before, after: text as last read, and as wanted.
        written: the commit; None if nothing had to change, or nobody agreed.
        interrupted: True if Ctrl-C came meanwhile.
        proposed_in: page of our open pull request that the text was read from.
    """

    before: str
    after: str
    written: CommitResult | None = None
    interrupted: bool = False
    proposed_in: str | None = None


def edit_card(hub: Hub, address: Address, change: Change, wishes: CommitOptions) -> Outcome:
    """Edit a card on the Hub: write exactly what `change` makes of its newest text, or nothing.

    Raises:
        CardError: the card cannot be read or changed.
        HubError: the Hub refuses, or is too busy; nothing was written.
        KeyboardInterrupt: Ctrl-C; nothing was written, or the message says that this is unknown.
    """
    account = hub.account()
    _check_token(account, address)
    # After a rename or transfer, the current owner decides, and nobody else.
    named, address = address, hub.find(address)
    own = account.owns(address)
    if not own and not wishes.strangers:
        raise HubError(f"{address} is not yours ({account.name}); name repositories of others one at a time")
    proposing = wishes.propose if wishes.propose is not None else not own
    _check_revision(address, proposing=proposing)
    at = place_of_proposal(hub, address, account, own=own) if proposing else address
    wanted = change if own else _polite(hub, address, at, change, wishes)
    # The name of a departed account may lead to what others have put in its place.
    elsewhere = named if not own and named.model.lower() != address.model.lower() else None
    return _Editing(hub, wanted, wishes, proposing, at, stranger=not own, named=elsewhere).run()


def _check_token(account: Account, address: Address) -> None:
    if not account.may_write:
        raise HubError(f"{address}: the token of {account.name} may only read; use one with the role write")


def _check_revision(address: Address, *, proposing: bool) -> None:
    if _COMMIT.fullmatch(address.revision):
        raise HubError(f"{address}: a commit cannot be written to; name a branch or refs/pr/N after the @, or nothing")
    if proposing and address.revision != MAIN and number_of(address) is None:
        raise HubError(f"{address}: a pull request is opened against main; leave @{address.revision} out")


def _polite(hub: Hub, address: Address, at: Address, change: Change, wishes: CommitOptions) -> Change:
    """Wrap `change` to refuse if the owner opted out (in this card or in that of main), or if `may_propose` objects."""

    def polite(text: str) -> str:
        after = change(text)
        if after != text:
            contribution_policy.check_wanted(address, text)
            if at.revision != MAIN:
                contribution_policy.check_wanted(address, hub.read(replace(at, revision=MAIN)).text)
            why = wishes.may_propose(text, after)
            if why is not None:
                raise HubError(f"{address}: {why}")
        return after

    return polite


@dataclass(slots=True)
class _Editing:
    """Attempts to write one change."""

    hub: Hub
    change: Change
    wishes: CommitOptions
    proposing: bool
    at: Address
    stranger: bool = False
    named: Address | None = None  # as named, if it leads to a stranger's other repository
    agreed: list[str] | None = None
    sent: HubCard | None = None  # text of the last try, with its parent commit
    read: str = ""
    opening: bool = False  # the last try opens a pull request
    unknown: bool = False  # the last try may have been written
    counted: bool = False  # the pull request that may have been opened is counted
    taken: bool = False  # the Hub accepted the last try without telling the outcome
    patience: RetryBudget = field(init=False)

    def __post_init__(self) -> None:
        self.patience = self.hub.patience()

    def run(self) -> Outcome:
        try:
            return self._until_written()
        except KeyboardInterrupt:
            if not self.unknown:
                raise
            return self._seen_after_interrupt()

    def _until_written(self) -> Outcome:
        moves = 0
        while True:
            try:
                return self._try()
            except HeadMovedError:
                moves += 1
                if moves > MOST_MOVES:
                    raise
            except UncertainError as error:
                if not wait_for(self.patience, error.cause, str(self.at)):
                    raise self._unfinished(error) from None

    def _unfinished(self, error: UncertainError) -> HubError:
        """Error after the Hub stayed silent; says if the fate of the last try is unknown."""
        said = error.said()
        if not self.unknown:
            return said
        return HubError(f"{said} (whether the last try was written could not be seen; the same command finds out)")

    def _seen_after_interrupt(self) -> Outcome:
        """After Ctrl-C, look whether a commit without a response was made.

        Raises:
            KeyboardInterrupt: it was not, or that is unknown.
        """
        try:
            made = self._made()
        except (HubError, KeyboardInterrupt):
            raise KeyboardInterrupt(
                f"{self.at}: whether the last commit was made could not be seen; the same command finds out"
            ) from None
        if made is None:
            raise KeyboardInterrupt
        return replace(made, interrupted=True)

    def _try(self) -> Outcome:
        made = self._made()
        if made is not None:
            return made
        card = self.hub.read(self.at)
        after = self._changed(card)
        if after == card.text:
            return Outcome(card.text, after, proposed_in=self._page("") if number_of(self.at) else None)
        if not self._agree(card, after):
            return Outcome(card.text, after)
        return self._commit(card, after)

    def _commit(self, card: HubCard, after: str) -> Outcome:
        message = self.wishes.describe(card.text, after, self.proposing)
        self.sent, self.read = HubCard(after, card.sha), card.text
        self.opening = self._opens()
        if self.opening:
            with contribution_policy.one_at_a_time():
                self._check_place()
                written, held = self._open(card, after, message)
                self._settle()
        else:
            self.hub.check(self.at, card.text, after, propose=False)
            written, held = self._send(card, after, message)
            if number_of(self.at) and self.proposing:
                self.hub.comment(self.at, message[1])
        return Outcome(card.text, after, replace(written, url=self._page(written.sha)), interrupted=held)

    def _opens(self) -> bool:
        return self.proposing and self.at.revision == MAIN

    def _open(self, card: HubCard, after: str, message: tuple[str, str]) -> tuple[CommitResult, bool]:
        self.hub.check(self.at, card.text, after, propose=True)
        if self.stranger and not self.counted:
            contribution_policy.check_bound()
            contribution_policy.count(self.at)
            self.counted = True
        try:
            written, held = self._send(card, after, message)
        except (HubError, UncertainError, KeyboardInterrupt):
            if self.stranger and not self.unknown:
                contribution_policy.take_back(self.at)
                self.counted = False
            raise
        self.at = replace(self.at, revision=f"refs/pr/{written.url.rstrip('/').rpartition('/')[2]}")
        contribution_policy.remember(self.at, number_of(self.at) or 0)
        return written, held

    def _send(self, card: HubCard, after: str, message: tuple[str, str]) -> tuple[CommitResult, bool]:
        """Commit; also return True if Ctrl-C came meanwhile. `unknown` stays True if the outcome is."""
        self.unknown = True
        with interrupts_held() as held:
            try:
                written = self.hub.commit(self.at, after, card.sha, message, propose=self.opening)
                self.unknown = False
            except HubError:
                self.unknown, self.sent = False, None
                if held:
                    raise KeyboardInterrupt from None
                raise
            except UncertainError as error:
                self.taken = isinstance(error.cause, OddAnswerError)
                # A try with an unreadable response counts, and so does the next one.
                self.counted = self.counted and not isinstance(error.cause, UnreadableAnswerError)
                if status_of(error.cause) == 429:
                    # Refused before processing.
                    self.unknown, self.sent = False, None
                if held:
                    raise KeyboardInterrupt from None
                raise
        return written, bool(held)

    def _check_place(self) -> None:
        """Switch to a pull request that another process of ours has opened meanwhile.

        Raises:
            HeadMovedError: there is one.
        """
        place = place_of_proposal(self.hub, self.at, self.hub.account(), own=not self.stranger)
        if place != self.at:
            self.at, self.sent = place, None
            raise HeadMovedError(f"{place}: a pull request of ours was opened meanwhile; try again")

    def _settle(self) -> None:
        """Switch to an earlier pull request of ours that has appeared meanwhile; the one just opened is closed.

        Raises:
            HeadMovedError: there is one.
        """
        main = replace(self.at, revision=MAIN)
        place = place_of_proposal(self.hub, main, self.hub.account(), own=not self.stranger)
        if place not in (self.at, main):
            self.at, self.sent = place, None
            raise HeadMovedError(f"{self.at}: another pull request of ours was there before; try again")

    def _made(self) -> Outcome | None:
        """Result of the last try, if it took effect although its response was lost.

        Its commit is the one on top of the one that was read, even if others followed: writing it again could undo
        later changes. A pull request that it opened is one of ours, and open.
        """
        if self.sent is None:
            return None
        found = self._opened() if self.opening else self.hub.next_card(self.at, self.sent.sha)
        if found is None or found.text != self.sent.text:
            if self.taken:
                raise HubError(
                    f"{self.at}: the Hub took the change and did not say what became of it, and it is not there yet;"
                    " look at its page, and give the same command again later"
                )
            self.sent, self.unknown = None, False
            return None
        self.unknown = self.taken = False
        if self.opening:
            contribution_policy.remember(self.at, number_of(self.at) or 0)
        return Outcome(self.read, found.text, CommitResult(found.sha, self._page(found.sha), self.proposing))

    def _opened(self) -> HubCard | None:
        """Card on the pull request that the last try opened; polled, since it may appear late."""
        for look in range(_LOOKS):
            self.at = place_of_proposal(self.hub, self.at, self.hub.account(), own=not self.stranger)
            if self.at.revision != MAIN:
                return self.hub.read(self.at)
            if look < _LOOKS - 1 and not self.patience.wait(f"{self.at}: looking whether the pull request is there"):
                return None
        return None

    def _changed(self, card: HubCard) -> str:
        try:
            return self.change(card.text)
        except CardError as error:
            raise error.named(str(self.at)) from None

    def _agree(self, card: HubCard, after: str) -> bool:
        """True if the user agrees; not asked again for the same change after the card changed elsewhere."""
        if self._opens() and self.stranger:
            contribution_policy.check_bound()
        if self.named is not None:
            if not self.wishes.moved(self.named, replace(self.at, revision=MAIN)):
                return False
            self.named = None
        lines = _changed_lines(card.text, after)
        if lines != self.agreed:
            if not self.wishes.agree(self.at, card.text, after, self._opens()):
                return False
            self.agreed = lines
        return True

    def _page(self, sha: str) -> str:
        number = number_of(self.at)
        return f"{self.hub.url}/{self.at.model}/{f'commit/{sha}' if number is None else f'discussions/{number}'}"


def _changed_lines(before: str, after: str) -> list[str]:
    from ..card.diff import unified_diff

    lines = unified_diff(before, after, "README.md").split("\n")[2:]
    return [line for line in lines if line[:1] in ("+", "-")]
