"""Headers of `huggingface_hub` with the token, and its warnings and log messages as lines of our own."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import UnknownTokenError
from .redact import redacted, register_token

_NAME = "huggingface_hub"
# Characters allowed in a header.
_IN_A_TOKEN = re.compile(r"[!-~]+")
_lock = threading.Lock()


class _Lines(logging.Handler):
    """Log handler that passes on each distinct message once, as one line."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.say: Callable[[str], None] = lambda _: None
        self.told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.tell(record.getMessage())

    def tell(self, text: str) -> None:
        line = f"the Hub's client says: {redacted(text)}"
        if line not in self.told:
            self.told.add(line)
            self.say(line)


_lines = _Lines()


@contextmanager
def _listened(say: Callable[[str], None]) -> Iterator[None]:
    """Pass the client's messages to `say`: warnings within the context, log records from now on."""
    _lines.say = say
    root, own = logging.getLogger(), logging.getLogger(_NAME)
    with _lock, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # Before its own logger exists, it warns through the root logger.
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


def request_headers(token: str | None, say: Callable[[str], None]) -> dict[str, str]:
    """Headers of the client, with its own token unless another is given; its messages go to `say`."""
    if _lines.say is say:
        return _built_headers(token)
    # The first call looks for a token and, on first import, at the settings: both may warn.
    with _listened(say):
        return _built_headers(token)


def _built_headers(token: str | None) -> dict[str, str]:
    from huggingface_hub.utils import build_hf_headers

    headers = build_hf_headers(token=token, library_name="hf-emissions")
    used = headers.get("authorization", "").removeprefix("Bearer ")
    register_token(used)
    if used and not _IN_A_TOKEN.fullmatch(used):
        # Sending it would raise an error that shows it.
        raise UnknownTokenError("the token holds a character that no token has; look at HF_TOKEN, or log in anew")
    return headers
