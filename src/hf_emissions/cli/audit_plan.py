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
        return f"looking up {len(names)} models on the Hub, one call each{_time(len(names), Quotas(), 'api')}"
    pages = "" if query.limit is None or query.min_downloads else f", {-(-query.limit // PAGE)} at most"
    return f"listing models on the Hub, one call per {PAGE} models{pages}"


def planned_words(plan: Plan, quotas: Quotas) -> str:
    """Describe the remaining work once the models are known."""
    models = f"{plan.models} models{f', {plan.done} already done' if plan.done else ''}"
    if not plan.bodies:
        return f"{models}; no whole card {'left ' if plan.done else ''}to download"
    return f"{models}; {plan.bodies} whole cards to download, one call each{_time(plan.bodies, quotas, 'resolvers')}"


def _time(count: int, quotas: Quotas, kind: str) -> str:
    """Estimate the duration of `count` calls."""
    window = quotas.windows.get(kind)
    if window is not None and window.limit:
        calls, window_s, whom = window.limit, window.window_s, ""
    elif _has_token():
        calls, window_s, whom = _FREE[kind], _WINDOW_S, " with a free account"
    else:
        calls, window_s, whom = _ANONYMOUS[kind], _WINDOW_S, " without a token"
    limit = f"the limit of {calls} calls in {units.format_duration(window_s)}{whom}"
    if count <= calls:
        return f": within {limit}"
    faster = f"; a dump of cards (--dump) needs no calls{', --max-bodies limits them' if kind == 'resolvers' else ''}"
    return f": about {units.format_duration(count / calls * window_s)} at {limit}{faster}"


def _has_token() -> bool:
    from huggingface_hub import get_token

    return bool(get_token())
