"""One card on the Hub, changed: read at its head, changed, shown, and written on top of what was read."""

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

# A repository that moves under us more often than this has a robot that writes to it.
MOST_MOVES = 20

# How often we look for a pull request whose answer was lost: the Hub may still be opening it.
_LOOKS = 3
_COMMIT = re.compile(r"[0-9a-f]{40}")

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class CommitOptions:
    """How a change is to be written.

    Args:
        propose: as a pull request: True, False, or None for "on the repositories of others".
        agree: asked with the address, the old text, the new, and whether it opens a pull request, before anything is
            written.
        describe: the title and the description of the commit; told the old text, the new, and whether it is a pull
            request.
        moved: asked with the address that was named, and the repository of a stranger that it leads to now, before
            anything is proposed there.
        may_propose: why this may not be proposed to a stranger, or None.
        strangers: whether it may be a repository of others at all; never one of a list.
    """

    agree: Callable[[Address, str, str, bool], bool]
    describe: Callable[[str, str, bool], tuple[str, str]]
    propose: bool | None = None
    moved: Callable[[Address, Address], bool] = lambda *_: False
    may_propose: Callable[[str, str], str | None] = lambda *_: None
    strangers: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a card.

    Args:
        before, after: its text, as last read and as wanted.
        written: the commit; None where nothing had to change, or nobody agreed.
        interrupted: whether Ctrl-C came meanwhile.
        proposed_in: the page of the open pull request of ours that the text was read from.
    """

    before: str
    after: str
    written: CommitResult | None = None
    interrupted: bool = False
    proposed_in: str | None = None


def edit_card(hub: Hub, address: Address, change: Change, wishes: CommitOptions) -> Outcome:
    """Change a card on the Hub: exactly what `change` makes of its newest text is written, or nothing.

    Raises:
        CardError: the card cannot be read or changed.
        HubError: the Hub refuses, or is too busy; nothing was written.
        KeyboardInterrupt: Ctrl-C; nothing was written, or its text says that this could not be seen.
    """
    account = hub.account()
    _check_token(account, address)
    # A repository that was renamed, or given away, is what it is now: its owner is asked, and nobody else.
    named, address = address, hub.find(address)
    own = account.owns(address)
    if not own and not wishes.strangers:
        raise HubError(f"{address} is not yours ({account.name}); name repositories of others one at a time")
    proposing = wishes.propose if wishes.propose is not None else not own
    _check_revision(address, proposing=proposing)
    at = place_of_proposal(hub, address, account, own=own) if proposing else address
    wanted = change if own else _polite(hub, address, at, change, wishes)
    # A name may be that of somebody who left, and lead to what others have put in its place since.
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
    """The change, refused where the owner said no: in the card that would change, or in that of main."""

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
    """The tries to write one change."""

    hub: Hub
    change: Change
    wishes: CommitOptions
    proposing: bool
    at: Address
    stranger: bool = False
    named: Address | None = None  # what was named, where it leads to another repository of a stranger
    agreed: list[str] | None = None
    sent: HubCard | None = None  # the text of the last try, with the commit that it was to stand on
    read: str = ""
    opening: bool = False  # whether the last try was to open a pull request
    unknown: bool = False  # whether the last try may have been written
    counted: bool = False  # whether the pull request that may have been opened is counted
    taken: bool = False  # whether the Hub took the last try, and did not say what became of it
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
        """What to say when the Hub stays silent after a commit was sent: whether it is there, if that can be seen."""
        said = error.said()
        if not self.unknown:
            return said
        return HubError(f"{said} (whether the last try was written could not be seen; the same command finds out)")

    def _seen_after_interrupt(self) -> Outcome:
        """After Ctrl-C and a commit whose answer never came: whether it was made all the same.

        Raises:
            KeyboardInterrupt: it was not, or that could not be seen.
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
        """The commit, and whether Ctrl-C came meanwhile; `unknown` where its fate is."""
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
                # One whose answer cannot be read counts, and so does another after it.
                self.counted = self.counted and not isinstance(error.cause, UnreadableAnswerError)
                if status_of(error.cause) == 429:
                    # Refused before it was looked at.
                    self.unknown, self.sent = False, None
                if held:
                    raise KeyboardInterrupt from None
                raise
        return written, bool(held)

    def _check_place(self) -> None:
        """Whether another process of ours has opened a pull request since we looked; then it is the place.

        Raises:
            HeadMovedError: it has.
        """
        place = place_of_proposal(self.hub, self.at, self.hub.account(), own=not self.stranger)
        if place != self.at:
            self.at, self.sent = place, None
            raise HeadMovedError(f"{place}: a pull request of ours was opened meanwhile; try again")

    def _settle(self) -> None:
        """Go on with an earlier one of ours, where one has come to light since we looked; what we opened is closed.

        Raises:
            HeadMovedError: that one is to be looked at now.
        """
        main = replace(self.at, revision=MAIN)
        place = place_of_proposal(self.hub, main, self.hub.account(), own=not self.stranger)
        if place not in (self.at, main):
            self.at, self.sent = place, None
            raise HeadMovedError(f"{self.at}: another pull request of ours was there before; try again")

    def _made(self) -> Outcome | None:
        """What the last try wrote, if it took effect although its answer never came.

        Its commit is the one on top of the one that was read, even if others were made since: to write it again could
        undo what somebody wrote after it. A pull request that it opened is one of ours, and is open.
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
        """The card on the pull request that the last try opened; looked for more than once, since it may be late."""
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
        """Whether a person agrees; not asked again for the same change to a card that moved elsewhere."""
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
