"""Put durations and devices of sentences together: the trainings that a card states in prose.

A device belongs to a duration if one sentence has both, or else the sentence before or behind it in the same paragraph,
or else if the card says of only one device that it trained.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from .devices import same_device
from .facts import Kind, Whose
from .sentence import Sentence
from .subject import title_of
from .training_cues import COMPLETED
from .training_hardware import GOES_ON, HardwareCandidate, best_device, rivals, used_devices
from .training_time import DurationCandidate, is_of_devices, times, times_of_another

# Said of a total: `in total`, `to summarize`, `the entire training`.
_TOTAL = re.compile(
    r"\b(?:in total|total (?:training|time|of|compute|wall)|to summari[sz]e|in sum|overall|altogether|all in all"
    r"|(?:whole|entire|complete|full) (?:pre-?|fine-?)?(?:training|tuning|run|process))\b|insgesamt|au total|en "
    r"total|всего|一共|总共|合計"
)
_STAGE = re.compile(
    r"\b(?:(?:first|second|third|1st|2nd|3rd|final|last|initial|next|each) (?:training |fine-?tuning )?(?:stage"
    r"|phase|step|part|round)|(?:stage"
    r"|phase|round)[ -]?(?:\d|one|two"
    r"|three|[ivx]{1,3}\b)|then (?:we )?(?:fine-?|further )?(?:trained|tuned|fine-?tuned)|followed by|afterwards"
    r"|after that|subsequently)"
    r"|^\W{0,4}(?:cold-start )?(?:rl|sft|dpo|rlhf|grpo|orpo|ppo|pre-?training|mid-?training|post-?training"
    r"|fine-?tuning|pré-?entraînement|affinage|vortraining|feinabstimmung|preentrenamiento|ajuste fino)"
    r"\b[^:\n]{0,20}:"
)
_WORD = re.compile(r"[a-z0-9]{2,}")
_FINETUNED = re.compile(r"\bfine-? ?tun(?:ed|ing)\b")
_PRETRAINED = re.compile(r"\bpre-? ?train(?:ed|ing)\b")
_WE = re.compile(r"\b(?:we|i|our)\b")
# Durations of one training are stated to two digits, as 3 days and 71 hours.
_SAME = 0.02
# Both may be rounded, to days and to thousands of hours; beyond a quarter the duration is that of a part. A judgement.
_ROUNDED = 0.25
# Candidates of the same sentence with more points fewer than this are a side remark. A judgement.
_WEAKER = 2


class StatedTraining(NamedTuple):
    """A training as prose states it: a duration, hours summed over devices, and a device; each None if not stated."""

    wall: DurationCandidate | None
    summed: DurationCandidate | None
    device: HardwareCandidate | None
    whose: Whose = "own"

    @property
    def time(self) -> DurationCandidate | None:
        """The better one of its durations."""
        return self.wall or self.summed


def stated_trainings(read: Sequence[Sentence]) -> list[StatedTraining]:
    """Trainings of a card's sentences, in card order; one without a duration if only a device is stated."""
    strong = _strong(list(times(list(read))))
    own = _of_title(strong)
    timed = _distinct(own)
    if not timed:
        used = list(used_devices(list(read), None))
        device = best_device(used)
        if device is None or _STAGE.search(device.sentence.low):
            return [StatedTraining(None, None, one) for one in rivals(used) or filter(None, [device])]
        return [StatedTraining(None, None, device)]
    beside = [time for time in strong if time not in own]
    others = [_of_another(time) for time in _distinct([*beside, *times_of_another(list(read))])]
    if len(timed) == 1:
        return [_with_device(timed[0], best_device(list(used_devices(list(read), timed[0])))), *others]
    return [*_own(_joined([_with_device(time, _device_of(time, timed, read)) for time in timed])), *others]


def _of_another(time: DurationCandidate) -> StatedTraining:
    """A training of another model, with the device of its sentence if it names only one."""
    named = [device for device in time.sentence.devices if device.name is not None]
    device = HardwareCandidate(0, named[0], time.sentence) if len(named) == 1 else None
    return _with_device(time, device)._replace(whose="another")


def _strong(timed: list[DurationCandidate]) -> list[DurationCandidate]:
    most = max((time.points for time in timed), default=0)
    best = [time.sentence for time in timed if time.points == most]
    return [time for time in timed if time.points >= most - _weaker(time, best)]


def _weaker(time: DurationCandidate, best: list[Sentence]) -> int:
    """How many points fewer than the best one may have: that it goes on from another sentence is no evidence."""
    if any(time.sentence is sentence for sentence in best):
        return _WEAKER
    return 1 + (GOES_ON if time.sentence.cue == COMPLETED else 0)


def _distinct(timed: list[DurationCandidate]) -> list[DurationCandidate]:
    """The first of equal durations; the total alone if one is stated."""
    kept: list[DurationCandidate] = []
    for time in sorted(_precise(timed), key=lambda time: -time.points):
        if not any(is_of_devices(time) == is_of_devices(other) and _same(time, other) for other in kept):
            kept.append(time)
    for of_devices in (False, True):
        alike = [time for time in kept if is_of_devices(time) == of_devices]
        total = next((time for time in alike if _is_total(time, alike)), None)
        if total is not None:
            kept = [time for time in kept if time is total or time not in alike]
    return sorted(kept, key=lambda time: time.sentence.start + time.duration.start)


