"""Calls of the Hub's client within bounds of our own.

The client waits by itself for as long as a server asks, and reads for as long as one sends. Within `bounded` it does
neither: an answer that is a refusal for now is raised at once, so that `Patience` decides, and no answer takes longer
than its bound. Other users of the client's session in the same process are left alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from .waiting import is_passing_status

# Without one, a server that says nothing would hold us for ever.
TIMEOUT_S = 30.0
# A whole answer, be it sent a byte at a time: a card of 64 MB over 5 Mbit/s.
LONGEST_ANSWER_S = 120.0


@dataclass(frozen=True, slots=True)
class _Bounds:
    longest_s: float
    at_once: bool


_bounds: ContextVar[_Bounds | None] = ContextVar("bounds", default=None)


@contextmanager
def bounded(*, at_once: bool = True) -> Iterator[None]:
    """Within it, no answer takes longer than its bound.

    Args:
        at_once: raise what is a refusal for now before the client can wait and ask again by itself; it then has no
            history of redirects.
    """
    _hook_in()
    token = _bounds.set(_Bounds(LONGEST_ANSWER_S, at_once))
    try:
        yield
    finally:
        _bounds.reset(token)


def _hook_in() -> None:
    """Put our hooks into the client's session, which is made anew now and then."""
    from huggingface_hub.utils import get_session

    session = get_session()
    hooks = session.event_hooks
    if _bound_request not in hooks["request"]:
        session.event_hooks = {
            "request": [*hooks["request"], _bound_request],
            "response": [*hooks["response"], _bound_response],
        }


def _bound_request(request: Any) -> None:
    if _bounds.get() is None:
        return
    timeouts = request.extensions.get("timeout") or {}
    names = ("connect", "read", "write", "pool")
    request.extensions["timeout"] = {name: timeouts.get(name) or TIMEOUT_S for name in names}


def _bound_response(response: Any) -> None:
    bounds = _bounds.get()
    if bounds is None:
        return
    response.stream = _timed(response.stream, bounds.longest_s)
    if bounds.at_once and is_passing_status(response.status_code):
        from huggingface_hub.utils import hf_raise_for_status

        response.read()
        hf_raise_for_status(response)


def _timed(stream: Any, bound_s: float) -> Any:
    """The stream of an answer, that ends with an error after so many seconds."""
    from huggingface_hub.utils import httpx

    class Timed(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            end = time.monotonic() + bound_s
            for chunk in stream:
                if time.monotonic() > end:
                    raise httpx.ReadTimeout(f"the answer took more than {bound_s:g} s")
                yield chunk

        def close(self) -> None:
            stream.close()

    return Timed()
