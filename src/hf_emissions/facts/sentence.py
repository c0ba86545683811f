"""Sentences of a prose unit, classified as about training, something else, advice, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ..lazy import lazy
from .card_text import CardText, Unit, lowered
from .devices import Device, devices
from .durations import Duration, durations
from .other_topics import (
    is_said_by_others,
    names_another_model,
    points_of_advice,
    points_of_others,
    points_of_something_else,
)
from .subject import has_another_subject, is_of_another, title_of
from .training_cues import COMPLETED, cue_of

# Points against a sentence whose subject is another model: more than any words of a training have together.
_ANOTHER_SUBJECT = 8
# A sentence about a training has no more durations or devices.
_MOST = 10
_LONGEST_LEAD = 60
_END = re.compile(r"[.!?;](?=\s)|[。\uff01\uff1f]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:approx|aprox|appr|ca|c|e\.g|i\.e|vs|al|fig|no|nr|hrs?|mins?|est|etc|resp|z\.b|env)|^\W*\d{1,2})$"
)


_ITEM = re.compile(r"[ \t]{0,8}(?:[-*+\u2022]|\d{1,2}[.)])[ \t]")
_COMMA = re.compile("[,;\uff0c\uff1b、]")
# Behind a comparison: `Instead of 8 V100, we used one`. What stands before is not said of ours.
_FIRST_NAME = re.compile(r"[a-z0-9]{3,}")
_BACK_TO_OURS = re.compile(
    r", (?:we|i|our|ours|this|the present|here)\b(?!.*, (?:we|i|our|ours|this|here)\b)"
    r"|[,;\uff0c\uff1b、] ?(?:저희는|우리는|我们|我們|本模型|私たち|我々|本モデル|wir|dieses|nous|ce|nosotros|este|noi"
    r"|questo|мы|wij|biz|kami)(?!\w)"
    r"|[,\uff0c、] ?(?:저희|우리|我们|我們|本模型|私たち|我々|本モデル)"
)


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence with its card offset: `text` with non-prose blanked, `low` in lower case."""

    page: CardText
    unit: int
    start: int
    text: str
    low: str

    @lazy
    def durations(self) -> list[Duration]:
        """Durations in the sentence, with offsets from `start`."""
        return list(islice(durations(self.low), _MOST))

    @lazy
    def devices(self) -> list[Device]:
        """Devices in the sentence, with offsets from `start`."""
        return devices(self.text, self.low)[:_MOST] if any(map(self.low.__contains__, self.page.device_words)) else []

    @lazy
    def cue(self) -> int:
        """Evidence of training; see `training_cues.cue_of`."""
        return cue_of(self.low)

    @property
    def is_item(self) -> bool:
        """True for a short item of a list."""
        line = self.page.text.rfind("\n", 0, self.start + 1) + 1
        return len(self.low) <= 60 and _ITEM.match(self.page.text, line) is not None

    @lazy
    def is_of_another(self) -> bool:
        """True if its section or its title makes it a sentence about another model's training."""
        return is_of_another(self.page, self.low, self.start) or has_another_subject(self.page, self.text)

    @lazy
    def names_another_model(self) -> bool:
        """True if it is about another model, or a comparison with one."""
        return names_another_model(self.low)

    def against(self, place: int) -> int:
        """Score against the training of this model, from the words up to an offset and just behind it."""
        head, completed = self._own_part(self.low[:place]), self.cue == COMPLETED
        points = _ANOTHER_SUBJECT if self.is_of_another or is_said_by_others(self.low, place) else 0
        if self.names_another_model:
            points += points_of_others(head)
        return points + self._against_training(head, place, completed=completed)

    def against_any_training(self, place: int) -> int:
        """Score against the training of whichever model it is about."""
        return self._against_training(self.low[:place], place, completed=self.cue == COMPLETED)

    def _against_training(self, head: str, place: int, *, completed: bool) -> int:
        points = points_of_something_else(head, completed=completed)
        return points + points_of_advice(self.low, head, place, completed=completed, has_time=bool(self.durations))

    def _own_part(self, head: str) -> str:
        """What stands behind the last comma and `we`, or the model's name: before it may be said of another."""
        if not _COMMA.search(head):
            return head
        own = _BACK_TO_OURS.search(head)
        if own is not None:
            return head[own.start() :]
        name = _FIRST_NAME.match(title_of(self.page))
        place = head.rfind(f", {name[0]} ") if name is not None else -1
        return head[place:] if place > 0 else head


def sentences(page: CardText, index: int, unit: Unit) -> Iterator[Sentence]:
    """Sentences of a unit; `index` is the unit's number."""
    begin = 0
    for found in _END.finditer(unit.text):
        if _ABBREVIATION.search(unit.text[max(begin, found.start() - 8) : found.start()].lower()):
            continue
        if (
            found[0] == "."
            and page.text.startswith(("**", "__"), unit.start + found.end())
            and found.end() - begin < _LONGEST_LEAD
        ):
            continue  # a bold label, which its sentence follows
        yield _sentence(page, index, unit, begin, found.end())
        begin = found.end()
    if unit.text[begin:].strip():
        yield _sentence(page, index, unit, begin, len(unit.text))


def _sentence(page: CardText, index: int, unit: Unit, begin: int, end: int) -> Sentence:
    text = unit.text[begin:end]
    return Sentence(page, index, unit.start + begin, text, lowered(text))
