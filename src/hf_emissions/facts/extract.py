"""Extract training facts from the whole text of a card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any

from .calculator import read_calculator
from .card_text import CardText
from .climate import read_climate_card
from .extracted_fact import ExtractedFact
from .facts import Facts, Span, Training
from .figures import read_figures, read_labelled_figures
from .hours import read_labelled_hours
from .keywords import (
    ADAPTERS,
    BASE,
    BLOCK,
    CLOUDS,
    DEVICES,
    FIGURES,
    FOREIGN_SCALES,
    HYPERPARAMETERS,
    LOGGED,
    OPERATIONS,
    ORIGINAL,
    PARAMETERS,
    PLACES,
    SIZES,
    TIME_LABELS,
    TIMES,
    TOKENS,
    TUNED,
)
from .metadata import is_copy, read_adaptation, read_base_model, read_block
from .pairs import Pair, pairs
from .places import are_consistent, read_places
from .prose import read_prose
from .sizes import has_labelled_size, read_labelled_sizes, read_named_size
from .sizes_in_prose import read_sizes
from .trainer_card import read_base_in_body, read_logged, read_trainer_card
from .training_table import read_training_table

NO_FACTS = Facts()
_PARTS = ("hardware", "count", "wall_hours", "device_hours")
_TIMES = frozenset(["wall_hours", "device_hours", "hours"])
_LABELLED = DEVICES | TIMES | FIGURES | PLACES | TIME_LABELS
_SIZES = SIZES | FOREIGN_SCALES
_BODY = _LABELLED | _SIZES | CLOUDS
_METADATA = BASE | ADAPTERS
_TRAINER = HYPERPARAMETERS | LOGGED
_ESTIMABLE = FIGURES | BLOCK | OPERATIONS
_TIME = TIMES | TIME_LABELS
_TABLED = _TIME | DEVICES | SIZES
# After a time label: the end of a table cell or of a bracketed unit, or a number. Not the end of a link's words.
_LABELLED_TIME = re.compile(r"(?:(?!\]\()[^\n]){0,24}?(?:(?<!\(date)\)|\](?!\()|\||[:=][^\n]{0,20}\d)")
# Token counts are at least in the thousands.
_MANY = re.compile(r"\d[\d.,]{0,12} ?-?(?:[kmbt]\b|thousand|million|billion|trillion|bn)|\d,\d{3}|\d{5}|\de\+?\d|\^")
_REACH_BEFORE, _REACH_BEHIND = 40, 80
# Characters between two lines of one list or table. In 16,243 cards none with a basis had more than 300.
_SAME_LIST = 600
_LEAST = 1e-12
# Upper limits; larger values are misread.
_MOST = {
    "wall_hours": 50_000,
    "hours": 1e10,
    "device_hours": 1e10,
    "energy_kwh": 1e10,
    "reported_g": 1e13,
    "count": 1e6,
    "parameters": 1e15,
    "tokens": 1e16,
    "steps": 1e10,
    "epochs": 1e6,
    "total_batch_size": 1e9,
    "total_flos": 1e30,
    "train_runtime_s": 2e8,
    "sequence_length": 1e8,
}


def extract_facts(text: str) -> Facts:
    """Facts of a card's training, with their spans. Accepts any text and never raises."""
    return read_facts(CardText(text))


def read_facts(page: CardText) -> Facts:
    """Same as `extract_facts`, for a prepared page."""
    if page.words <= ORIGINAL and not page.foreign_sizes and not page.foreign_times:
        return NO_FACTS
    values: dict[str, Any] = {}
    places: dict[str, Span] = {}
    for reader in _readers(page):
        _take(reader, values, places)
    _settle_hours(values, places)
    _settle_region(values, places)
    several = values.pop("trainings", None)
    counts = {one.count for one in several or () if one.whose == "own" and one.count is not None}
    if len(counts) > 1:
        values.pop("count", None)
        places.pop("count", None)
    if not values and not several:
        return NO_FACTS
    trainings = several or _only_training(values, places)
    return Facts(**values, trainings=trainings, places=MappingProxyType(places))


def _only_training(values: Mapping[str, Any], places: Mapping[str, Span]) -> tuple[Training, ...]:
    """The card's training, if it states only one; none if it states neither a device nor a time."""
    if not any(name in values for name in _PARTS):
        return ()
    parts = {name: values[name] for name in (*_PARTS, "tokens", "parameters", "provider", "region") if name in values}
    return (Training(**parts, places=MappingProxyType({name: places[name] for name in parts})),)


