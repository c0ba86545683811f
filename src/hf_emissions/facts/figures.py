"""Printed emissions and energy: `0.15 KgCO2`, `580.61 kgCO2eq`, `Energy: 0.32 kWh`, `(in grams): 3.5`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import units
from .card_text import CardText, Unit
from .climate import is_question
from .extracted_fact import ExtractedFact
from .keywords import FIGURES
from .pairs import Pair, labels
from .sentence import Sentence, sentences

# Of a rate, a share or a difference: what stands behind an amount, or as its unit in a label.
_TURN = (
    r"(?:second|minute|hour|day|night|week|month|year|epoch|step|batch|iteration|round|seed|trial|fold|run|kwh|wh|mwh"
    r"|query|request|image|token|sample|example|prompt|call|gpu|tpu|device|node|core|stunde|tag|woche|monat|jahr|epoche"
    r"|durchlauf|lauf|heure|jour|semaine|mois|an)s?\b"
)
_OF_EACH = (
    r"(?:/|\\/|per\b|pro\b|je\b|par (?=\w)"
    r"|(?:in |on |at |during |for |at the end of |over )?(?:each\b|every\b|any single\b|jede[mnrs]?\b|chaque\b"
    rf"|one {_TURN}|a single {_TURN}|an? {_TURN}|the (?:first|second|third|last|next) (?:\w+ )?{_TURN})"
    r"|daily|nightly|hourly|weekly|monthly|yearly|annually"
    r"|(?:t\u00e4g|st\u00fcnd|w\u00f6chent|j\u00e4hr)lich|(?:k?w)?h ?\^?\{?(?:-1|\u207b\u00b9))"
)
_RATE = re.compile(
    rf"[ )]{{0,2}}(?:eq)?[ )]{{0,2}}(?:(?:of )?{units.CO2})?[ ),]{{0,2}}(?:{_OF_EACH}|offset|less\b|more\b|fewer\b"
    r"|lower\b|higher\b|saved\b|avoided\b|weniger\b|mehr\b)",
    re.IGNORECASE,
)
_UNIT_OF_RATE = re.compile(r"/ ?(?!e)|\bper\b")
# Behind an amount: it is one of several, of which another may be the sum.
_PART = re.compile(r"[^\n]{0,60}?\b(?:total|overall|altogether|in all|sum|only)\b")
_RATE_BEFORE = re.compile(
    rf"\b(?:(?:per|pro|je|every|each|jede[mnrs]?|chaque|par) {_TURN}|daily|nightly|hourly|weekly|monthly|yearly"
    r"|annually|(?:t\u00e4g|st\u00fcnd|w\u00f6chent|j\u00e4hr)lich)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:[~≈* ]|(?:estimated|approximately|approx\.?|about|around|roughly|circa|ca\.|at|total of)\b){1,6}",
    re.IGNORECASE,
)
_CARBON = re.compile(r"emission|emitted|emits?\b|carbon|co2|co₂|footprint|co\$_|co<sub>|co_2")
_NOT_OURS = re.compile(
    r"per (?:query|request|inference|image|token|day|year|hour|km|mile|person|capita)|inference"
    r"|sav(?:ed|ing)|avoid|reduc|world|average|car\b|driv|flight"
    r"|human|american|household|dishwasher|\bcars\b|\bhomes?\b|equivalent (?:to|of)|equals? (?:that|those) of"
    r"|carbon (?:intensity|efficiency)|offset by|compar|\bwould\b|\bcould have\b|\be\.g\.|\btbd\b|for example"
    r"|previous model|\bthe original\b|\boriginal (?:model|bert|gpt)|teacher|authors of|training data generation"
    r"|\bserving\b|evaluation (?:used|consumed|emitted|took|after)"
    r"|prior work|other models|base model|et al|each (?:query|request|image|inference)"
    r"|all (?:the |our |other )?(?:\w{1,12} )?experiments|hyper-?parameter (?:search|tuning|optimi)"
    r"|(?:all|failed|aborted) (?:the |our )?(?:runs|trials)"
)
_NOT_OURS_BEHIND = re.compile(
    r"[^.;]{0,24}?\b(?:(?:at|during|for|of) inference|(?:per|an?|each) (?:day|year|query|request))\b"
    r"|[^.;\n]{0,40}?(?:\binference|\bavoided|\bsaved|\bteacher|\bbase model|\bauthors of|\bof the original)"
)
# Unit in a label: `emissions (kg)`, `co2 in grams`.
_UNIT_OF_MASS = re.compile(
    r"(?:^|[^a-z])(?P<unit>kilograms?|kilogrammes?|kilos?|kgs?|metric tons?|metric tonnes?|tonnes?|tons?|grams?"
    r"|grammes?"
    r"|mg|lbs?|pounds?|kt|t|g)(?![a-z])"
)
_CO2 = re.compile(units.CO2)
# Units in labels, which are in lower case; no training is labelled in milli.
_UNITS_OF_ENERGY = {name.lower(): name for name in ("Wh", "kWh", "MWh", "GWh", "TWh", "J", "kJ", "MJ", "GJ")}

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


def read_labelled_figures(page: CardText, pairs: list[Pair]) -> Iterator[ExtractedFact]:
    """Emissions and energy behind a label."""
    of_codecarbon = "codecarbon" in page.low
    for pair in pairs:
        if pair.label in _LABELS:
            name, amount = (
                "reported_g",
                _labelled_mass(pair, "kg" if of_codecarbon and pair.label == "emissions" else ""),
            )
        elif pair.label in _ENERGY_LABELS:
            name, amount = "energy_kwh", _labelled_energy(pair, of_codecarbon)
        else:
            continue
        if amount is not None and amount.value and not _is_rate_or_others(page, pair, amount):
            yield ExtractedFact(name, amount.value, pair.label_start, pair.end, amount.off)


def read_figures(page: CardText) -> Iterator[ExtractedFact]:
    """Emissions and energy in sentences."""
    if not page.has(FIGURES):
        return
    for index, unit in enumerate(page.units(page.places(FIGURES))):
        if is_question(unit.text):
            continue
        masses, energies = _amounts(unit)
        for sentence in sentences(page, index, unit) if masses or energies else ():
            yield from _figures(sentence, masses, energies)


def _amounts(unit: Unit) -> tuple[list[units.Amount], list[units.Amount]]:
    """Masses and energies of a prose unit, with card offsets.

    Found in the whole unit: a sentence may end inside an amount, as in `max. 5 kg`, and amounts need their context.
    """
    found = units.find_masses(unit.text), units.find_energies(unit.text)
    masses, energies = (
        [one._replace(start=unit.start + one.start, end=unit.start + one.end) for one in some] for some in found
    )
    return masses, energies


def _figures(sentence: Sentence, masses: list[units.Amount], energies: list[units.Amount]) -> Iterator[ExtractedFact]:
    if masses and _CARBON.search(sentence.low):
        for mass in _within(sentence, masses):
            if mass.value and _is_figure(sentence, mass):
                yield ExtractedFact("reported_g", mass.value, mass.start, mass.end, mass.off)
    told = [energy for energy in _within(sentence, energies) if energy.value and _says_energy(sentence, energy)]
    # Several energies in a sentence are of several parts or things.
    if len({energy.value for energy in told}) == 1:
        yield ExtractedFact("energy_kwh", told[0].values[0], told[0].start, told[0].end, told[0].off)


def _within(sentence: Sentence, amounts: list[units.Amount]) -> list[units.Amount]:
    end = sentence.start + len(sentence.text)
    return [amount for amount in amounts if sentence.start <= amount.start and amount.end <= end]


def _is_figure(sentence: Sentence, mass: units.Amount) -> bool:
    low, start, end = sentence.low, mass.start - sentence.start, mass.end - sentence.start
    if _RATE.match(low, end) or _NOT_OURS_BEHIND.match(low, end):
        return False
    before = low[max(0, start - 100) : start]
    if _NOT_OURS.search(before) or _RATE_BEFORE.search(before):
        return False
    return mass.of_co2 or bool(re.search(r"emission|emitted|emit\b|emits|footprint|generated", low))


def _says_energy(sentence: Sentence, energy: units.Amount) -> bool:
    low, start, end = sentence.low, energy.start - sentence.start, energy.end - sentence.start
    if (
        _RATE.match(low, end)
        or _NOT_OURS_BEHIND.match(low, end)
        or _RATE_BEFORE.search(low[max(0, start - 100) : start])
    ):
        return False
    return not _NOT_OURS.search(sentence.low) and bool(re.search(r"consum|energy|used|electric|power", sentence.low))


def _labelled_mass(pair: Pair, bare_unit: str) -> units.Amount | None:
    amount = next(units.find_masses(pair.value), None)
    if amount is not None:
        return amount if _is_first(pair.value, amount) else None
    written = pair.value[_lead(pair.value) :]
    unit = _UNIT_OF_MASS.search(_CO2.sub(" ", pair.unit)) or re.search(
        rf"\b(?:in )?{_UNIT_OF_MASS.pattern}$", _CO2.sub(" ", pair.label)
    )
    chosen = unit["unit"] if unit else bare_unit
    return units.read_in(written, chosen) if chosen else None


def _labelled_energy(pair: Pair, of_codecarbon: bool) -> units.Amount | None:
    amount = next(units.find_energies(pair.value), None)
    if amount is not None:
        return amount if _is_first(pair.value, amount) else None
    unit = _UNITS_OF_ENERGY.get(pair.unit) or ("kWh" if of_codecarbon and pair.label == "energy consumed" else "")
    return units.read_in(pair.value[_lead(pair.value) :], unit) if unit else None


def _is_rate_or_others(page: CardText, pair: Pair, amount: units.Amount) -> bool:
    """True if the line is about a rate, a part of the training, or somebody else's figure."""
    line = page.low[page.low.rfind("\n", 0, pair.start) + 1 : pair.start]
    rest = pair.value[amount.end :].lower()
    if _UNIT_OF_RATE.search(pair.unit) or _PART.match(rest) or _NOT_OURS_BEHIND.match(rest):
        return True
    return bool(_NOT_OURS.search(line.removeprefix(pair.label)) or _RATE_BEFORE.search(line))


def _is_first(value: str, amount: units.Amount) -> bool:
    """True if the value begins with the amount, and it is no rate."""
    return _lead(value) == amount.start and not _RATE.match(value.lower(), amount.end)


def _lead(value: str) -> int:
    """Offset of the number, after words for "about" or "estimated"."""
    about = _ABOUT.match(value)
    return about.end() if about else 0
