"""Hardware, count and hours from sentences.

Only sentences about a completed training count, not advice, inference, other models or hours of speech. Conflicting
readings give no fact rather than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_text import CardText
from .climate import is_question
from .devices import Device
from .extracted_fact import ExtractedFact
from .keywords import DEVICES, TIMES
from .places import provider_named
from .sentence import Sentence, sentences
from .training_hardware import HardwareCandidate, best_device, used_devices
from .training_time import DurationCandidate, best_time, times

_DEVICE_HOURS = re.compile(
    r"\b(?:gpu|tpu|npu|device|accelerator|chip|[avh]\d{2,3})s?[ -](?:compute[ -])?(?:hours|hrs)\b[^.;\d]{0,24}$"
)


def read_prose(page: CardText) -> Iterator[ExtractedFact]:
    """Hardware, count, wall or device hours, and a provider named in the same sentence."""
    if not page.has(DEVICES) and not page.has(TIMES):
        return
    read = list(_sentences(page))
    time = best_time(times(read))
    device = best_device(list(used_devices(read, time)))
    yield from _found(time, device)
    for use in (device, time):
        provider = provider_named(use.sentence.low) if use is not None else None
        if use is not None and provider is not None:
            yield ExtractedFact("provider", provider, use.sentence.start, use.sentence.start + len(use.sentence.text))


def _found(time: DurationCandidate | None, device: HardwareCandidate | None) -> Iterator[ExtractedFact]:
    if time is not None:
        name = "device_hours" if _is_of_devices(time) else "wall_hours"
        start = time.sentence.start
        yield ExtractedFact(name, time.duration.hours, start + time.duration.start, start + time.duration.end)
    if device is not None:
        start, found = device.sentence.start, device.device
        if found.name is not None:
            yield ExtractedFact("hardware", found.name, start + found.start, start + found.end)
        if found.count is not None and not _counts_hours(found, time):
            yield ExtractedFact("count", found.count, start + found.start, start + found.end)


def _is_of_devices(time: DurationCandidate) -> bool:
    """True if the hours are summed over devices: `300 GPU hours`, `total GPU hours: 300 hours`."""
    head = time.sentence.low[max(0, time.duration.start - 60) : time.duration.start]
    return time.duration.of == "devices" or _DEVICE_HOURS.search(head) is not None


def _counts_hours(device: Device, time: DurationCandidate | None) -> bool:
    """True if the count belongs to the hours (`300 V100 hours`), or is only implied beside device hours."""
    return (
        time is not None and time.duration.of == "devices" and (not device.exact or device.start == time.duration.start)
    )


def _sentences(page: CardText) -> Iterator[Sentence]:
    for index, unit in enumerate(page.units(page.places(DEVICES) + page.counted(TIMES))):
        if not _is_wide_row(unit.text) and not is_question(unit.text):
            yield from sentences(page, index, unit)


def _is_wide_row(text: str) -> bool:
    """True for a row of a table with three or more columns, which compares several things."""
    return text.lstrip()[:1] == "|" and sum(not cell.isspace() for cell in text.strip(" |").split("|")) > 2
