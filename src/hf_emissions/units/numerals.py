r"""Parse numbers as people write them: digit groups, decimal marks, powers of ten.

Groups are separated by a comma, point, underscore, apostrophe, any kind of blank, or LaTeX's `\,` and `{,}`. A single
comma or point before three digits may be either mark, and such a number has two readings.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

# Plain, no-break, thin, narrow and figure spaces; a thin space followed by a plain one is left over from `\,`.
BLANK = r"(?:\u2009 |[ \u00a0\u2004-\u200a\u202f]|\\[,;: ]|&(?:nbsp|thinsp|#160|#8239|#8201);)"
_APOSTROPHES = "'\u2018\u2019\u02bc\u2032\u00b4`"
_MARK = rf"(?:[.,_{_APOSTROPHES}]|\{{,\}}|\{{\.\}})"
MANTISSA = rf"(?:[0-9]+(?:{_MARK}[0-9]+|{BLANK}[0-9]{{3}}(?![0-9]))*|\.[0-9]+)"
_MINUS = "\u2212\u2013\u2010\u2011-"
_SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
_RAISED = (
    rf"(?: {{0,3}}(?:\^|\*\*) {{0,6}}[{{(]?[ {{]?(?P<power>[+{_MINUS}]? ?[0-9]{{1,3}})(?![0-9.,])[ }})]{{0,8}}"
    rf"|(?P<raised>[\u207a\u207b]?[{_SUPERSCRIPTS}]{{1,3}}))"
)
NUMERAL = (
    rf"(?:(?P<base>10){_RAISED}".replace("<power>", "<power1>").replace("<raised>", "<raised1>")
    + rf"|(?P<mantissa>{MANTISSA})(?:[eE](?P<exponent>[+{_MINUS}]?[0-9]{{1,4}})(?![0-9.,])"
    + rf"| {{0,3}}\$?(?:[\u00d7x*\u00b7\u22c5]|\\?times\b|&(?:times|sdot|middot|#215|#xd7|#183);) {{0,3}}10{_RAISED})?)"
)
_WHOLE = re.compile(NUMERAL)
_ANY_BLANK = re.compile(BLANK)
_PLAIN = re.compile(r"[0-9]+|\.[0-9]+|[0-9]+[.,][0-9]+")
_EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
# One mark between all groups, and a different one, or none, before decimals.
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?P<group>[.,_' ])[0-9]{3}(?:(?P=group)[0-9]{3})*(?:(?!(?P=group))[.,][0-9]+)?")
_ENGLISH = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_LAKHS = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")
_DIGITS_OF = {char: str(index) for index, char in enumerate(_SUPERSCRIPTS)} | {"\u207a": "+", "\u207b": "-"}
_LARGEST_EXPONENT = 99  # in text; no emissions figure needs more
_LONGEST = 60  # characters of a number in text


class Reading(NamedTuple):
    """A possible value of a number, and half a unit of its last significant digit."""

    value: Fraction
    off: Fraction


def readings(written: str) -> tuple[Reading, ...]:
    """Possible readings of a numeral: one, two if a mark may separate thousands or decimals, none if invalid."""
    found = _WHOLE.fullmatch(written) if len(written) <= _LONGEST else None
    return () if found is None else readings_of(found)


def readings_of(found: re.Match[str]) -> tuple[Reading, ...]:
    """Like `readings`, for a match of `NUMERAL`."""
    if found["base"]:
        exponent = _exponent(found["power1"], found["raised1"])
        return () if exponent is None else (Reading(Fraction(10) ** exponent, Fraction(0)),)
    exponent = _exponent(found["exponent"] or found["power"], found["raised"])
    if exponent is None:
        return ()
    # A mantissa with a power of ten has decimals; groups there would be a slip.
    written = found["mantissa"]
    if exponent and "," not in written and _EITHER.fullmatch(written):
        return (_reading(written, exponent),)
    return tuple(_reading(plain, exponent) for plain in _plain(written))


def english_number(written: str) -> float | None:
    """Parse a numeral in English text, where a comma groups and a point marks decimals; None if invalid."""
    if _ENGLISH.fullmatch(written):  # fast path for most numerals
        return float(written.replace(",", ""))
    found = readings(written)
    return float(found[0].value) if found else None


def last_digit_off(written: str) -> float:
    """Relative uncertainty of a number from its last significant digit; 0 if it is zero or invalid."""
    found = readings(written)
    return float(found[0].off / found[0].value) if found and found[0].value else 0.0


def _plain(mantissa: str) -> list[str]:
    """Mantissa with a decimal point and no other mark, once per reading; decimals first."""
    written = re.sub(rf"[{_APOSTROPHES}]", "'", mantissa).replace("{,}", ",").replace("{.}", ".")
    written = _ANY_BLANK.sub(" ", written)
    if _EITHER.fullmatch(written):
        return [written.replace(",", "."), re.sub("[.,]", "", written)]
    if _PLAIN.fullmatch(written):
        return [written.replace(",", ".")]
    grouped = _GROUPED.fullmatch(written)
    if grouped:
        return [written.replace(grouped["group"], "").replace(",", ".")]
    return [written.replace(",", "")] if _LAKHS.fullmatch(written) else []


def _exponent(digits: str | None, raised: str | None) -> int | None:
    """Power of ten, 0 if absent; None if too large for a figure."""
    text = digits or "".join(_DIGITS_OF[char] for char in raised or "")
    exponent = int(re.sub(rf"[{_MINUS}]", "-", text).replace(" ", "")) if text else 0
    return exponent if abs(exponent) <= _LARGEST_EXPONENT else None


def _reading(plain: str, exponent: int) -> Reading:
    number = Decimal(plain)
    # Trailing zeros of a whole number may be rounding.
    last = int((number if "." in plain else number.normalize()).as_tuple().exponent)
    scale = Fraction(10) ** exponent
    return Reading(Fraction(plain) * scale, Fraction(1, 2) * Fraction(10) ** last * scale if number else Fraction(0))
