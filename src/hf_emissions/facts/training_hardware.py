"""Select the devices, and their count, that a training used from those named in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from .context import is_labelled_hardware, is_labelled_time, points_of_context
from .devices import Device, same_device
from .sentence import Sentence
from .training_cues import COMPLETED
from .training_time import DurationCandidate

_LEAST_FOR_DEVICE = 2
# What a sentence gains by going on from one on training.
GOES_ON = 2

_HARDWARE_HEADING = re.compile(r"hardware(?! req)|infrastructure|environment|compute\b|gpu")


class HardwareCandidate(NamedTuple):
    """A device that a training used, its score, and its sentence."""

    points: int
    device: Device
    sentence: Sentence


def used_devices(read: list[Sentence], time: DurationCandidate | None) -> Iterator[HardwareCandidate]:
    """Devices with enough evidence of use in training; closeness to the duration adds to it."""
    for before, sentence in zip([None, *read], read, strict=False):
        for device in sentence.devices:
            points = _points_of_device(sentence, device, before) + _nearness(sentence, time)
            if points >= _LEAST_FOR_DEVICE:
                yield HardwareCandidate(points, device, sentence)


def _points_of_device(sentence: Sentence, device: Device, before: Sentence | None) -> int:
    points = sentence.cue
    if is_labelled_hardware(sentence) or is_labelled_time(sentence):
        points += 3
    points += points_of_context(sentence, before) + _is_list_item(sentence, device)
    if device.name is None and device.count == 1:
        points -= 3 if device.exact else 4
    return points - sentence.against(device.start)


def _is_list_item(sentence: Sentence, device: Device) -> int:
    """1 for little text besides the device, 2 if also under a hardware heading, else 0."""
    if len(sentence.low.strip()) - (device.end - device.start) > 24 or device.name is None:
        return 0
    return 2 if _HARDWARE_HEADING.search(sentence.page.heading(sentence.start)) else 1


def best_device(found: list[HardwareCandidate]) -> HardwareCandidate | None:
    """Candidate with the highest score, and the card's count for it; None if different devices tie."""
    if not found:
        return None
    named = [use for use in found if use.device.meant is not None]
    best = max(named or found, key=lambda use: use.points)
    rivals = [use for use in named if use.points == best.points and not same_device(use.device, best.device)]
    if rivals:
        unnamed = [use for use in found if use.device.meant is None and use.points > best.points]
        return max(unnamed, key=lambda use: use.points, default=None)
    if len({use.device.count for use in found if use.sentence is best.sentence and _is_counted_as(use, best)}) > 1:
        return best._replace(device=replace(best.device, count=None))
    if best.device.exact or not (counted := _counted(best, found)):
        return best
    return best._replace(device=counted)


def _is_counted_as(use: HardwareCandidate, best: HardwareCandidate) -> bool:
    return use.device.exact and use.device.meant is not None and same_device(use.device, best.device)


def rivals(found: list[HardwareCandidate]) -> list[HardwareCandidate]:
    """Different devices with about the highest score, each of a sentence of its own about a completed training."""
    named = [use for use in found if use.device.meant is not None and use.sentence.cue == COMPLETED]
    least = max((use.points for use in named), default=0) - GOES_ON
    best: list[HardwareCandidate] = []
    for use in named:
        if use.points >= least and not any(same_device(use.device, other.device) for other in best):
            best.append(use)
    return best if len({id(use.sentence) for use in best}) == len(best) > 1 else []


def _nearness(sentence: Sentence, time: DurationCandidate | None) -> int:
    """Points for being near the duration."""
    if time is None:
        return 0
    if sentence is time.sentence:
        return 4
    if sentence.unit != time.sentence.unit:
        return 0
    # "8 x H100 on one node. Training took 14 hours": the next sentence goes on.
    return 2 if sentence.start + len(sentence.text) == time.sentence.start else 1


def _counted(best: HardwareCandidate, found: list[HardwareCandidate]) -> Device | None:
    """The device with a count from another sentence about the same device, or about GPUs in its unit."""
    written = [use for use in found if use.device.exact and use.device.count is not None]
    same = [use for use in written if use.device.meant is not None and same_device(use.device, best.device)]
    bare = [use for use in written if use.device.meant is None and use.sentence.unit == best.sentence.unit]
    for use in (same or bare)[:1]:
        return replace(best.device, count=use.device.count)
    return None
