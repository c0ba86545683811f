"""Progress of long work: a live line on a terminal, periodic plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import click

from .. import units
from .output import Output

_EVERY_S = 10.0
_ON_A_TERMINAL_S = 0.2


@dataclass(slots=True)
class Progress:
    """Models done, rate, and remaining time if the total is known."""

    out: Output
    total: int | None = None
    more: Callable[[], str] = lambda: ""
    _start_s: float = field(default_factory=time.monotonic)
    _told_s: float = field(default_factory=time.monotonic)
    _live: bool = field(default_factory=lambda: bool(sys.stderr and sys.stderr.isatty()))
    _shown: bool = False

    def begin(self, total: int | None) -> None:
        """Set the total number of models and start the clock."""
        self.total, self._start_s = total, time.monotonic()

    def tell(self, done: int, before: int) -> None:
        """Print progress, rate-limited.

        Args:
            done: models done in total.
            before: of those, models done before this run.
        """
        now_s = time.monotonic()
        if self.out.format != "human" or now_s - self._told_s < (_ON_A_TERMINAL_S if self._live else _EVERY_S):
            return
        self._told_s, self._shown = now_s, True
        line = self._line(done, (done - before) / max(now_s - self._start_s, 1e-3))
        more = self.more()
        line += f"; {more}" if more else ""
        click.echo(f"\r\x1b[K{line}" if self._live else line, err=True, nl=not self._live)

    def end(self) -> None:
        """Clear the live line."""
        if self._live and self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)

    def _line(self, done: int, rate: float) -> str:
        if self.total is None:
            return f"{done} models, {rate:.0f} a second"
        left = units.format_duration(max(self.total - done, 0) / max(rate, 1e-3))
        return f"{done} of {self.total} models, {rate:.0f} a second, {left} left"
