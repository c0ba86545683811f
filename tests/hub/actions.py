"""Quotas of actions: so many commits or pull requests an hour, apart from the quotas of calls.

Beyond, the answer is a 429 whose words say what it is, while the headers say that calls are left.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from .repositories import HubError

WORDS = "You have been rate limited; rate limit for {} ({} per hour). You can retry this action in about 1 hour."
NAMES = {"commit": "repository commits", "pull request": "pull requests", "whoami": "/whoami-v2"}


@dataclass
class Actions:
    """How often each may still be done; one that is not named has no bound."""

    limits: dict[str, int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def count(self, action: str) -> None:
        """Count an action, or refuse it."""
        with self._lock:
            if self.done[action] >= self.limits.get(action, 10**9):
                self.refused[action] += 1
                raise refused(action, self.limits[action])
            self.done[action] += 1


def refused(action: str, limit: int = 128) -> HubError:
    return HubError(429, "", WORDS.format(NAMES[action], limit))
