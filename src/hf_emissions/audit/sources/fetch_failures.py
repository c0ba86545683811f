"""Count of cards that the Hub did not deliver: a few are skipped and reported, many stop the audit, to be resumed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ...errors import HubError

# Tolerated number of refused or failed cards; beyond it, one in a hundred of those requested.
MOST = 10
_SHARE = 0.01


@dataclass(slots=True)
class FetchFailures:
    """Thread-safe count of requested and undelivered cards.

    Args:
        say: called with a message for each refused or failed card.
    """

    say: Callable[[str], None]
    asked: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self) -> None:
        """Count a requested card."""
        with self._lock:
            self.asked += 1

    def skip(self, why: str) -> None:
        """Count a card that is gated, or gone since it was listed."""
        with self._lock:
            self.counts[why] += 1

    def fail(self, error: HubError, instead: str = "its front matter is taken") -> None:
        """Count a card that was refused, or failed until the retry budget was used up.

        Args:
            error: the reason.
            instead: the fallback, for the message.

        Raises:
            HubError: too many failed: the Hub is down, or refuses us.
        """
        with self._lock:
            self.counts["refused"] += 1
            many = self.counts["refused"] > max(MOST, self.asked * _SHARE)
        if many:
            raise error
        self.say(f"{error}; {instead}")

    def words(self, count: int, wanted: int) -> str:
        """Message on unread cards; without reasons if some were requested before this start."""
        known = count == self.counts.total()
        why = ", ".join(f"{number} {why}" for why, number in self.counts.items()) if known else ""
        of = f"{count} of {wanted} cards could not be read whole{f' ({why})' if why else ''}"
        return f"{of}; their front matter is taken"
