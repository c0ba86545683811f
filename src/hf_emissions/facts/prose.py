"""Hardware, count and hours from sentences.

Only sentences about a completed training count, not advice, inference, other models or hours of speech. Conflicting
readings give no fact rather than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from .card_text import CardText
from .climate import is_question
from .devices import Device, same_device
from .extracted_fact import ExtractedFact
from .facts import Span, Training
from .keywords import DEVICES, TIMES
from .places import places_in
from .providers import read_providers
from .sentence import Sentence, sentences
from .sizes_in_prose import sizes_in
from .stated_trainings import StatedTraining, are_stages, kind_of, stated_trainings
from .training_hardware import HardwareCandidate
from .training_time import DurationCandidate


def read_prose(page: CardText) -> Iterator[ExtractedFact]:
    """Hardware, count, wall or device hours, and a provider named in the same sentence."""
    told = page.has(DEVICES) or page.has(TIMES)
    found = stated_trainings(list(_sentences(page))) if told else []
    own = [one for one in found if one.whose == "own"]
    yield from _of_whole(own)
    if len(found) > 1:
        stages = len(own) > 1 and are_stages(own)
        listed = tuple(_training(one, stages=stages and one.whose == "own") for one in found)
        yield ExtractedFact("trainings", listed, 0, 0)
    yield from _provider_and_region(page, own)


def _provider_and_region(page: CardText, found: list[StatedTraining]) -> Iterator[ExtractedFact]:
    """Provider and region in the sentences of the trainings, if they agree, else the provider that the card names."""
    named = [fact for one in found for fact in _places_of(one)]
    if not named:
        yield from read_providers(page, has_training=bool(found))
    for name in ("provider", "region"):
        alike = [fact for fact in named if fact.name == name]
        if len({fact.value for fact in alike}) == 1:
            yield alike[0]


def _places_of(one: StatedTraining) -> Iterator[ExtractedFact]:
    """Provider and region in the sentences of a training."""
    for use in (one.device, one.time):
        found = [] if use is None else list(places_in(use.sentence.low, use.sentence.start))
        if found:
            yield from found
            return


def _training(one: StatedTraining, *, stages: bool) -> Training:
    time = one.summed or one.wall
    sizes = sizes_in(time.sentence) if time is not None else ()
    facts = {fact.name: fact for fact in (*sizes, *_places_of(one), *_facts_of(one))}
    places = MappingProxyType({name: Span(fact.start, fact.end) for name, fact in facts.items()})
    kind = "stage" if stages else kind_of(one)
    values = {name: fact.value for name, fact in facts.items()}
    return Training(**values, kind=kind, whose=one.whose, places=places)


def _of_whole(found: list[StatedTraining]) -> Iterator[ExtractedFact]:
    """Facts of all trainings together: of the only one, of the sum of stages, or what all have in common."""
    if len(found) == 1:
        yield from _facts_of(found[0])
    elif found:
        yield from _hours_of_stages(found)
        devices = [one.device for one in found if one.device is not None]
        if devices and all(_same_kind(devices[0].device, one.device) for one in devices[1:]):
            counts = {one.device.device.count if one.device else None for one in found}
            yield from _device_facts(devices[0], counted=len(counts) == 1, time=found[0].time)


def _same_kind(one: Device, other: Device) -> bool:
    """True for devices of one model, and for slices of one size."""
    chips = {device.meant.chips for device in (one, other) if device.meant is not None}
    return same_device(one, other) and len(chips) < 2


def _hours_of_stages(found: list[StatedTraining]) -> Iterator[ExtractedFact]:
    """Hours of stages added up."""
    if not are_stages(found):
        return
    walls = [one.wall for one in found if one.wall is not None]
    first = found[0].time
    assert first is not None
    start, end = first.sentence.start + first.duration.start, first.sentence.start + first.duration.end
    if len(walls) == len(found):
        yield ExtractedFact("wall_hours", sum(wall.duration.hours for wall in walls), start, end)


def _facts_of(one: StatedTraining) -> Iterator[ExtractedFact]:
    for name, time in (("wall_hours", one.wall), ("device_hours", one.summed)):
        if time is not None:
            start = time.sentence.start
            yield ExtractedFact(name, time.duration.hours, start + time.duration.start, start + time.duration.end)
    if one.device is not None:
        yield from _device_facts(one.device, counted=True, time=one.summed or one.wall)


def _device_facts(
    device: HardwareCandidate, *, counted: bool, time: DurationCandidate | None
) -> Iterator[ExtractedFact]:
    start, found = device.sentence.start, device.device
    if found.name is not None:
        yield ExtractedFact("hardware", found.name, start + found.start, start + found.end)
    if counted and found.count is not None and not _counts_hours(found, time):
        yield ExtractedFact("count", found.count, start + found.start, start + found.end)


def _counts_hours(device: Device, time: DurationCandidate | None) -> bool:
    """True if the count belongs to the hours (`300 V100 hours`), or is only implied beside device hours."""
    return (
        time is not None and time.duration.of == "devices" and (not device.exact or device.start == time.duration.start)
    )


def _sentences(page: CardText) -> Iterator[Sentence]:
    for index, unit in enumerate(page.units(page.places(DEVICES) + page.counted(TIMES) + page.foreign_times)):
        if not _is_wide_row(unit.text) and not is_question(unit.text):
            yield from sentences(page, index, unit)


def _is_wide_row(text: str) -> bool:
    """True for a row of a table with three or more columns, which compares several things."""
    return text.lstrip()[:1] == "|" and sum(not cell.isspace() for cell in text.strip(" |").split("|")) > 2
