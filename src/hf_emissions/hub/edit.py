"""One card on the Hub, changed: read at its head, changed, shown, and written on top of what was read."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType

from ..errors import CardError, HeadMovedError, HubError
from . import manners
from .address import MAIN, Address
from .client import Account, Hub, HubCard, UncertainError, Written, headers_of
from .waiting import Patience

TITLE = "Training emissions in the model card (hf-emissions)"
# A repository that moves under us more often than this has a robot that writes to it.
MOST_MOVES = 20

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a change is to be written.

    Args:
        propose: as a pull request: True, False, or None for "on the repositories of others".
        agree: asked with the address, the old text and the new before anything is written.
        describe: the title and the description of the commit; told the new text, and whether it is a pull request.
        may_propose: why this may not be proposed to a stranger, or None.
    """

    agree: Callable[[Address, str, str], bool]
    describe: Callable[[str, str, bool], tuple[str, str]]
    propose: bool | None = None
    may_propose: Callable[[str, str], str | None] = lambda *_: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a card.

    Args:
        before, after: its text, as last read and as wanted.
        written: the commit; None where nothing had to change, or nobody agreed.
    """

    before: str
    after: str
    written: Written | None = None
    interrupted: bool = False


def edit_card(hub: Hub, address: Address, change: Change, wishes: Wishes) -> Outcome:
    """Change a card on the Hub: exactly what `change` makes of its newest text is written, or nothing.

    Raises:
        CardError: the card cannot be read or changed.
        HubError: the Hub refuses, or is too busy; nothing was written.
    """
    account = hub.account()
    _check_token(account, address)
    own = account.owns(address)
    proposing = wishes.propose if wishes.propose is not None else not own
    at = _place(hub, address, account, own=own) if proposing else address
    if own or not proposing:
        return _Editing(hub, change, wishes, proposing, at).run()
    return _Editing(hub, _polite(address, change, wishes), wishes, proposing, at, stranger=True).run()


def _check_token(account: Account, address: Address) -> None:
    if not account.may_write:
        raise HubError(f"{address}: the token of {account.name} may only read; use one with the role write")


def _place(hub: Hub, address: Address, account: Account, *, own: bool) -> Address:
    """Where a proposal goes: on the ref of an open pull request of ours, or from the head of main.

    Raises:
        HubError: the owner closed one of ours.
    """
    ours = [one for one in hub.proposals(address, account.name) if one.title == TITLE]
    opened = next((one for one in ours if one.status in ("open", "draft")), None)
    if opened is not None:
        return Address(address.model, opened.revision)
    closed = next((one for one in ours if one.status == "closed"), None)
    if closed is not None and not own:
        raise HubError(f"{address}: the owner closed our pull request #{closed.number}; that is a no, nothing is sent")
    return address


def _polite(address: Address, change: Change, wishes: Wishes) -> Change:
    def polite(text: str) -> str:
        after = change(text)
        if after != text:
            manners.check_wanted(address, text)
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
    wishes: Wishes
    proposing: bool
    at: Address
    stranger: bool = False
    agreed: list[str] | None = None
    sent: HubCard | None = None  # the text of the last try, with the commit that it was to stand on
    read: str = ""
    opening: bool = False
    patience: Patience = field(init=False)

    def __post_init__(self) -> None:
        self.patience = self.hub.patience()

    def run(self) -> Outcome:
        moves = 0
        while True:
            try:
                return self._try()
            except HeadMovedError:
                moves += 1
                if moves > MOST_MOVES:
                    raise
            except UncertainError as error:
                if not self.patience.wait(f"{self.at}: the Hub did not answer", headers_of(error.cause)):
                    raise self._unfinished(error) from None

    def _unfinished(self, error: UncertainError) -> HubError:
        """What to say when the Hub stays silent after a commit was sent: whether it is there, if that can be seen."""
        said = error.said()
        return HubError(f"{said} (whether the last try was written could not be seen; the same command finds out)")

    def _try(self) -> Outcome:
        made = self._made()
        if made is not None:
            return made
        card = self.hub.read(self.at)
        after = self._changed(card)
        if after == card.text:
            return Outcome(card.text, after)
        if not self._agree(card, after):
            return Outcome(card.text, after)
        return self._commit(card, after)

    def _commit(self, card: HubCard, after: str) -> Outcome:
        new = self.opening = self.proposing and self.at.revision == MAIN
        if new and self.stranger:
            manners.check_bound()
        message = self.wishes.describe(card.text, after, self.proposing)
        self.sent, self.read = HubCard(after, card.sha), card.text
        with interrupts_held() as held:
            try:
                written = self.hub.commit(self.at, after, card.sha, message, propose=new)
            except (HubError, UncertainError) as error:
                if held:
                    return self._interrupted(error)
                raise
            if new and self.stranger:
                manners.count(self.at)
        url = written.url if new or not self.proposing else self._page(written.sha)
        return Outcome(card.text, after, Written(written.sha, url, self.proposing), bool(held))

    def _made(self) -> Outcome | None:
        """What the last try wrote, if it took effect although its answer never came.

        Its commit is the one on top of the one that was read, even if others were made since: to write it again could
        undo what somebody wrote after it. A pull request that it opened is one of ours, and is open.
        """
        if self.sent is None:
            return None
        if self.proposing and self.at.revision == MAIN:
            self.at = _place(self.hub, self.at, self.hub.account(), own=not self.stranger)
            found = None if self.at.revision == MAIN else self.hub.read(self.at)
        else:
            found = self.hub.next_card(self.at, self.sent.sha)
        if found is None or found.text != self.sent.text:
            return None
        if self.opening and self.stranger:
            manners.count(self.at)
        return Outcome(self.read, found.text, Written(found.sha, self._page(found.sha), self.proposing))

    def _interrupted(self, error: Exception) -> Outcome:
        """After Ctrl-C, and a commit that failed: whether it was made all the same.

        Raises:
            KeyboardInterrupt: nothing was written.
            HubError: that could not be seen.
        """
        if isinstance(error, HubError):
            raise KeyboardInterrupt from None
        made = self._made()
        if made is None:
            raise KeyboardInterrupt from None
        return replace(made, interrupted=True)

    def _changed(self, card: HubCard) -> str:
        try:
            return self.change(card.text)
        except CardError as error:
            raise error.named(str(self.at)) from None

    def _agree(self, card: HubCard, after: str) -> bool:
        """Whether a person agrees; not asked again for the same change to a card that moved elsewhere."""
        lines = _changed_lines(card.text, after)
        if lines != self.agreed:
            if not self.wishes.agree(self.at, card.text, after):
                return False
            self.agreed = lines
        return True

    def _page(self, sha: str) -> str:
        number = self.at.revision.removeprefix("refs/pr/")
        where = f"discussions/{number}" if number != self.at.revision else f"commit/{sha}"
        return f"{self.hub.url}/{self.at.model}/{where}"


def _changed_lines(before: str, after: str) -> list[str]:
    from ..card.diff import unified_diff

    lines = unified_diff(before, after, "README.md").split("\n")[2:]
    return [line for line in lines if line[:1] in ("+", "-")]


@contextmanager
def interrupts_held() -> Iterator[list[int]]:
    """Hold back Ctrl-C while a commit is under way, so that it is known afterwards whether it was made.

    Gives the list of the signals that came. A second Ctrl-C is not held back.
    """
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield held
        return

    def hold(number: int, frame: FrameType | None) -> None:
        if held:
            signal.default_int_handler(number, frame)
        held.append(number)

    before = signal.signal(signal.SIGINT, hold)
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, before)
