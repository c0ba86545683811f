"""Texts of commits and pull requests on the Hub, and rules for proposals to other owners."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .. import units
from ..card.block import KEY, known_fields
from ..card.front_matter import find_front_matter
from ..card.parsed import parse_card
from ..card.patch import OUR_ESTIMATE, read_card
from ..card.placeholders import count_hidden
from ..card.section import find_section
from ..errors import CardError
from ..estimation.explanation import is_section_of_estimate
from ..hub.proposals import TITLE
from ..record import EmissionsRecord
from ..template import render_markdown

# Sources of estimates: ours, a calculator's, or labelled as such.
_ESTIMATE = re.compile(
    rf"{re.escape(OUR_ESTIMATE)}|\bestimat|\bguess|\bapproximat"
    r"|green[- ]algorithms|ml ?co2|machine ?learning.{0,20}impact|lacoste",
    re.IGNORECASE,
)
_BLOCK = "the `co2_eq_emissions` block of the model card"
_NAMES = {
    "source": "source",
    "training_type": "training",
    "geographical_location": "place",
    "hardware_used": "hardware",
    "energy_consumed": "electricity in kWh",
    "hours_used": "hours",
}


def describe(model: str, before: str, after: str, evidence: Sequence[str] = (), *, proposal: bool) -> tuple[str, str]:
    """Title and description of a commit or pull request.

    Args:
        evidence: reasons for a fix, a sentence each.
    """
    from markupsafe import Markup

    new = _record(after)
    values = {
        # Only our own words and numbers, so nothing needs escaping.
        "what": Markup(" ".join(_what(before, after))),  # noqa: S704
        "facts": _facts(new),
        "evidence": [words for one in evidence if (words := _without_advice(one))],
        "model": model,
        "proposal": proposal,
    }
    title = f"Training emissions: {_grams(new)} CO2eq" if new else "Take out the training emissions"
    return TITLE if proposal else title, render_markdown("proposal.md.jinja", values).strip() + "\n"


def _what(before: str, after: str) -> Iterator[str]:
    yield from _what_of_block(before, after)
    old, new = _section(before), _section(after)
    if new and new != old:
        verb = "Brings up to date" if old else "Writes"
        hides = count_hidden(after) > count_hidden(before)
        where = ", in place of the lines of the template that nobody has filled in" if hides else ""
        yield f'{verb} the section "Environmental Impact" of the card{where}.'


def _what_of_block(before: str, after: str) -> Iterator[str]:
    new, there = _record(after), _has_block(before)
    if new is not None and there:
        yield from _what_of_fields(_record(before), new, written_anew=_front(before) != _front(after))
    elif new is not None:
        yield f"Writes the training emissions of this model, {_grams(new)} CO2eq, into {_BLOCK}."
    elif there:
        yield "Takes the training emissions out of the model card."


def _what_of_fields(old: EmissionsRecord | None, new: EmissionsRecord, *, written_anew: bool) -> Iterator[str]:
    if old is None:
        yield f"Mends {_BLOCK}, so that its figure, {_grams(new)} CO2eq, can be read."
    elif old.emissions_g != new.emissions_g:
        yield f"Changes the training emissions in {_BLOCK} from {_grams(old)} to {_grams(new)} CO2eq."
    elif old != new:
        yield f"Completes {_BLOCK}: {', '.join(_changed(old, new)) or 'details'}. Its figure stays {_grams(new)} CO2eq."
    elif written_anew:
        yield f"Mends how {_BLOCK} is written. Its figure is {_grams(new)} CO2eq."


def _changed(old: EmissionsRecord, new: EmissionsRecord) -> list[str]:
    """Names of new or changed fields."""
    known, now = known_fields(old), known_fields(new)
    return [words for key, words in _NAMES.items() if known.get(key) != now.get(key)]


def _without_advice(words: str) -> str:
    """Strip advice to run hf-emissions from a finding: the pull request does that."""
    return "; ".join(part for part in words.split("; ") if "hf-emissions " not in part)


def _has_block(text: str) -> bool:
    try:
        return parse_card(text).block is not None
    except CardError:
        return KEY in text


def _front(text: str) -> str:
    try:
        found = find_front_matter(text)
    except CardError:
        return ""
    return text[: found.body] if found else ""


def why_not_proposed(before: str, after: str, *, evidence: bool = False) -> str | None:
    """Reason not to propose a change to another owner; None if allowed.

    Args:
        evidence: whether findings support the change, as for a fix.
    """
    old, new = _record(before), _record(after)
    section = _section(after)
    has_new_estimate = is_section_of_estimate(section) and section != _section(before)
    if has_new_estimate or (new and _ESTIMATE.search(new.source or "") and new != old):
        return "an estimate is never proposed to others; a recorded or imported figure is"
    if new is None and old is None:
        return "there is no figure in this change to propose; where the place is not known, give it first"
    if new is None:
        return "taking the figure out of somebody else's card is theirs to do; write to them"
    if new != old and not evidence and not new.source:
        return "a figure without its source cannot be checked by others; say how it came about with --source"
    return None


def _section(text: str) -> str:
    span = find_section(text)
    return text[slice(*span)] if span else ""


def _record(text: str) -> EmissionsRecord | None:
    try:
        return read_card(text)
    except CardError:
        # The change may be fixing this block.
        return None


def _grams(record: EmissionsRecord | None) -> str:
    return "" if record is None or record.emissions_g is None else units.format_mass(record.emissions_g)


def _facts(record: EmissionsRecord | None) -> list[tuple[str, str]]:
    fields = known_fields(record) if record else {}
    return [(words, _said(fields[key])) for key, words in _NAMES.items() if key in fields]


def _said(value: str | bool | float) -> str:
    return value if isinstance(value, str) else units.plain_decimal(value)
