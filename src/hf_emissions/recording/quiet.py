"""What CodeCarbon says while it works for us: off the screen, and its warnings at hand."""

from __future__ import annotations

import logging
import threading

from ..terminal import one_line

_MOST = 100  # messages that are kept of a meter
_OURS = "hf-emissions"  # how the names of our threads begin


class CapturedMessages:
    """What CodeCarbon has said to one meter, between `join` and `leave`."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.last: str | None = None  # in full, for the console alone

    def join(self) -> None:
        """Begin to listen."""
        silence()
        _screen.listeners.append(self)

    def leave(self) -> None:
        """Listen no more."""
        if self in _screen.listeners:
            _screen.listeners.remove(self)

    def hear(self, record: logging.LogRecord) -> None:
        """Take note of a warning, without the text of an exception; the ledger takes names and paths out of it."""
        if record.levelno < logging.WARNING or len(self.warnings) >= _MOST:
            return
        message, error = record.getMessage(), record.exc_info[1] if record.exc_info else None
        self.last = words(error) if error is not None else message
        kept = type(error).__name__ if error is not None else one_line(message.strip())
        if kept not in self.warnings:
            self.warnings.append(kept)


def words(error: BaseException) -> str:
    """An exception in one line, for the console."""
    return one_line(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def silence() -> None:
    """Keep what CodeCarbon says on our threads off the screen, from now on."""
    logging.getLogger("codecarbon").addFilter(_screen)


class _Screen(logging.Filter):
    """Lets through what somebody else's tracker says.

    CodeCarbon detects hardware on threads of its own, so that only the main thread, where no meter of ours runs, is
    sure to be somebody else's.
    """

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[CapturedMessages] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a message may go to the screen."""
        if record.thread == threading.main_thread().ident:
            return True
        ours = str(record.threadName).startswith(_OURS)
        # What the look-up of the place says is of no meter.
        listeners = () if str(record.threadName).startswith(f"{_OURS}-place") else tuple(self.listeners)
        for listener in listeners:
            listener.hear(record)
        return not (ours or listeners)


_screen = _Screen()
