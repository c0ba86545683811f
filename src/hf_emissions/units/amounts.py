"""Find masses and energies in text; an amount is read whole or not at all.

Ends of ranges, bounds, terms of sums and parts of other numbers are not amounts. `12.5 ± 0.4 kg` is 12.5 kg. If a mark
may separate thousands or decimals, an amount has two readings, and is uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from .numerals import BLANK, MANTISSA, NUMERAL, Reading, readings, readings_of
from .sizes import ANY_CASE, ENERGY, MASS, SCALES, TRAPS, UNITS, Dimension, Unit, nearest


class Amount(NamedTuple):
    """An amount in the internal unit of its dimension, and its position in the text.

    Attributes:
        values: possible values: one if certain, else two.
        off: uncertainty of the first value, from its last digit or from `±`.
        unit: the unit as written.
        of_co2: True if CO2 follows.
        start: start of the number.
        end: end of the amount.
    """

    values: tuple[float, ...]
    off: float
    unit: str
    of_co2: bool
    start: int
    end: int

    @property
    def value(self) -> float | None:
        """The only value; None if there are two."""
        return self.values[0] if len(self.values) == 1 else None


CO2 = (
    r"(?:co {0,6}(?:<sub>)?\$?_?\{?(?:\\text\{)?[2\u2082]\}?\$?(?:</sub>)?[ -]{0,6}(?:-? ?e(?:q(?:uiv(?:alents?"
    r"|\.)?)?)?\.?)?"
    r"(?![a-z]{4})|carbon dioxide(?: equivalents?)?)"
)
_SCALES = {
    name: SCALES[name.removesuffix("s")]
    for name in ["k", "thousand", "million", "millions", "billion", "billions", "trillion"]
}
# Tons of emissions are read as metric; short and long tons differ by a tenth, which becomes the uncertainty.
_TONS = ("metric ton", "metric tons", "ton", "tons", "metric-ton", "metric-tons")
_KILOTONS = ("kiloton", "kilotons", "megaton", "megatons")
_IN_TEXT = {MASS: ("metric[ -]tonnes?", *_TONS, *_KILOTONS), ENERGY: ()}
_TON_SIZES = {"kilo": Fraction(10**9), "mega": Fraction(10**12)}
_TON_OFF = Fraction(1, 10)
_ANY_CO2 = re.compile(CO2, re.IGNORECASE)
_GAP = r"[ \u00b7-]?"


def _spelled(dimension: Dimension) -> str:
    """Pattern for all spellings of the units of a dimension."""
    names = {name for name, unit in UNITS.items() if unit.dimension == dimension and "metric" not in name}
    listed = [re.sub("(?<=watt)(?=hours?$)|(?<=kW|MW|GW|TW|mW)(?=hs?$)", lambda _: _GAP, name) for name in names]
    return "|".join(sorted([*listed, *_IN_TEXT[dimension]], key=len, reverse=True))


_PLUS_MINUS = r"(?:\u00b1|\+ ?/ ?[-\u2212]|\+ ?[-\u2212](?= ?[0-9])|\\?\bpm\b|&plusmn;|\u2213)"
_ERROR = rf"(?:[ $]{{0,3}}{_PLUS_MINUS}[ $]{{0,3}}(?P<error>{MANTISSA})(?P<percent> {{0,2}}\\?%)?)?"
_NUMERAL = re.compile(NUMERAL)
_DIGIT = re.compile("[0-9]")
_TAILS = {
    dimension: re.compile(
        rf"{_ERROR}[ \t]{{0,1}}[)$*`]{{0,4}}(?:{BLANK}{{0,2}}-?(?P<scale>{'|'.join(_SCALES)})\b)?"
        rf"(?:{BLANK}|~){{0,3}}-?[(\[{{]?(?P<unit>{_spelled(dimension)})"
        rf"(?:(?P<co2>(?: of)?[ -]{{0,3}}[(\[]?{CO2})|(?![^\W_]|_[a-z]))",
        re.IGNORECASE,
    )
    for dimension in (MASS, ENERGY)
}
_BARE = re.compile(rf"{_ERROR}[)$ ]{{0,3}}(?:{BLANK}?(?P<scale>{'|'.join(_SCALES)})\b)?(?![\w/%\u00b0])", re.IGNORECASE)

# -- context before the number -----------------------------------------------------------------------------------------
_REACH = 64
_ROUGHLY = (
    r"(?:about|around|approximately|approx\.?|roughly|some|just|only|a total of|total of|the|an?|an estimated|estimated"
    r"|circa|ca\.?|etwa|rund|environ|unos|circa|cerca de|alrededor de)"
)
_BOUND = (
    r"(?:(?:less|more|fewer|greater|lower|higher|smaller|larger|bigger|better|worse|other|rather) than|up to|at most"
    r"|at least|under|over|below|above|beyond|within|exceed(?:s|ed|ing)?|no more than|as (?:much|many|little|high|low)"
    r" as|upwards? of|north of|south of|max(?:imum|imal|\.)?(?: of)?|min(?:imum|imal|\.)?(?: of)?|between|from|until"
    r"|till|upper (?:bound|limit)(?: of)?|lower (?:bound|limit)(?: of)?|limit(?:ed)? (?:of|to)|not"
    r"|cap(?:ped)? (?:of|at)"
    r"|budget of|weniger als|mehr als|unter|\u00fcber|ueber|bis(?: zu)?|h\u00f6chstens|mindestens|maximal"
    r"|minimal|zwischen|von|ab"
    r"|moins de|plus de|jusqu'? ?\u00e0|jusqu\u2019\u00e0|au plus|au moins|entre|menos de|m\u00e1s de|mas de"
    r"|hasta|como m\u00e1ximo|al menos"
    r"|menos que|mais de|mais que|at\u00e9|pelo menos|meno di|pi\u00f9 di|fino a|almeno|tra|fra|minder dan"
    r"|meer dan|tot|tussen"
    r"|\\?leq?|\\?geq?|\\?lt|\\?gt|&[lg][te];|\\?leqslant|\\?geqslant"
    r"|half|third|quarter|tenth|fifth|twice|double|triple|percent|%|times)"
)
_IS_BOUND = re.compile(
    rf"(?:(?<![^\W\d_]){_BOUND}(?: of)?|[<>\u2264\u2265\u2266\u2267\u2a7d\u2a7e\u226a\u226b\u2272\u2273]=?)"
    rf"(?:[\s~\u2248$]{{1,3}}{_ROUGHLY}){{0,2}}[\s~\u2248$(]{{0,4}}$",
    re.IGNORECASE,
)
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|hundred|thousand|million|billion|dozen|zwei|drei|vier|f\u00fcnf|zehn|hundert|tausend|deux|trois"
    r"|cinq|dix|cent"
    r"|mille|dos|tres|cinco|diez|mil)"
)
_JOIN_WORD = (
    r"(?:to|and|or|up to|through|thru|till|until|versus|vs\.?|plus|minus|times|by|bis|und|oder|mal|\u00e0|a|et"
    r"|ou|y|e|o|ed|en|tot"
    r"|of|point|comma|komma|virgule|punto|coma|-|\u2013|\u2014|\u2212|~|/|\+|\u00d7|x|\*|\u00b7|,|&|\.\.+"
    r"|\u2026|to about|and about|to around|\u81f3|\u5230)"
)
# Another number or number word, of which this one may be a part or the range end.
_BEFORE_NUMBER = re.compile(
    rf"(?:[0-9\u00bc-\u00be\u2150-\u215e\u2070\u00b9\u00b2\u00b3\u2074-\u2079]|\b{_NUMBER_WORD})"
    rf"(?P<unit>[%$)\]\s]{{0,3}}(?:[^\W\d_]{{1,14}}[ -]?)?(?:\(?{CO2}\)?)?)??"
    rf"(?:(?P<join>\s{{0,3}}{_JOIN_WORD})\s{{0,3}}|\s{{1,3}})[~\u2248]?\$?$",
    re.IGNORECASE,
)
# A number separated by signs only: `1 / 2`, `3 • 250`, `2023 250`.
_TOUCHING = re.compile(r"(?:[0-9\u00bc-\u00be\u2150-\u215e](?P<between>[^\w|;=\n\u2192\u21d2]{0,8}))$")
_CLEAN_BETWEEN = re.compile(r"[)\]\"'\u201d]?(?:[:.]\s+|\s?[)\]]\s?|\s?,\s+)\(?[~\u2248]?\$?")
_THREE_DIGITS = re.compile("[0-9]{3}(?![0-9])")
_SHORT_NUMBER = re.compile(r"(?<![0-9.,])[0-9]{1,3}$")
# Characters that must not directly precede a number; blanks, brackets, quotes, =, ~, | and a colon may.
_GLUED = re.compile(r"[\w.,/\\^*+#@&'\u2019\u00b1\u2213\u00d7\u00b7\u00f7\u2215\u2044\u2010-\u2015\u2212-]$")
# HTML entities that are no blank and no "about": a sign that joins the number to what stands before it.
_ENTITY = re.compile(r"&(?!(?:nbsp|thinsp|asymp|approx|sim|ap|#160|#8239|#8201|#8776);)#?\w{2,8};\s{0,3}$")
_SIGNED = re.compile(rf"(?:{_PLUS_MINUS}[\s$({{]{{0,6}}|[-\u2010-\u2015\u2212][$({{]{{1,3}})$")

# -- context after the amount ------------------------------------------------------------------------------------------
_BOUND_BEHIND = re.compile(
    r"\s{0,2}(?:\+(?!\s?[0-9/-])|(?:,? ?(?:or|and|oder|ou|o)\s+(?:less|more|fewer|under|over|below|above|lower"
    r"|higher|up"
    r"|beyond|weniger|mehr|moins|plus|menos|m\u00e1s|mas)\b)|\(?(?:at (?:most|least)|max(?:imum|\.)?|min(?:imum"
    r"|\.)?|upper"
    r"|lower|tops)\b|[<>\u2264\u2265])",
    re.IGNORECASE,
)
_JOIN_BEHIND = re.compile(
    rf"[)\]$\s]{{0,3}}(?P<join>{_JOIN_WORD})?[)\]$\s]{{0,3}}[~\u2248($]{{0,2}}\s?(?=\.?[0-9])", re.IGNORECASE
)
_NEXT_WORD = re.compile(
    rf"{MANTISSA}(?:\s?(?:{'|'.join(_SCALES)})\b)?[\s(\[)$-]{{0,4}}(?P<word>[^\W\d_]{{0,24}}(?: hours?)?)",
    re.IGNORECASE,
)
# `12.5 kg (± 0.4 kg)`, `12.5 kg (27.6 lb)`, `12.5 kg = 12500 g`
_SAID_AGAIN = re.compile(rf"[)\]$ ]{{0,3}}(?:\(?{_PLUS_MINUS}|[(\[=])")
_POWER_BEHIND = re.compile(r"(?:[\u00b2\u00b3^]|\s?(?:[\u00d7*]|x\s)\s?[0-9])")


def find_masses(text: str) -> Iterator[Amount]:
    """Masses in a text, in grams, in order."""
    return _find(text, MASS)


def find_energies(text: str) -> Iterator[Amount]:
    """Energies in a text, in kWh, in order."""
    return _find(text, ENERGY)


def read_in(text: str, unit: str) -> Amount | None:
    """Amount whose number begins the text, in a unit given elsewhere; None if another word follows it."""
    meant = _unit(unit)
    found = _NUMERAL.match(text)
    if meant is None or found is None:
        return None
    tail = _BARE.match(text, found.end())
    if tail is None or not _ends(text, tail.end(), None):
        return None
    return _amount(found, tail, meant, unit, of_co2=False)


def _find(text: str, dimension: Dimension) -> Iterator[Amount]:
    tails = _TAILS[dimension]
    for found in _numerals(text):
        tail = tails.match(text, found.end())
        unit = _unit(tail["unit"]) if tail else None
        if tail is None or unit is None:
            continue
        if _begins(text, found.start(), dimension) and _ends(text, tail.end(), dimension):
            amount = _amount(found, tail, unit, tail["unit"], of_co2=tail["co2"] is not None)
            if amount is not None:
                yield amount


def _numerals(text: str) -> Iterator[re.Match[str]]:
    """Numerals of a text; searching for digits first is faster."""
    place = 0
    while (digit := _DIGIT.search(text, place)) is not None:
        start = digit.start()
        begins_with_point = text.endswith(".", 0, start)
        found = _NUMERAL.match(text, start - begins_with_point)
        place = found.end() if found else digit.end()
        if found:
            yield found


def _unit(written: str) -> Unit | None:
    """Unit of a spelling; None if unknown or ambiguous in size."""
    low = " ".join(written.lower().replace("-", " ").split())
    if low.endswith(("ton", "tons")):
        return Unit(MASS, _TON_SIZES.get(low[:4], UNITS["t"].size))
    plain = re.sub(r"[ \u00b7-]", "", written)
    if plain in UNITS:
        return UNITS[plain]
    return None if plain.lower() in TRAPS else ANY_CASE.get(plain.lower())


def _amount(found: re.Match[str], tail: re.Match[str], unit: Unit, written: str, *, of_co2: bool) -> Amount | None:
    size = unit.size * _SCALES.get((tail["scale"] or "").lower(), 1)
    read = readings_of(found) if len(found[0]) <= _REACH else ()
    if not read:
        return None
    off = max(read[0].off, _error(tail, read[0]))
    if re.search(r"tons?$", written, re.IGNORECASE) and "metric" not in written.lower():
        off = max(off, read[0].value * _TON_OFF)
    values = tuple(nearest(reading.value * size) for reading in read)
    return Amount(values, nearest(off * size), written, of_co2, found.start(), tail.end())


def _error(tail: re.Match[str], read: Reading) -> Fraction:
    """Uncertainty given by `±`; 0 if none."""
    error = readings(tail["error"] or "")
    if not error:
        return Fraction(0)
    return read.value * error[0].value / 100 if tail["percent"] else error[0].value


def _begins(text: str, start: int, dimension: Dimension) -> bool:
    """True if nothing before the number is a part of the amount or makes it a bound."""
    head = text[max(0, start - _REACH) : start]
    if not head or head.isspace():
        return True
    if any(pattern.search(head) for pattern in (_GLUED, _IS_BOUND, _SIGNED, _ENTITY)):
        return False
    touching = _TOUCHING.search(head)
    if touching and not _is_clean(head[: touching.start("between")], touching["between"], text, start):
        return False
    before = _BEFORE_NUMBER.search(head)
    if before is None:
        return True
    if before["join"] is None:
        return not _is_of(before["unit"] or "", dimension)
    return _is_other(before["unit"] or "", dimension)


def _is_clean(before: str, between: str, text: str, start: int) -> bool:
    """True if the signs between two numbers separate them: `in run 3: 5 kg`, `in 2023. 5 kg`."""
    if not _CLEAN_BETWEEN.fullmatch(between):
        return False
    could_group = _THREE_DIGITS.match(text, start) and _SHORT_NUMBER.search(before)
    return not ("," in between or "." in between) or not could_group


def _is_other(words: str, dimension: Dimension) -> bool:
    """True if the words after a number show that it counts something other than this dimension."""
    word = _ANY_CO2.sub("", words.lower()).strip(" $%()[]-\t\n")
    unit = _unit(word) if word else None
    if unit is not None:
        return unit.dimension != dimension
    return len(word) > 2 and word not in TRAPS


def _is_of(words: str, dimension: Dimension) -> bool:
    """True if the words after a number are a unit of this dimension."""
    word = _ANY_CO2.sub("", words.lower()).strip(" $%()[]-\t\n")
    unit = _unit(word)
    return word in TRAPS or (unit is not None and unit.dimension == dimension)


def _ends(text: str, end: int, dimension: Dimension | None) -> bool:
    """True if the amount ends here: no bound, range end or further part follows."""
    behind = text[end : end + _REACH]
    if _BOUND_BEHIND.match(behind) or _POWER_BEHIND.match(behind):
        return False
    if _SAID_AGAIN.match(behind):
        return True
    joined = _JOIN_BEHIND.match(behind)
    if joined is None:
        return True
    word = _NEXT_WORD.match(behind, joined.end())
    following = word["word"] if word else ""
    if dimension is None:
        return False
    return bool(following) and _is_other(following, dimension)
