"""Time spans of runs, and their combined duration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .tracked import Tracked

# Tolerance for consecutive runs of one script: times are whole seconds.
_TOGETHER = timedelta(seconds=2.0)


def moment(time_s: float) -> str | None:
    """ISO 8601 text of a Unix time; None if out of range."""
    try:
        return datetime.fromtimestamp(time_s, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Span:
    """Start and end of a run, and the seconds of it that were tracked."""

    start: datetime
    end: datetime
    duration_s: float


def ran_at_once(runs: Sequence[Tracked]) -> bool:
    """True if any two runs overlap, as far as their times are known."""
    spans = _spans(runs)
    return any(later.start < latest - _TOGETHER for later, latest in zip(spans[1:], _latest(spans), strict=False))


def begins(run: Tracked) -> datetime | None:
    """Start of a run; None if unknown."""
    span = _span(run)
    return None if span is None else span.start


def is_beside(first: Tracked, later: Tracked) -> bool:
    """True if the first run was still going on when the later one began."""
    one, two = _span(first), _span(later)
    return one is not None and two is not None and two.start < one.end - _TOGETHER


def together_s(runs: Sequence[Tracked]) -> float | None:
    """Combined duration of the runs, overlaps counted once; None if a duration is unknown.

    If a start is unknown, the runs are assumed to be consecutive.
    """
    durations = [run.duration_s for run in runs if run.duration_s is not None]
    if len(durations) < len(runs):
        return None
    spans = _spans(runs)
    if len(spans) < len(runs):
        return sum(durations)
    return min(sum(durations), _covered_s(spans))


def _covered_s(spans: Sequence[Span]) -> float:
    """Seconds covered by the spans."""
    covered_s, latest = 0.0, spans[0].start
    for span in spans:
        if span.start < latest - _TOGETHER:
            covered_s += max((span.end - latest).total_seconds(), 0.0)
        else:
            covered_s += max((span.end - span.start).total_seconds(), span.duration_s)
        latest = max(latest, span.end)
    return covered_s


def _spans(runs: Sequence[Tracked]) -> list[Span]:
    found = [span for span in map(_span, runs) if span is not None]
    return sorted(found, key=lambda span: span.start)


def _latest(spans: Sequence[Span]) -> list[datetime]:
    """Running maximum of the ends."""
    ends: list[datetime] = []
    for span in spans:
        ends.append(max(span.end, ends[-1]) if ends else span.end)
    return ends


def _span(run: Tracked) -> Span | None:
    try:
        start = _time(run.started)
        duration_s = run.duration_s or 0.0
        return Span(start, _time(run.ended) if run.ended else start + timedelta(seconds=duration_s), duration_s)
    except (ValueError, OverflowError):
        return None


def _time(text: str | None) -> datetime:
    # A time without a zone is that of some machine; nodes of one cluster share it.
    time = datetime.fromisoformat(text or "")
    return time if time.tzinfo else time.replace(tzinfo=UTC)
