"""The Hub's client as a library: what it says beside its results comes as lines of our own, or not at all."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .words import said_safely

_NAME = "huggingface_hub"
_lock = threading.Lock()


class _Lines(logging.Handler):
    """Says what is logged as one line each, once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.say: Callable[[str], None] = lambda _: None
        self.told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.tell(record.getMessage())

    def tell(self, text: str) -> None:
        line = f"the Hub's client says: {said_safely(text)}"
        if line not in self.told:
            self.told.add(line)
            self.say(line)


_lines = _Lines()


@contextmanager
def listened(say: Callable[[str], None]) -> Iterator[None]:
    """Within it, and for its logger from now on, what the client has to say is said by `say`.

    Its first call looks for a token and, on its first import, at its settings: both may warn.
    """
    _lines.say = say
    root, own = logging.getLogger(), logging.getLogger(_NAME)
    with _lock, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # Before its own logger is there, it warns by the one of everybody.
        root.addHandler(_lines)
        try:
            yield
        finally:
            root.removeHandler(_lines)
            own.handlers, own.propagate = [_lines], False
            own.setLevel(logging.WARNING)
            for one in caught:
                if _NAME in (one.filename or ""):
                    _lines.tell(str(one.message))
