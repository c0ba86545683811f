"""Describe an audit's Hub calls, their estimated duration, and faster alternatives."""

from __future__ import annotations

from collections.abc import Sequence

from .. import units
from ..audit.sources.hub import Plan
from ..hub.crawl import PAGE, Query
from ..hub.quotas import Quotas

# Fallback until the Hub reports its limits: calls per five minutes for file downloads and the API
# (hub-docs, docs/hub/rate-limits.md).
_FREE = {"resolvers": 5000, "api": 1000}
_ANONYMOUS = {"resolvers": 3000, "api": 500}
_WINDOW_S = 300.0


def first_words(names: Sequence[str] | None, query: Query) -> str:
    """Describe the calls made before the models are known."""
    if names is not None:
        return f"the Hub is asked for {len(names)} models, with a call each{_time(len(names), Quotas(), 'api')}"
    pages = "" if query.limit is None or query.min_downloads else f", {-(-query.limit // PAGE)} at most"
    return f"the Hub is asked for its listing, with a call for {PAGE} models{pages}"


def planned_words(plan: Plan, quotas: Quotas) -> str:
    """Describe the remaining work once the models are known."""
    done = f", {plan.done} of them done before" if plan.done else ""
    if not plan.bodies:
        read = "still to be read" if plan.done else "read"
        return f"{plan.models} models{done}, none of whose cards is {read} beyond its front matter"
    are = "are still to be read" if plan.done else "are read"
    said = f"{plan.models} models{done}, {plan.bodies} of whose cards {are} with a call each"
    return f"{said}{_time(plan.bodies, quotas, 'resolvers')}"


def _time(count: int, quotas: Quotas, kind: str) -> str:
    """Estimate the duration of `count` calls."""
    window = quotas.windows.get(kind)
    if window is not None and window.limit:
        calls, window_s, whom = window.limit, window.window_s, ""
    elif _has_token():
        calls, window_s, whom = _FREE[kind], _WINDOW_S, " a free account"
    else:
        calls, window_s, whom = _ANONYMOUS[kind], _WINDOW_S, " anyone without a token"
    period = units.format_duration(window_s)
    if count <= calls:
        return f": within the {calls} that the Hub allows{whom} in {period}"
    return (
        f": about {units.format_duration(count / calls * window_s)} at the {calls} calls in {period}"
        f" that{whom or ' you'} may make; a dump of cards (--dump) needs none of them"
        f"{', and --max-bodies sets a bound' if kind == 'resolvers' else ''}"
    )


def _has_token() -> bool:
    from huggingface_hub import get_token

    return bool(get_token())
