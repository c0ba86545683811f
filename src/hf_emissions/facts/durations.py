"""Durations in prose, in hours: `4 days 9.5 hours`, `6d 3h 7m`, `300 V100 GPU hours`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .. import units
from .keywords import parts
from .numbers import DIGITS, SCALE, WORD, is_part, number

Of = Literal["wall", "devices", "others"]

_SPELLINGS = {
    "month": "months month monate mois meses mesi 个月 個月 ヶ月 месяца месяц",
    "week": "weeks week wks wk semanas semana semaines semaine wochen woche settimane settimana tygodni tygodnie "
    "minggu hafta tuần weken weeks 周 週間 주 недель недели неделю",
    "day": "أيام يوم days day d jours jour dias dia días día tagen tage tag giorni giorno "
    "dni dagen hari gün ngày päivää 天 "
    "日間 일간 일 dagar dag дней дня день суток",
    "hour": "hours hour hrs hr h heures heure horas hora stunden stunde std ore 시간 godzin godziny godzinę "
    "jam saat giờ ساعات ساعة tunnissa uur uren tuntia tunnin годин години 小时 小時 時間 часов часа час timmar timer",
    "minute": "minutes minute mins min minuten minutos menit dakika phút minuuttia хвилин minuti m 分钟 分鐘 分間 "
    "минут минуты",
    "second": "seconds second secs sec s",
}
# Written as one word: `1,200 GPUh`.
_GLUED = frozenset(["gpuh", "tpuh", "a100h", "a800h", "h100h", "h200h", "h800h", "v100h"])
_UNIT_OF = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_UNIT_OF.update(dict.fromkeys(_GLUED, "hour"))
# A single letter is a unit only behind digits; these three only if a smaller unit follows.
_WEAK = frozenset(["d", "m", "s"])
_UNIT = "(?:" + "|".join(sorted(_UNIT_OF, key=len, reverse=True)) + r")(?![a-z_\d])"

_DEVICE_WORD = (
    r"(?:nvidia|amd|google|cloud|tesla|geforce|rtx|gtx|titan|hopper|ampere|tpu(?:[ -]?v?\d[a-z]?(?:-\d{1,4})?)?"
    r"|v[2-6][ep]?(?:-\d{1,4})?|gpu|cpu|npu|hpu|ipu|xpu|gaudi|node|server|machine|core|chip|device|accelerator|card"
    r"|mi\d{2,3}[a-z]?|gh?\d{2,3}|[abhklptv]\d{1,4}[a-z]?|\d{4}(?:[ -]?ti)?|\d{2,3} ?gb?|sxm\d?|pcie)s?"
)
# Accelerators, whose hours are summed; hours of processors and nodes are not accelerator hours.
_OF_DEVICES = re.compile(
    r"gpu|tpu|npu|hpu|ipu|xpu|gaudi|nvidia|rtx|gtx|titan|tesla|chip|device|accelerator|card"
    r"|\b(?:mi\d{2,3}|gh?\d{3}|[abhklptv]\d{1,4})"
)
_OF_OTHERS = re.compile(r"cpu|node|server|machine|^(?:core)s?\b")

_NUMBER = rf"(?:(?:{DIGITS})|{WORD}|\ban?\b)"
_TIME = re.compile(
    rf"(?<![a-z0-9_.,/$€:=-])(?P<low>half|{_NUMBER})"
    rf"(?: ?(?:\u00b1|\+/-|\+-) ?{DIGITS})?"
    rf"(?:(?: ?(?:-|\u2013|\u2014|~|to|or|bis|à|до) ?| ?%? ?(?:and|y|et|und|и) (?=[\d.]{{1,6}} ))(?P<high>{DIGITS}"
    rf"|{WORD}))?"
    r"(?P<half> and (?:a )?half)?(?P<more>\+)?"
    rf"(?: ?(?P<scale>{SCALE}))?[ \t~≈-]{{0,3}}(?:an? |of an? |of |total |cumulative |combined |[多余]?[个個]?)?"
    rf"(?P<devices>(?:{_DEVICE_WORD}[ \t-]{{1,2}}){{0,5}})(?P<unit>{_UNIT})(?P<late> and a half|半)?",
)
_AND = re.compile(r"\d ?%? ?(?:and|y|et|und|и) [\d.]")
_BETWEEN = re.compile(r"\b(?:between|entre|zwischen|tra|между|od) ?$")
_NEXT = re.compile(
    rf"[ ,]{{0,2}}(?:and |& |und |et |y |e |и )?(?P<low>{DIGITS}|{WORD}|an?)(?P<half> and (?:a )?half)?[ "
    rf"-]{{0,2}}(?P<unit>{_UNIT})"
)
# As in `7h21min` and `2h17m`, which no blank parts.
_JOINED = re.compile(
    r"(?<![a-z0-9_.,:/$-])(?:(?:(?P<d>\d{1,3}) ?d ?)?(?P<h>\d{1,4}) ?h ?(?P<m>[0-5]?\d) ?m?(?:in(?:s|utes?)?)?(?: "
    r"?(?P<s>[0-5]?\d) "
    r"?s(?:ec)?)?(?![a-z0-9])"
    r"|(?P<dd>\d{1,3}) ?d ?(?P<only_h>\d{1,2}) ?h(?![a-z0-9])"
    r"|(?P<hh>\d{1,3}):(?P<mm>[0-5]\d):(?P<ss>[0-5]\d)(?:\.\d{1,6})?(?![\d:/]))"
)
_ALONE = re.compile(rf"[~≈ *]{{0,4}}(?P<low>{DIGITS}) ?(?P<unit>[dms]|sec)[ *.]{{0,4}}")
_CLOCK = re.compile(r"[ ,]{0,2}(?P<h>\d{1,4}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d)(?:\.\d{1,6})?)?(?![\d:])")
# As French, Spanish and Polish put it: `9 200 heures GPU`.
_OF_GPUS = re.compile(r" (?:de |di |d')?(?:gpu|tpu)s?\b")
# Cheap check for any unit, before the full pattern: parts of the words, and the letters that are units behind digits.
_UNIT_PARTS = parts(
    "gpuh, tpuh, 00h, hour, hr, sec, day, week, wk, month, min, heure, jour, hora, dia, día, stund, tag, woch, "
    "seman, semain, giorn, час, дн, сут, недел, минут, settiman, tim, dag, mes, mois, godz, dni, jam, hari, "
    "saat, gün, giờ, ngày, uur, uren, tunti, päiv, годин, menit, dakika, phút, tygod, minggu, hafta, tuần, "
    "weken, ore, ساع, أيام, يوم, tunni, 天, 小, 時, 周, 週, 分, 月, 日, 시, 일, 주"
)
_DIGIT_UNIT = re.compile(r"\d(?::\d\d:\d| ?h(?:\b|\d)|d(?:\b|\d))")


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration in hours, whose hours they are, and its span."""

    hours: float
    of: Of
    start: int
    end: int