def may_be_estimated(page: CardText) -> bool:
    """True if a card may hold a figure or the basis of an estimate; most do not, which spares reading them.

    A basis is energy, operations, parameters with tokens, or a device with hours.
    """
    return page.has(_ESTIMABLE) or _may_have_hours(page) or _may_have_sizes(page)


def _may_have_hours(page: CardText) -> bool:
    return page.has(DEVICES) and (bool(page.counted(TIMES)) or _has_label_beside_device(page))


def _has_label_beside_device(page: CardText) -> bool:
    """True for a label of a time in the same list or table as a device: its number has no unit to be known by."""
    labels = [place for place in page.places(_TIME) if _LABELLED_TIME.match(page.low, place)]
    if not labels:
        return False
    devices = page.places(DEVICES)
    return any(abs(place - device) < _SAME_LIST and not page.is_code(place) for place in labels for device in devices)


def _may_have_sizes(page: CardText) -> bool:
    return page.has(PARAMETERS) and any(
        _MANY.search(page.low, max(0, place - _REACH_BEFORE), place + _REACH_BEHIND) for place in page.places(TOKENS)
    )


def _readers(page: CardText) -> Iterator[Iterable[ExtractedFact]]:
    """Findings of each reader, most trusted first; readers whose keywords are absent are skipped."""
    if page.has(_METADATA):
        yield chain(read_base_model(page), read_adaptation(page))
    own = not is_copy(page)
    if own and (page.has(_BODY) or page.foreign_times or page.foreign_sizes):
        yield from _readers_of_body(page)
    elif page.has(BLOCK):
        yield read_block(page)
    if page.has(TUNED):
        yield read_base_in_body(page)
    if own and page.has(_TRAINER):
        yield chain(read_trainer_card(page), read_logged(page))


def _readers_of_body(page: CardText) -> Iterator[Iterable[ExtractedFact]]:
    labelled = pairs(page) if page.has(_LABELLED) or has_labelled_size(page) else []
    if page.has(FIGURES) or page.has(TIMES):
        yield read_climate_card(page)
    if page.has(FIGURES):
        yield chain(read_labelled_figures(page, labelled), read_figures(page))
    if page.has(BLOCK):
        yield read_block(page)
    if page.has(_TABLED):
        yield read_training_table(page)
    yield read_labelled_hours(page, labelled)
    if page.has(TIMES):
        yield read_calculator(page)
    yield from _readers_of_prose(page, labelled)


def _readers_of_prose(page: CardText, labelled: list[Pair]) -> Iterator[Iterable[ExtractedFact]]:
    yield read_prose(page)
    yield chain(read_places(labelled), read_labelled_sizes(labelled))
    yield read_sizes(page)
    yield read_named_size(page)


def _take(found: Iterable[ExtractedFact], values: dict[str, Any], places: dict[str, Span]) -> None:
    """Keep facts that no earlier reader found, and hours of the first reader only."""
    has_hours = not _TIMES.isdisjoint(values)
    for name, value, start, end, _ in found:
        if name in values or (has_hours and name in _TIMES) or not _is_sane(name, value):
            continue
        values[name] = value
        if name != "trainings":
            places[name] = Span(start, end)


def _is_sane(name: str, value: Any) -> bool:
    if name == "trainings":
        return all(_is_sane(part, getattr(training, part)) for training in value for part in training.places)
    most = _MOST.get(name)
    return bool(value) if most is None else _LEAST <= value <= most


def _settle_hours(values: dict[str, Any], places: dict[str, Span]) -> None:
    """Resolve ambiguous hours: with one device, wall and device hours are equal."""
    if "hours" not in values:
        return
    if values.get("count") == 1 and "wall_hours" not in values:
        values["wall_hours"], places["wall_hours"] = values.pop("hours"), places.pop("hours")
    elif "wall_hours" in values or "device_hours" in values:
        del values["hours"], places["hours"]


def _settle_region(values: dict[str, Any], places: dict[str, Span]) -> None:
    """Drop a region that its provider lacks or that is in another country: the lines mean different things."""
    provider, region = values.get("provider"), values.get("region")
    if region is not None and not (provider and are_consistent(provider, region, values.get("country_iso3"))):
        del values["region"], places["region"]
