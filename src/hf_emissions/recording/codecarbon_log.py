"""Capture CodeCarbon's log messages while it works for us: off the screen, warnings kept."""

from __future__ import annotations

import logging
import threading

from ..terminal import one_line

_MOST = 100  # messages kept per meter
_OURS = "hf-emissions"  # name prefix of our threads


class CapturedMessages:
    """CodeCarbon's messages for one meter, between `join` and `leave`."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.last: str | None = None  # in full, for the console only

    def join(self) -> None:
        silence()
        _screen.listeners.append(self)

    def leave(self) -> None:
        if self in _screen.listeners:
            _screen.listeners.remove(self)

    def capture(self, record: logging.LogRecord) -> None:
        """Keep a warning, without the text of an exception; the ledger masks names and paths."""
        if record.levelno < logging.WARNING or len(self.warnings) >= _MOST:
            return
        message, error = record.getMessage(), record.exc_info[1] if record.exc_info else None
        self.last = words(error) if error is not None else message
        kept = type(error).__name__ if error is not None else one_line(message.strip())
        if kept not in self.warnings:
            self.warnings.append(kept)


def words(error: BaseException) -> str:
    """Format an exception as one line, for the console."""
    return one_line(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def silence() -> None:
    """Keep CodeCarbon's messages on our threads off the screen from now on."""
    logging.getLogger("codecarbon").addFilter(_screen)


class _Screen(logging.Filter):
    """Passes only messages of other trackers.

    CodeCarbon detects hardware on its own threads, so only the main thread, where our meters never run, surely belongs
    to another tracker.
    """

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[CapturedMessages] = []

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread == threading.main_thread().ident:
            return True
        ours = str(record.threadName).startswith(_OURS)
        # Messages of the place look-up belong to no meter.
        listeners = () if str(record.threadName).startswith(f"{_OURS}-place") else tuple(self.listeners)
        for listener in listeners:
            listener.capture(record)
        return not (ours or listeners)


_screen = _Screen()
