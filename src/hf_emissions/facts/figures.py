"""Printed figures of emissions and energy: `0.15 KgCO2`, `580.61 kgCO2eq`, `Energy: 0.32 kWh`, `(in grams): 3.5`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import units
from ..errors import UnitError
from .found import Found
from .keywords import FIGURES
from .numbers import SCALE, number
from .page import Page
from .pairs import Pair, labels
from .sentence import Sentence, sentences

_CO2 = r"(?:co ?(?:<sub>)?\$?_?\{?[2₂]\}?\$?(?:</sub>)?[ -]{0,2}(?:-? ?e(?:q(?:uiv(?:alents?|\.)?)?)?\.?)?(?![a-z]{4}))"
_MASS = (
    r"(?:kilograms?|kilogrammes?|kilos?|kgs?|metric tons?|metric tonnes?|tonnes?|tons?|grams?"
    r"|grammes?|mg|lbs?|pounds?|t|g)"
)
_AMOUNT = rf"(?P<amount>\d{{1,12}}(?:,\d{{3}}){{0,4}}(?:[.,]\d{{1,18}})?(?:e[+-]?\d{{1,3}})?)(?: ?(?P<scale>{SCALE}))?"
_FIGURE = re.compile(
    rf"(?<![\w.,/-])~?{_AMOUNT} {{0,3}}\(?(?P<unit>{_MASS})(?P<co2>(?: of)?[ -]{{0,3}}\(?{_CO2})?(?![a-z])"
)
_ENERGY = re.compile(
    rf"(?<![\w.,/-])~?{_AMOUNT} {{0,3}}\(?(?P<unit>[kmg]?wh|kilowatt[ -]?hours?|megawatt[ -]?hours?|kj|mj)\b",
    re.IGNORECASE,
)
_RATE = re.compile(r"[ )]{0,2}(?:eq)?[ )]{0,2}(?:/|per\b|a day|offset|\\?/)")
_ABOUT = re.compile(
    r"^(?:[~≈<> ]|(?:estimated|approximately|approx\.?|about|around|roughly|circa|ca\.|at|total of)\b){1,6}",
    re.IGNORECASE,
)
_CARBON = re.compile(r"emission|emitted|emits?\b|carbon|co2|co₂|footprint|co\$_|co<sub>|co_2")
_NOT_OURS = re.compile(
    r"per (?:query|request|inference|image|token|day|year|hour|km|mile|person|capita)|inference"
    r"|sav(?:ed|ing)|avoid|reduc|world|average|car\b|driv|flight"
    r"|human|american|equivalent (?:to|of)|carbon (?:intensity|efficiency)|offset by|compar"
    r"|prior work|other models|base model|et al|each (?:query|request|image|inference)"
)
_NOT_OURS_BEHIND = re.compile(
    r"[^.;]{0,24}?\b(?:(?:at|during|for|of) inference|(?:per|an?|each) (?:day|year|query|request))\b"
)
_PER_WORDS = {
    "t": "t",
    "tons": "t",
    "ton": "t",
    "metric ton": "t",
    "metric tons": "t",
    "metric tonne": "t",
    "metric tonnes": "t",
}

_LABELS = labels(
    "emissions, emission, co2 emissions, co2 emission, carbon emitted, carbon emission, carbon emissions, co2 "
    "emitted, carbon footprint, co2eq emissions, co2 eq emissions, co2e, co2, co2eq, co2 equivalent, total emissions, "
    "total carbon emissions, total co2 emissions, estimated emissions, emissions estimate, estimated carbon "
    "emissions, estimated co2 emissions, training emissions, greenhouse gas emissions, ghg emissions, total carbon "
    "emitted, carbon emitted during training, total carbon footprint, estimated carbon footprint, training carbon "
    "footprint, carbon, emissions co2eq, co2-eq, co₂ emissions, co₂eq, training co2 emissions, estimated total "
    "emissions, co2 emissions total"
)
_ENERGY_LABELS = labels(
    "energy consumed, energy, energy consumption, energy used, total energy consumption, total energy, energy usage, "
    "electricity consumed, electricity, power consumption, total energy consumed, training energy, energy consumption "
    "total, electricity consumption, estimated energy consumption, training energy consumption, total power "
    "consumption, electricity used"
)


def read_labelled_figures(page: Page, pairs: list[Pair]) -> Iterator[Found]:
    """Emissions and energy that stand behind a label."""
    of_codecarbon = "codecarbon" in page.low
    for pair in pairs:
        if pair.label in _LABELS:
            value = _labelled_mass_g(pair, bare_unit="kg" if of_codecarbon and pair.label == "emissions" else None)
            if value is not None:
                yield Found("reported_g", value, pair.label_start, pair.end)
        elif pair.label in _ENERGY_LABELS:
            value = _labelled_energy_kwh(pair, of_codecarbon)
            if value is not None:
                yield Found("energy_kwh", value, pair.label_start, pair.end)


def read_figures(page: Page) -> Iterator[Found]:
    """Emissions and energy that sentences print."""
    if not page.has(FIGURES):
        return
    for index, unit in enumerate(page.units(page.places(FIGURES))):
        for sentence in sentences(page, index, unit):
            yield from _figures(sentence)


def _figures(sentence: Sentence) -> Iterator[Found]:
    low = sentence.low
    if _CARBON.search(low):
        for found in _FIGURE.finditer(low):
            value = _mass_g(found["amount"], found["scale"], found["unit"])
            if value and _is_figure(low, found):
                yield Found("reported_g", value, sentence.start + found.start(), sentence.start + found.end())
    for found in _ENERGY.finditer(low):
        kwh = _energy_kwh(found["amount"], found["scale"], sentence.text[found.start("unit") : found.end("unit")])
        if kwh and _says_energy(sentence, found):
            yield Found("energy_kwh", kwh, sentence.start + found.start(), sentence.start + found.end())


def _is_figure(low: str, found: re.Match[str]) -> bool:
    if _RATE.match(low, found.end()) or _NOT_OURS_BEHIND.match(low, found.end()):
        return False
    if _NOT_OURS.search(low[max(0, found.start() - 100) : found.start()]):
        return False
    return found["co2"] is not None or bool(re.search(r"emission|emitted|emit\b|emits|footprint", low))


def _says_energy(sentence: Sentence, found: re.Match[str]) -> bool:
    if _RATE.match(sentence.low, found.end()) or re.search(r"(?:/|per) ?\(?$", sentence.low[: found.start("unit")]):
        return False
    if _NOT_OURS.search(sentence.low) or not re.search(r"consum|energy|used|electric|power", sentence.low):
        return False
    return found["unit"].lower() not in ("kj", "mj", "wh")


def _labelled_mass_g(pair: Pair, bare_unit: str | None) -> float | None:
    low = pair.value.lower()
    low = _ABOUT.sub("", low)
    found = _FIGURE.match(low)
    if found:
        return None if _RATE.match(low, found.end()) else _mass_g(found["amount"], found["scale"], found["unit"])
    bare = re.match(rf"{_AMOUNT}(?![\w/])", low)
    unit = re.search(rf"(?:^|[^a-z])({_MASS})(?![a-z])", re.sub(_CO2, " ", pair.unit)) or (
        re.search(rf"\b(?:in )?({_MASS})$", pair.label) if bare else None
    )
    chosen = unit[1] if unit else bare_unit
    return _mass_g(bare["amount"], bare["scale"], chosen) if bare and chosen else None


def _labelled_energy_kwh(pair: Pair, of_codecarbon: bool) -> float | None:
    written = _ABOUT.sub("", pair.value)
    found = _ENERGY.match(written)
    if found:
        return (
            None if _RATE.match(written, found.end()) else _energy_kwh(found["amount"], found["scale"], found["unit"])
        )
    bare = re.match(rf"{_AMOUNT}(?![\w/])", pair.value.lower())
    if not bare:
        return None
    unit = (
        pair.unit
        if pair.unit in ("kwh", "mwh", "wh")
        else ("kwh" if of_codecarbon and pair.label == "energy consumed" else None)
    )
    return _energy_kwh(bare["amount"], bare["scale"], {"mwh": "MWh"}.get(unit, unit)) if unit else None


def _mass_g(amount: str, scale: str | None, unit: str) -> float | None:
    value = number(amount, scale)
    try:
        return units.read_mass_g(f"{value!r} {_PER_WORDS.get(unit, unit)}") if value else None
    except UnitError:
        return None


def _energy_kwh(amount: str, scale: str | None, unit: str) -> float | None:
    value = number(amount.lower(), scale and scale.lower())
    spelled = unit.lower().replace(" ", "").replace("-", "")
    known = {"kwh": "kWh", "mwh": "MWh", "gwh": "GWh", "wh": "Wh", "kj": "kJ", "mj": "MJ"}
    try:
        return units.read_energy_kwh(f"{value!r} {known.get(spelled, spelled)}") if value else None
    except UnitError:
        return None
