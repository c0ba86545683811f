"""What a commit or a pull request on the Hub says, and what is not proposed to strangers."""

from __future__ import annotations

from collections.abc import Sequence

from .. import units
from ..card.block import known_fields
from ..card.patch import OUR_ESTIMATE, read_card
from ..card.section import find_section
from ..errors import CardError
from ..estimation.words import is_section_of_estimate
from ..hub.edit import TITLE
from ..record import EmissionsRecord
from ..template import render_markdown

_NAMES = {
    "source": "source",
    "training_type": "training",
    "geographical_location": "place",
    "hardware_used": "hardware",
    "energy_consumed": "electricity in kWh",
    "hours_used": "hours",
}


def describe(model: str, before: str, after: str, evidence: Sequence[str] = (), *, proposal: bool) -> tuple[str, str]:
    """The title and the description of a commit, or of a pull request.

    Args:
        evidence: why a figure is repaired, a sentence each.
    """
    old, new = _record(before), _record(after)
    values = {
        "removed": new is None,
        "before": _grams(old),
        "after": _grams(new),
        "facts": _facts(new),
        "evidence": list(evidence),
        "model": model,
        "proposal": proposal,
    }
    title = f"Training emissions: {_grams(new)} CO2eq" if new else "Take out the training emissions"
    return TITLE if proposal else title, render_markdown("proposal.md.jinja", values).strip() + "\n"


def why_not_proposed(before: str, after: str, *, evidence: bool = False) -> str | None:
    """Why a change is not proposed to the owner of a card who is somebody else; None where it may be.

    Args:
        evidence: whether findings speak for the change, as those of a repair do.
    """
    old, new = _record(before), _record(after)
    if _has_new_estimate(before, after) or (new and _says_estimate(new.source or "") and new != old):
        return "an estimate is never proposed to others; a recorded or imported figure is"
    if new is None and old is None:
        return "there is no figure in this change to propose; where the place is not known, give it first"
    if new is None:
        return "taking the figure out of somebody else's card is theirs to do; write to them"
    if new != old and not evidence and not new.source:
        return "a figure without its source cannot be checked by others; say how it came about with --source"
    return None


def _has_new_estimate(before: str, after: str) -> bool:
    return _is_estimate(after) and not _is_estimate(before)


def _says_estimate(source: str) -> bool:
    """Whether a source is an estimate's: ours, or that of a calculator which was imported."""
    return source.startswith(OUR_ESTIMATE) or "(estimate" in source


def _is_estimate(text: str) -> bool:
    found = find_section(text)
    return found is not None and is_section_of_estimate(text[slice(*found)])


def _record(text: str) -> EmissionsRecord | None:
    try:
        return read_card(text)
    except CardError:
        # A block that is being repaired.
        return None


def _grams(record: EmissionsRecord | None) -> str:
    return "" if record is None or record.emissions_g is None else units.format_mass(record.emissions_g)


def _facts(record: EmissionsRecord | None) -> list[tuple[str, str]]:
    fields = known_fields(record) if record else {}
    return [(words, _said(fields[key])) for key, words in _NAMES.items() if key in fields]


def _said(value: str | bool | float) -> str:
    return value if isinstance(value, str) else units.plain_decimal(value)
