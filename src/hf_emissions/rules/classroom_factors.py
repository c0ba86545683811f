"""Rule: a classroom exercise, computed from the rounded factors of a course."""

from __future__ import annotations

import re
from itertools import islice, product

from ..units import emissions_g, hours_to_s, plain_decimal, power_to_kwh, round_significant
from .body_figures import Figure, about_figure
from .plausible import least_device_hours, named_device
from .rule import CardView, Rule

# Names of exercises on the Hub, and the g/kWh that they hand out, by region. Google's own figures for 2024 differ:
# europe-north1 has 39, not 120.
_NAMES = re.compile(r"(?<![a-z0-9])(?:green-ai-carbon-audit|tds-carbon-card|ga8)(?![a-z0-9])")
_REGIONS = {"europe-north1": 120.0, "europe-west4": 200.0, "us-central1": 350.0, "asia-south1": 650.0}
_FACTORS = (120.0, 200.0, 350.0, 480.0, 650.0)
# Exercise names are in the title or the tags.
_HEAD = 3000
_PUE = re.compile(r"\bpue\b[^\d\n]{0,30}(?P<pue>[12]\.\d{1,3})")
_TDP = re.compile(r"\btdp\b[^\d\n]{0,30}(?P<tdp>\d{2,4}) ?w|(?P<before>\d{2,4}) ?w(?:atts?)? tdp\b")
_DIGITS = 4
# A card with more powers or PUEs is no exercise; this also limits the combinations tried.
_MOST = 5


def _message(card: CardView, figure: Figure) -> str | None:
    why = _by_name(card) or _by_arithmetic(card, figure.grams)
    if why is None:
        return None
    return f"this looks like an exercise: {why}; it is left out of statistics, and nothing is wrong with the card"


def _by_name(card: CardView) -> str | None:
    found = _NAMES.search(f"{card.name}\n{card.text[:_HEAD]}".lower())
    return f'it is named "{found[0]}"' if found else None


def _by_arithmetic(card: CardView, grams: float) -> str | None:
    hours = least_device_hours(card.facts)
    if hours is None:
        return None
    low = card.text.lower()
    for watts, pue, factor in product(_watts(card, low), _pues(low), _factors(low)):
        worked_out = emissions_g(power_to_kwh(watts, hours_to_s(hours)) * pue, factor)
        if worked_out and round_significant(worked_out, _DIGITS) == round_significant(grams, _DIGITS):
            times = f" x {pue:g}" if pue != 1 else ""
            arithmetic = f"{plain_decimal(watts)} W x {hours:.6g} h{times} x {factor:g} g/kWh = {worked_out:.6g} g"
            return f"{arithmetic}, to {_DIGITS} digits, with a factor that courses hand out"
    return None


def _factors(low: str) -> tuple[float, ...]:
    """Factors of the regions that the card names; all factors if it names none."""
    return tuple(factor for region, factor in _REGIONS.items() if region in low) or _FACTORS


def _watts(card: CardView, low: str) -> set[float]:
    """Candidate rated powers in W: those stated, and that of the likeliest variant of the named device."""
    stated = {float(found["tdp"] or found["before"]) for found in islice(_TDP.finditer(low), _MOST)}
    named = named_device(card.facts)
    return stated | {named.power_w} if named and named.power_w else stated


def _pues(low: str) -> set[float]:
    """PUEs stated in the card; 1 if there is none."""
    return {float(found["pue"]) for found in islice(_PUE.finditer(low), _MOST)} or {1.0}


RULE = Rule(
    id="classroom-factors",
    severity="info",
    looks_for="The name of a known exercise, or a figure that rated power, count, hours, PUE and a round factor (120, "
    "200, 350, 480 or 650 g/kWh) give to four digits.",
    why="Courses let students fill in a card with made-up runs. Nothing is wrong with that, but such "
    "figures are no observations, and statistics leave them out.",
    fails="---\nco2_eq_emissions:\n  emissions: 107520\n---\n# A model\n\n"
    "Trained on 8 x A100 SXM for 96 hours, in europe-west4, PUE 1.75.\n",
    passes="---\nco2_eq_emissions:\n  emissions: 98213\n---\n# A model\n\n"
    "Trained on 8 x A100 SXM for 96 hours, in europe-west4, PUE 1.75.\n",
    look=about_figure(_message),
    of="block",
)
