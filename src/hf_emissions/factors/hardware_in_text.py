"""Find devices named in text; fast on text without any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .accelerators import InText, accelerators
from .hardware_match import look_up
from .hardware_name import HardwareName

_FEWEST_LETTERS_ALONE = 4


@dataclass(frozen=True, slots=True)
class HardwareMention:
    """Device named in a text, from `start` to `end`, in characters."""

    start: int
    end: int
    name: HardwareName


def find_in_text(text: str) -> Iterator[HardwareMention]:
    """Yield the devices named in a text, in order. A count is not part of a name.

    A model of two or three characters needs its maker, its memory, the word GPU or a count next to it, except T4 and
    K80. A model that is also a word of other things, such as L2, needs its maker or line before it, or GPU behind it.
    """
    plain = text.lower()
    pattern = device_pattern(rare=any(word in plain for word in _RARE))
    for start, end in _lines_worth_reading(text, plain):
        for found in pattern.finditer(text, start, end):
            mention = _mention(found, text[max(0, found.start() - 7) : found.start()])
            if mention is not None:
                yield mention


def _mention(found: re.Match[str], before: str) -> HardwareMention | None:
    counted = _COUNT.search(before)
    if not counted and before[-1:].isalpha() and before[-1:].isascii():  # a Chinese character parts words
        return None  # the x was not part of a count like `8xA100`
    phrase = found[0]
    while phrase and (name := look_up(phrase)) is None:
        phrase = _LAST_WORD.sub("", phrase)
    if name is None:
        return None
    if (
        len(phrase) < _FEWEST_LETTERS_ALONE
        and phrase not in _ALONE
        and (not counted or name.devices[0].vendor == "Apple")
    ):
        return None
    if all(device.in_text == "after" for device in name.devices) and not _IN_CONTEXT.search(phrase):
        return None
    return HardwareMention(found.start(), found.start() + len(phrase), name)


@cache
def device_pattern(*, rare: bool = True) -> re.Pattern[str]:
    """Pattern of candidate device names in prose, to be validated by `find_accelerator`. Runs in linear time.

    Without `rare`, the lines that few texts name are left out, for speed.
    """
    by_letter: dict[str, list[str]] = {}
    for word in _longest_first(_models("") | _models("after")):
        by_letter.setdefault(word[0], []).append(word[1:])
    # By their first letter, as an alternation is tried one by one.
    models = "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in sorted(by_letter.items()))
    return re.compile(
        _PROSE.format(models=models, rare=_RARE_NAMES if rare else ""), re.IGNORECASE | re.VERBOSE | re.ASCII
    )


def _models(in_text: InText) -> set[str]:
    """Model words of a letter and digits."""
    words = {word for row in accelerators() if row.in_text == in_text for group in row.needs for word in group}
    mixed = {word for word in words if word[0].isalpha() and word[0] != "v" and _LETTER_AND_DIGITS.search(word)}
    # Other words starting with v are usually versions; TPU versions are found by the word TPU.
    return mixed if in_text else mixed | {"v100", "v100s"}


def _longest_first(words: set[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _lines_worth_reading(text: str, plain: str) -> Iterator[tuple[int, int]]:
    """Lines that may name a device, by the text in lower case: a fast prefilter, as most texts have few."""
    if len(plain) != len(text):  # lowercasing can turn one capital into two characters
        yield 0, len(text)
        return
    places = [found.start() for found in _digits_of_models().finditer(plain)]
    for word in _SERIES:
        place = plain.find(word)
        while place >= 0:
            places.append(place)
            place = plain.find(word, place + 1)
    done = 0
    for place in sorted(places):
        if place >= done:
            end = text.find("\n", place)
            start, done = text.rfind("\n", 0, place) + 1, len(text) if end < 0 else end
            yield start, done


@cache
def _digits_of_models() -> re.Pattern[str]:
    """Pattern of each model's digits after their letter. Digits come first for speed: prose has few."""
    letters: dict[str, str] = {}
    for word in _longest_first(_models("") | set(filter(_LETTER_AND_THREE_DIGITS.match, _models("after")))):
        letter, digits = _LETTER_AND_DIGITS.findall(word)[0]
        letters[digits] = letters.get(digits, "") + letter
    behind = [
        f"(?<=[{''.join(sorted(set(before)))}]{digits[0]}){digits[1:]}" for digits, before in sorted(letters.items())
    ]
    return re.compile(f"[0-9](?<=[a-z][0-9])(?:{'|'.join(behind)})")


# Lines of devices whose models are words of other things too.
_RARE = ("jetson", "ascend", "cerebras")
_SERIES = ("rtx", "gtx", "titan", "quadro", "tpu", "radeon", "rx ", "nvidia l2", *_RARE)
_IN_CONTEXT = re.compile(
    r"^(?:nvidia|tesla|geforce|quadro|rtx|amd|radeon|intel|arc|jetson|cerebras|huawei|ascend)|gpus?$", re.IGNORECASE
)
_RARE_NAMES = r"""
      | ascend [ \t-]? 910 [abc]? [1-4]?
      | (?:cs|wse) -? [1-3]
      | (?: agx [ \t-] )? (?: orin | xavier | thor | nano ) (?: [ \t-] (?:nx|nano) )?
"""
_LETTER_AND_THREE_DIGITS = re.compile(r"[a-z][0-9]{3}")
_LETTER_AND_DIGITS = re.compile(r"([a-z])([0-9]+)")
_ALONE = frozenset({"K80", "T4"})
_COUNT = re.compile(r"(?<![\w.])\d{1,4}\s?[x\u00d7*]\s?\Z", re.IGNORECASE)
_LAST_WORD = re.compile(r"(?:^|[\s_-]+)[^\s_-]+$")
_PROSE = r"""
    (?: (?<![\w./@-]) | (?<=\dx) )
    (?: (?:nvidia|tesla|geforce|quadro|gtx|rtx|amd|instinct|radeon|intel|habana|google|cloud|apple|aws|graphcore
        |jetson|dgx|arc(?:[ ]pro)?|huawei|cerebras) [ \t_-]{{1,2}} ){{0,4}}
    (?: (?:{models}) {rare}
      | (?:rtx|gtx|quadro|rx) [ \t-]? (?:(?:rtx|pro)[ \t-]?)? \d{{3,4}}
      | titan [ \t-]? (?:rtx|xp|x|v) | rtx [ \t-]? titan
      | tpus? [ \t-]? (?:(?:vm|pod)s? [ \t-])? [(`]{{0,2}} v? [ \t-]?
        \d (?:[ep]|litepod|[ ]lite)? (?:-\d{{1,5}})? (?!\.\d)
      | v[2-6] (?:[ep]|litepod)? -\d{{1,5}} [ \t] (?:cloud[ \t])? tpus?
    )
    (?: [ \t_-]{{0,2}} (?: sxm\d? | pci-?e | nvl | ti | super | xtx? | gre | laptop | mobile | max-q | pro | max
      | ultra | ada | generation | blackwell | (?<!\d)\d{{1,3}}[ ]?gi?b? | hbm\w{{1,3}} | gpus? | gcds? | hpus? | cores?
      | chips? | d | s ) (?!\w) ){{0,5}}
    (?! \w | -(?:high|mega|ultra|edge)gpu | \.\d{{0,2}}x?(?:large|metal) )
"""
