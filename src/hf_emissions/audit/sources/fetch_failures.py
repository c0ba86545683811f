"""Cards that the Hub did not give: a few are passed over and said, many stop the audit, to be gone on with later."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ...errors import HubError

# Cards that may be refused, or fail for as long as we wait for each; beyond, also one in a hundred of those asked for.
MOST = 10
_SHARE = 0.01


@dataclass(slots=True)
class FetchFailures:
    """What was asked for and not given, by many threads.

    Args:
        say: told of each card that was refused, or failed.
    """

    say: Callable[[str], None]
    asked: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self) -> None:
        """Count a card that is asked for."""
        with self._lock:
            self.asked += 1

    def pass_over(self, why: str) -> None:
        """Count a card that is closed to us, or gone since it was listed."""
        with self._lock:
            self.counts[why] += 1

    def fail(self, error: HubError, instead: str = "its front matter is taken") -> None:
        """Count a card that was refused, or failed for as long as we wait.

        Args:
            error: why.
            instead: what is done without it.

        Raises:
            HubError: there were too many: the Hub is down, or does not want us.
        """
        with self._lock:
            self.counts["refused"] += 1
            many = self.counts["refused"] > max(MOST, self.asked * _SHARE)
        if many:
            raise error
        self.say(f"{error}; {instead}")

    def words(self, count: int, wanted: int) -> str:
        """What became of the cards of an audit, some of which may have been asked for before this start."""
        known = count == self.counts.total()
        why = ", ".join(f"{number} {why}" for why, number in self.counts.items()) if known else ""
        of = f"{count} of {wanted} cards could not be read whole{f' ({why})' if why else ''}"
        return f"{of}; their front matter is taken"