def _precise(timed: list[DurationCandidate]) -> list[DurationCandidate]:
    """Without a rough duration that brackets behind it say precisely: `almost two hours (1 h 52 min)`."""
    rough = {
        id(one)
        for one in timed
        for other in timed
        if one.sentence is other.sentence
        and one.duration.of == other.duration.of
        and one.sentence.low[one.duration.end : other.duration.start].strip() == "("
        and math.isclose(one.duration.hours, other.duration.hours, rel_tol=_ROUNDED)
    }
    return [one for one in timed if id(one) not in rough]


def _same(one: DurationCandidate, other: DurationCandidate) -> bool:
    return math.isclose(one.duration.hours, other.duration.hours, rel_tol=_SAME)


def _is_total(time: DurationCandidate, alike: list[DurationCandidate]) -> bool:
    longest = max(other.duration.hours for other in alike)
    return len(alike) > 1 and time.duration.hours == longest and _TOTAL.search(time.sentence.low) is not None


def _with_device(time: DurationCandidate, device: HardwareCandidate | None) -> StatedTraining:
    return StatedTraining(None, time, device) if is_of_devices(time) else StatedTraining(time, None, device)


def _device_of(
    time: DurationCandidate, timed: list[DurationCandidate], read: Sequence[Sentence]
) -> HardwareCandidate | None:
    """The device of one of several durations: of its own sentence, else of the sentence before or behind it."""
    index = next(index for index, sentence in enumerate(read) if sentence is time.sentence)
    own = list(used_devices([time.sentence], time))
    if own:
        beside = [other for other in timed if other.sentence is time.sentence]
        return own[beside.index(time)] if len(own) == len(beside) else best_device(own)
    for other in (*read[max(0, index - 1) : index], *read[index + 1 : index + 2]):
        if other.unit == time.sentence.unit and not any(one.sentence is other for one in timed):
            found = best_device(list(used_devices([other], time)))
            if found is not None:
                return found
    return None


def _joined(found: list[StatedTraining]) -> list[StatedTraining]:
    """Join hours by the clock with hours summed over devices, if there is one of each."""
    walls = [one for one in found if one.wall is not None]
    sums = [one for one in found if one.summed is not None]
    if len(walls) == 1 and len(sums) == 1 and _may_be_one(walls[0], sums[0]):
        wall, summed = walls[0], sums[0]
        if not _agree(wall, summed):
            return [summed]  # the duration is that of a part
        return [StatedTraining(wall.wall, summed.summed, wall.device or summed.device)]
    return found


def _agree(wall: StatedTraining, summed: StatedTraining) -> bool:
    """True if the count times the duration may be the summed hours, or there is no count."""
    device = wall.device or summed.device
    count = device.device.count if device is not None else None
    if count is None or wall.wall is None or summed.summed is None:
        return True
    return math.isclose(wall.wall.duration.hours * count, summed.summed.duration.hours, rel_tol=_ROUNDED)


def _may_be_one(one: StatedTraining, other: StatedTraining) -> bool:
    if one.device is not None and other.device is not None and not same_device(one.device.device, other.device.device):
        return False
    return one.wall is not None and other.summed is not None and other.summed.duration.hours >= one.wall.duration.hours


def _of_title(timed: list[DurationCandidate]) -> list[DurationCandidate]:
    """Durations of the sentence that has more of the title's words than any other: that of this model, or size."""
    sentences = list({id(time.sentence): time.sentence for time in timed}.values())
    if len(sentences) < 2:
        return timed
    title = set(_WORD.findall(title_of(sentences[0].page)))
    shared = [len(title.intersection(_WORD.findall(sentence.low))) for sentence in sentences]
    if min(shared) == 0 or shared.count(max(shared)) > 1:
        return timed
    own = sentences[shared.index(max(shared))]
    return [time for time in timed if time.sentence is own]


def _own(found: list[StatedTraining]) -> list[StatedTraining]:
    """Say of the pre-training that this model was fine-tuned from that it is of another one."""
    texts = [one.time.sentence.low if one.time is not None else "" for one in found]
    if not any(_FINETUNED.search(text) for text in texts) or all(map(_STAGE.search, texts)):
        return found
    own = [bool(_WE.search(text)) or not _PRETRAINED.search(text) for text in texts]
    if not any(own):
        return found
    return [one if is_own else one._replace(whose="another") for one, is_own in zip(found, own, strict=True)]


def are_stages(found: Sequence[StatedTraining]) -> bool:
    """True if several trainings are stages of one model, which add up: those behind the first are said to follow it."""
    if any(one.time is None for one in found):
        return False
    said = [_STAGE.search(one.time.sentence.low) is not None for one in found if one.time is not None]
    return all(said) or (len(said) > 1 and all(said[1:]) and _is_first(found[0]))


def _is_first(one: StatedTraining) -> bool:
    return one.time is not None and _PRETRAINED.search(one.time.sentence.low) is not None


def kind_of(one: StatedTraining) -> Kind | None:
    """Pre-training or fine-tuning, if its sentence speaks of one of them."""
    low = one.time.sentence.low if one.time is not None else ""
    tuned, pretrained = _FINETUNED.search(low) is not None, _PRETRAINED.search(low) is not None
    if tuned == pretrained:
        return None
    return "fine-tuning" if tuned else "pre-training"
