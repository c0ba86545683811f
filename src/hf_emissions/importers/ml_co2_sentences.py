r"""Parse the sentences of ML CO2 Impact from LaTeX, Markdown and rewordings.

    Experiments were conducted using P in region R, which has a carbon efficiency of X kgCO$_2$eq/kWh. A cumulative of
    H hours of computation was performed on hardware of type T (TDP of WW).
    Total emissions are estimated to be E kgCO$_2$eq of which ...

Sentences may wrap within a paragraph, not across paragraphs. Numbers are returned as written, for `units` to parse or
reject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

# A number as people write it, with all thousands and decimal marks, so that none is truncated.
_NUMBER = r"(?<![\d.,])(?P<{}>\d{{1,15}}(?:[.,]\d{{1,15}}){{0,5}}(?: \d{{3}}){{0,4}}(?:e[+-]?\d{{1,3}})?)(?![\d.,]\d)"
_CO2 = r"(?:of )?CO ?2 ?-?(?:equivalents?|equiv|eq|e)?"
_MASS_UNIT = r"(?:kg|g|t|mg|lbs?|kilo(?:gram)?s?|grams?|(?:metric )?tons?|(?:metric )?tonnes?|pounds?)"
_ABOUT = r"(?:(?:about|around|approximately|approx\.?|roughly|nearly|almost|only|ca\.?|circa)\s+)?"
_TOTAL = re.compile(
    r"(?P<before>\b(?:total\b[\w\s]{0,40})?)(?:carbon\s+|CO2\s+)?emissions\b(?P<gap>[^.\n]{0,120}?)\b"
    r"(?:estimated\s+(?:to\s+be|at)|(?:to|would)\s+be|amount(?:ed|s)?\s+to|is|are|was|were|of)\s+"
    rf"{_ABOUT}{_NUMBER.format('amount')} ?(?P<unit>{_MASS_UNIT})(?: |-)?{_CO2}",
    re.IGNORECASE,
)
_EFFICIENCY = re.compile(
    rf"carbon\s+efficiency\s+of\s+{_ABOUT}{_NUMBER.format('kg')} ?kg ?{_CO2} ?(?:/|per) ?kWh", re.IGNORECASE
)
_HOURS = re.compile(rf"{_NUMBER.format('hours')}\s?(?:hours?|h)\s+of\s+computation", re.IGNORECASE)
_HARDWARE = re.compile(
    rf"hardware\s+of\s+type\s+(?P<name>[^()\n]{{1,80}}?)\s*\((?:TDP\s+of\s+)?{_NUMBER.format('watts')}\s?W\)",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"(?:conducted|performed|run)\s+using\s+(?P<provider>[A-Z][\w ]{1,60}?)\s+in\s+region\s+(?P<region>[\w-]{1,40})"
)
# LaTeX and Markdown markup within a sentence. No pattern consumes a line break.
_MARKS = (
    (re.compile(r"\\text(?:bf|it|subscript|sc|tt)\s?\{([^{}\n]{0,60})\}"), r"\1"),
    (re.compile(r"</?(?:sub|b|strong|em|i)>|[*$~]|\\,|\\;|\\sim|\\approx"), " "),
    (re.compile(r"\\([_%-])"), r"\1"),
    (re.compile(r"\u2082"), "2"),
    (re.compile(r"\u00a0|\u202f"), " "),
    (re.compile(r"(?<=CO)[ _{]{1,3}2[ }]{0,3}"), "2"),
    (re.compile(r"(?<=[\w])_(?=CO)"), ""),
    (re.compile(r"[ \t]{2,20}"), " "),
    (re.compile(r"^[ \t>]{1,20}|[ \t]{1,20}$", re.MULTILINE), ""),
)


# A line break within a paragraph.
_WRAP = re.compile(r"(?<!\n)\n(?!\n)")


@dataclass(frozen=True, slots=True)
class Report:
    """Values of one report, as written; None if missing. `line` is that of the total."""

    line: int
    total: str
    hours: str | None
    hardware: str | None
    watts: str | None
    kg_per_kwh: str | None
    provider: str | None
    region: str | None


def has_report(text: str) -> bool:
    """True if the text has the sentence with the total, and that with the hours or the intensity."""
    flat = _flat(_plain(text))
    return bool(_TOTAL.search(flat) and (_HOURS.search(flat) or _EFFICIENCY.search(flat)))


def reports(text: str) -> Iterator[Report]:
    """Reports in a text: one per sentence with hours, each with its own total."""
    plain = _plain(text)
    flat = _flat(plain)
    totals = list(_TOTAL.finditer(flat))
    begins = [found.start() for found in _HOURS.finditer(flat)]
    groups = [list(group) for _, group in groupby(totals, lambda total: sum(at < total.start() for at in begins))]
    if len(groups) > max(len(begins), 1):
        # A total before the first hours is of something else, such as the base model.
        groups = groups[1:]
    at = 0
    for number, group in enumerate(groups, 1):
        own = _own(group)
        end = group[-1].end() if number < len(groups) else len(flat)
        yield _report(flat[at:end], own, plain.count("\n", 0, own.start()) + 1)
        at = group[-1].end()


def _plain(text: str) -> str:
    """Remove the markup, line by line."""
    # Twice, since markup may be nested.
    for pattern, words in _MARKS * 2:
        text = pattern.sub(words, text)
    return text


def _flat(plain: str) -> str:
    """Join the lines of each paragraph, keeping all offsets."""
    return _WRAP.sub(" ", plain)


def _own(totals: Sequence[re.Match[str]]) -> re.Match[str]:
    """Of several totals the calculator's own sentence, else the first that is called a total, else the first."""
    return max(
        totals, key=lambda total: (bool(total["before"]) and not total["gap"].strip(" are"), bool(total["before"]))
    )


def _report(part: str, total: re.Match[str], line: int) -> Report:
    hours, hardware, efficiency, where = (pattern.search(part) for pattern in (_HOURS, _HARDWARE, _EFFICIENCY, _WHERE))
    return Report(
        line=line,
        total=f"{total['amount']} {total['unit']}",
        hours=hours["hours"] if hours else None,
        hardware=hardware["name"].strip() if hardware else None,
        watts=hardware["watts"] if hardware else None,
        kg_per_kwh=efficiency["kg"] if efficiency else None,
        provider=where["provider"].strip() if where else None,
        region=where["region"] if where else None,
    )
