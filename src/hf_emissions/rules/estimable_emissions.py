"""Rule: a card without a figure whose text suffices for an estimate."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..facts.facts import Facts
from ..terminal import one_line
from ..units import plain_decimal, round_significant, s_to_hours
from .missing_emissions import has_no_figure
from .rule import CardView, Rule, RuleMatch

if TYPE_CHECKING:
    from ..estimation.energy_methods import Tier

_HOURS = ("device_hours", "wall_hours", "hours", "train_runtime_s")
_WORDS = {
    "energy_kwh": "energy in kWh",
    "hardware": "hardware",
    "count": "count",
    "device_hours": "hours of all devices",
    "wall_hours": "hours",
    "hours": "hours",
    "train_runtime_s": "runtime in seconds",
    "parameters": "parameters",
    "tokens": "tokens",
    "total_flos": "operations",
    "region": "region",
    "country_iso3": "country",
}
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Basis:
    """Basis of an estimate: its tier, the names of the facts used, and the most useful missing one, in words."""

    tier: Tier
    facts: tuple[str, ...]
    missing: str | None


def basis(facts: Facts) -> Basis | None:
    """Basis of an estimate; None if the facts are insufficient, or include a figure."""
    if facts.reported_g is not None:
        return None
    place = _place(facts)
    if facts.energy_kwh is not None:
        return _basis("energy", facts, ("energy_kwh", *place), None if place else "the place")
    if len(facts.stages) > 1:
        return _of_stages(facts, place)
    hours = next((name for name in _HOURS if getattr(facts, name) is not None), None)
    if facts.hardware is not None and hours is not None:
        count = ("count",) if facts.count is not None else ()
        return _basis("hours", facts, ("hardware", *count, hours, *place), _missing_beside(facts, hours))
    operations = _operations(facts)
    if not operations:
        return None
    hardware = ("hardware",) if facts.hardware is not None else ()
    missing = "the hours" if hardware else "the hardware with its hours"
    return _basis("operations", facts, (*operations, *hardware, *place), missing)


def _of_stages(facts: Facts, place: tuple[str, ...]) -> Basis | None:
    """Basis of an estimate of a training in stages, each with a device and hours."""
    if not all(stage.hardware for stage in facts.stages):
        return None
    missing = (
        None if all(stage.count or stage.device_hours for stage in facts.stages) else "how many devices there were"
    )
    return _basis("hours", facts, ("trainings", *place), missing if place else "the place")


def _basis(
    kind: Literal["energy", "hours", "operations"], facts: Facts, names: tuple[str, ...], missing: str | None
) -> Basis:
    # Imported lazily: few cards get this far.
    from ..estimation.energy_methods import EnergyMethod, tier_of

    way = EnergyMethod(kind, (), 0.0, "")
    tier = tier_of(way, place_known=bool(_place(facts)), hardware_known=facts.hardware is not None)
    return Basis(tier, names, missing)


def _place(facts: Facts) -> tuple[str, ...]:
    """Names of the location facts; a region counts only with its provider or country."""
    country = ("country_iso3",) if facts.country_iso3 is not None else ()
    region = ("region",) if facts.region is not None and (facts.provider is not None or country) else ()
    return (*region, *country)


def _missing_beside(facts: Facts, hours: str) -> str | None:
    if not _place(facts):
        return "the place"
    if hours == "hours" and (facts.count or 2) > 1:
        return "whether the hours are by the clock or of all devices"
    return "how many devices there were" if facts.count is None and hours != "device_hours" else None


def _operations(facts: Facts) -> tuple[str, ...]:
    if facts.parameters is not None and facts.tokens is not None:
        return ("parameters", "tokens")
    return ("total_flos",) if facts.total_flos is not None else ()


def _look(card: CardView) -> Iterator[RuleMatch]:
    found = basis(card.facts_of_emissions) if has_no_figure(card) else None
    if found is None or card.parsed is None:
        return
    of_stages = "trainings" in found.facts
    spans = [training.places for training in card.facts.own_trainings] if of_stages else [card.facts.places]
    starts = [
        places[name].start for places in spans for name in (places if of_stages else found.facts) if name in places
    ]
    place = card.parsed.place(min(starts)) if starts else (1, 1)
    said = ", ".join(_words(card.facts, name) for name in found.facts)
    order = ", an order of magnitude" if found.tier == "F" else ""
    missing = f" ({found.missing} would narrow it)" if found.missing else ""
    options = _options_of_stages(card) if of_stages else _options(card.facts, found)
    command = " ".join(["hf-emissions estimate", *options, "--into", card.name])
    yield RuleMatch(place, f"{said}: enough for an estimate of tier {found.tier}{order}{missing}: {command}")


def _words(facts: Facts, name: str) -> str:
    if name == "trainings":
        return "stages " + " + ".join(one_line(training.words) for training in facts.own_trainings)
    return f"{_WORDS[name]} {_said(getattr(facts, name))}"


def _options_of_stages(card: CardView) -> Iterator[str]:
    yield f"--from-card {card.name}"
    if not _place(card.facts):
        yield "--country COUNTRY"


def _said(value: float | str) -> str:
    return one_line(value[:_SHOWN]) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return plain_decimal(round_significant(value, 4)) if value < 1e6 else f"{value:.4g}"


def _options(facts: Facts, found: Basis) -> Iterator[str]:
    """Options of the `estimate` command: known values, and capitalised placeholders for the missing ones."""
    yield from (f"{option} {shlex.quote(value)}" for option, value in _known(facts, found))
    if found.tier in "DEF":
        yield "--hours HOURS" if facts.hardware else "--hardware HARDWARE --hours HOURS"
    if not _place(facts):
        yield "--country COUNTRY"


def _known(facts: Facts, found: Basis) -> Iterator[tuple[str, str]]:
    if facts.energy_kwh is not None:
        yield "--energy", f"{_number(facts.energy_kwh)} kWh"
    if "hardware" in found.facts:
        yield "--hardware", facts.hardware or ""
    options = {"count": "--count", "device_hours": "--device-hours", "wall_hours": "--hours", "hours": "--hours"}
    options |= {"parameters": "--parameters", "tokens": "--tokens", "train_runtime_s": "--hours"}
    for name in found.facts:
        if name in options:
            value = getattr(facts, name)
            yield options[name], _number(s_to_hours(value) if name == "train_runtime_s" else value)
    yield from _where(facts)


def _where(facts: Facts) -> Iterator[tuple[str, str]]:
    for name in _place(facts):
        if name == "region":
            yield "--region", f"{facts.provider}:{facts.region}" if facts.provider else facts.region or ""
        elif facts.provider is None or facts.region is None:
            yield "--country", facts.country_iso3 or ""


RULE = Rule(
    id="estimable-emissions",
    severity="info",
    looks_for="A card without a figure that says energy, or hardware and hours, or parameters and tokens.",
    why="A labelled estimate is worth more than nothing, and the author knows the missing facts.",
    fails="---\nlicense: mit\n---\n# A model\n\nTrained on 8 x A100 SXM for 96 hours, in GCP europe-west4.\n",
    passes="---\nlicense: mit\n---\n# A model\n\nTrained on a GPU.\n",
    look=_look,
)