def durations(low: str) -> Iterator[Duration]:
    """Durations in a lower-case text; the midpoint for a range."""
    if not any(map(low.__contains__, _UNIT_PARTS)) and not _DIGIT_UNIT.search(low):
        return
    place = 0
    joined = _JOINED.search(low)
    while (found := _TIME.search(low, place)) is not None or joined is not None:
        if joined is not None and joined.start() < place:
            joined = _JOINED.search(low, place)
            continue
        if joined is not None and (found is None or joined.start() <= found.start()):
            yield Duration(_joined_hours(joined), "wall", joined.start(), joined.end())
            place, joined = joined.end(), _JOINED.search(low, joined.end())
            continue
        assert found is not None
        place = found.end()
        duration = None if is_part(low, found.start()) else _duration(found, low)
        if duration is not None:
            yield duration
            place = duration.end


def clock_hours(written: str) -> float | None:
    """Hours of a bare `hh:mm:ss` such as `05:12:33`; None for anything else."""
    found = _CLOCK.fullmatch(written)
    return _clock(found) if found and found["s"] else None


def cell_duration(low: str) -> Duration | None:
    """The duration of a cell or value, where a letter alone is a unit too: `36m`, `2d`."""
    alone = _ALONE.fullmatch(low)
    if alone is not None:
        value = number(alone["low"])
        hours = value * units.HOURS_PER[_UNIT_OF[alone["unit"]]] if value else 0.0
        return Duration(hours, "wall", alone.start("low"), alone.end("unit")) if hours else None
    return next(durations(low), None)


def _duration(found: re.Match[str], low: str) -> Duration | None:
    value = _value(found)
    spelling = found["unit"]
    if (
        value is None
        or (len(spelling) == 1 and not found["low"][-1].isdigit())
        or (found["scale"] and not found["devices"] and spelling not in _GLUED)
    ):
        return None
    unit = _UNIT_OF[spelling]
    devices = (
        found["devices"] or (spelling if spelling in _GLUED else "") or (_OF_GPUS.match(low, found.end()) or [""])[0]
    )
    time = Duration(value * units.HOURS_PER[unit], _of(devices), found.start(), found.end())
    longer = time if devices else _continued(time, unit, low)
    return None if spelling in _WEAK and longer is time else longer


def _value(found: re.Match[str]) -> float | None:
    scale = found["scale"]
    low, high = number(found["low"], scale), number(found["high"], scale) if found["high"] else None
    if low is None:
        return None
    if high is not None and _AND.search(found[0]) and not _BETWEEN.search(found.string[: found.start()]):
        return None  # `40 and 84 hours` are two durations
    if high is not None:
        low = (low + high) / 2 if high > low else high
    return low + 0.5 if found["half"] or found["late"] else low


def _of(devices: str) -> Of:
    if not devices:
        return "wall"
    if _OF_OTHERS.search(devices) and not _OF_DEVICES.search(devices):
        return "others"
    return "devices" if _OF_DEVICES.search(devices) else "wall"


def _continued(time: Duration, unit: str, low: str) -> Duration:
    """Add the smaller units that follow, such as `9.5 hours` after `4 days`."""
    while True:
        clock = _CLOCK.match(low, time.end) if unit == "day" else None
        if clock:
            return replace(time, hours=time.hours + _clock(clock), end=clock.end())
        found = _NEXT.match(low, time.end)
        more = number(found["low"]) if found else None
        if found is None or more is None or units.HOURS_PER[_UNIT_OF[found["unit"]]] >= units.HOURS_PER[unit]:
            return time
        unit = _UNIT_OF[found["unit"]]
        more += 0.5 if found["half"] else 0
        time = replace(time, hours=time.hours + more * units.HOURS_PER[unit], end=found.end())


def _clock(found: re.Match[str]) -> float:
    return units.s_to_hours(units.clock_to_s(int(found["h"]), int(found["m"]), int(found["s"] or 0)))


def _joined_hours(found: re.Match[str]) -> float:
    hours, minutes, seconds = (
        int(found[name] or found[other] or 0) for name, other in (("h", "hh"), ("m", "mm"), ("s", "ss"))
    )
    days = int(found["d"] or found["dd"] or 0)
    hours += int(found["only_h"] or 0)
    return days * units.HOURS_PER["day"] + units.s_to_hours(units.clock_to_s(hours, minutes, seconds))
