"""Numbers in prose, as digits and as words. All patterns expect lower case."""

from __future__ import annotations

import re

from ..units import SCALES, english_number

_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_WORDS: dict[str, float] = {
    **{word: float(value) for value, word in enumerate(_ONES, 1)},
    **dict.fromkeys(("a", "an", "single"), 1.0),
    "half": 0.5,
    "couple": 2.0,
    "dual": 2.0,
    "pair": 2.0,
    "dozen": 12.0,
    "fourteen": 14.0,
    "fifteen": 15.0,
    "sixteen": 16.0,
    "twenty": 20.0,
    "twenty-four": 24.0,
    "thirty": 30.0,
    "thirty-two": 32.0,
    "forty": 40.0,
    "forty-eight": 48.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "sixty-four": 64.0,
    "seventy-two": 72.0,
    "ninety": 90.0,
    # The languages of most other cards; no words that English has too.
    **dict.fromkeys(["zwei", "deux", "duas", "dois", "два", "две", "двух"], 2.0),
    **dict.fromkeys(["drei", "trois", "tres", "três", "три", "трёх", "трех"], 3.0),
    **dict.fromkeys(["vier", "quatre", "cuatro", "quatro", "quattro", "четыре", "четырёх", "четырех"], 4.0),
    **dict.fromkeys(["acht", "huit", "ocho", "oito", "otto", "восемь", "восьми"], 8.0),
    **dict.fromkeys(
        ["ein", "eine", "einer", "einem", "einen", "une", "una", "uno", "одна", "одной", "одном", "одну", "один"], 1.0
    ),
    **dict.fromkeys(["due", "dwa", "dwie", "dwóch", "dvě"], 2.0),
    **dict.fromkeys(["tre", "trzy", "trzech"], 3.0),
    **dict.fromkeys(["cztery", "czterech"], 4.0),
    **dict.fromkeys(["fünf", "cinq", "cinco", "cinque", "pięć", "пять", "пяти"], 5.0),
    **dict.fromkeys(["sechs", "seis", "шесть"], 6.0),
    **dict.fromkeys(["zehn", "dix", "diez", "dez", "dieci", "dziesięć", "десять"], 10.0),
    **{digit: float(value) for value, digit in enumerate("一二三四五六七八九十", 1)},
    "两": 2.0,
    "兩": 2.0,
}
CJK_DIGIT = "[一二两兩三四五六七八九十]"

DIGITS = (
    r"(?:\d{1,3}(?:(?:\u2009 |[ '\u2019\u2009])\d{3}){1,4}(?!\d)(?:[.,]\d{1,6})?"
    r"|\d{1,12}(?:,\d{3}){0,4}(?:[.,]\d{1,6})?)"
)
_BEFORE_PART = re.compile("(?:(?P<digit>[0-9][ '\u2019\u2009])|\u00b1 ?|\\+/?- ?)$")
_GROUP = re.compile("[0-9]{3}(?![0-9])")
WORD = "(?:" + "|".join(sorted((word for word in _WORDS if len(word) > 2), key=len, reverse=True)) + ")"
# Longer scales first; a single letter must not begin a word.
SCALE = r"(?:thousand|million|billion|trillion|[kmbt](?![a-z]))"


def is_part(low: str, place: int) -> bool:
    """True if the number continues one that began earlier, or follows `±`."""
    found = _BEFORE_PART.search(low[max(0, place - 4) : place])
    return found is not None and (found["digit"] is None or _GROUP.match(low, place) is not None)


def number(written: str, scale: str | None = None) -> float | None:
    """Number written in digits or as a word, times a scale such as `k` or `million`; None if unparsable.

    English notation: one comma before three digits separates thousands, else it is a decimal comma.
    """
    factor = SCALES.get(scale or "", 1)
    written = written.strip()
    if written in _WORDS:
        return _WORDS[written] * factor
    found = english_number(written)
    return None if found is None else found * factor
