"""Tables of several models, sizes or stages: the row of the card's own model, or one training for each row.

The columns say what a cell is: hours summed over devices, a duration, a device, a count, parameters, tokens. Where the
first column has these words instead, each further column is a model, size or stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from .. import units
from .card_text import CardText, lowered
from .devices import devices
from .durations import cell_duration, durations
from .extracted_fact import ExtractedFact
from .facts import Kind, Span, Training, Whose
from .hours import UNITS
from .keywords import DEVICES, SIZES, TIME_LABELS, TIMES
from .numbers import DIGITS, SCALE, number
from .subject import own_names
from .tables import Cell, grids

_KEYWORDS = TIMES | TIME_LABELS | DEVICES | SIZES
_COLUMNS = (
    (
        "device_hours",
        re.compile(
            r"\b(?:gpu|tpu|device|accelerator|[ahv]\d{2,3}|mi\d{3}x?)s?[ -]?(?:hours?|hrs|h|days)\b|gpu小时|卡时"
        ),
    ),
    (
        "wall_hours",
        re.compile(
            r"\b(?:training|train|wall|pre-?training|fine-?tuning)[ -]?(?:clock )?(?:time|duration|hours)\b"
            r"|训练时[间长]|学習時間"
        ),
    ),
    (
        "hardware",
        re.compile(
            r"^(?:training )?(?:hardware|gpu|gpus|gpu type|accelerator|device|gpu model|devices|accelerators|compute"
            r"|显卡|硬件|设备)(?: used)?$"
        ),
    ),
    (
        "count",
        re.compile(r"^(?:#|number of|no\.? of|num) ?(?:gpus|devices|accelerators|tpus|cards)$|^(?:数量|卡数|gpu数)$"),
    ),
    ("parameters", re.compile(r"^(?:#|number of|no\.? of|num|total|model)? ?(?:params|parameters|parameter count)$")),
    ("tokens", re.compile(r"^(?:training |pre-?training |token )?(?:tokens|token count)(?: seen)?$")),
)
# A table of what runs where has a column of hardware too.
_OF_TRAINING = re.compile(r"train|power|energy|emission|co2|carbon|tokens|param")
_TIME = re.compile(
    r"(?:total )?(?:time|duration|wall[- ]?clock(?: time)?|hours|runtime|elapsed|时间|时长|時間|tempo|tiempo|dauer"
    r"|durée)(?: ?\(|$)"
)
_UNIT = re.compile(r"[(\[](?:in )?(?:gpu |tpu |a100 |h100 )?(?P<unit>h|hrs?|hours|d|days|mins?|minutes|weeks)[)\]]$")
_STAGE = re.compile(
    r"(?:stage|phase|step|part)\b|(?:\d\.? ?)?(?:pre-?|post-?|mid-?|continued pre-?|instruction )?(?:training|tuning)\b"
    r"|(?:sft|dpo|rlhf|rl|ppo|grpo|cpt|annealing|long[- ]context|cooldown|decay|warm-?up)\b"
)
_STAGE_HEADER = re.compile(r"(?:training )?(?:stage|phase|step)s?$|训练阶段|阶段|ステージ|단계|étape|etapa|этап|phase$")
_USE = re.compile(
    r"target|pricing|estimate|recommend|infer|requirement|latency|throughput|speed(?!s?, sizes)|serving|deploy"
    r"|benchmark|evaluat"
)
_OF_OTHERS = re.compile(r"competitors?|baselines?|rivals?|other models?")
_OURS = re.compile(r"\b(?:ours|proposed|this model|this one|this work|our model)\b")
_TOTAL = re.compile(r"(?:total|sum|all|overall|\u03a3)\b")
_SIZE = re.compile(
    r"(?<![\w.])[0-9]{1,4}(?:\.[0-9]{1,3})? ?[BbMmKk]\b|\b(?:tiny|small|base|medium|large|xl|xxl|huge)\b", re.IGNORECASE
)
_LONGEST_NAME = 60
_COUNT_ALONE = re.compile(r"[ *]{0,4}(?P<count>[1-9][0-9]{0,3}|[1-9][0-9]?,[0-9]{3})[ *x]{0,4}")
_AMOUNT = re.compile(rf"[~≈ *]{{0,4}}(?P<amount>{DIGITS})(?: ?(?P<scale>{SCALE}))?[ *+]{{0,4}}$")


class _Row(NamedTuple):
    """A model, size or stage, with the facts of its cells."""

    name: str
    start: int
    facts: tuple[ExtractedFact, ...]


def read_training_table(page: CardText) -> Iterator[ExtractedFact]:
    """Facts in the row of the model that the title names; else one training a row that states a time."""
    found = [_table(grid) for grid in grids(page, _KEYWORDS)] if page.text.find("--", page.body) >= 0 else []
    tables = [table for table in found if table is not None]
    names = [name for name in map(_plain, own_names(page)) if len(name) >= 3] if tables else []
    for header, rows in tables:
        own = [row for row in rows if _OURS.search(row.name.lower())]
        own = own or [row for row in rows if any(_is_of(name, row.name) for name in names)]
        if len(own) == 1:
            yield from own[0].facts
            yield from _beside_others(own[0], rows)
        elif not own and not _OF_OTHERS.match(header) and not _is_of_use(page, rows[0].start):
            yield from _trainings(rows, header)


def _beside_others(own: _Row, rows: list[_Row]) -> Iterator[ExtractedFact]:
    """The own training and those of the other rows that state a time, if there are any."""
    others = [row for row in rows if row is not own and _is_timed(row) and not _TOTAL.match(_low(row.name))]
    if others and _is_timed(own):
        both = [_training(row, stages=False, whose="own" if row is own else "another") for row in (own, *others)]
        yield ExtractedFact("trainings", tuple(both), 0, 0)


def _is_timed(row: _Row) -> bool:
    return any(fact.name in ("wall_hours", "device_hours") for fact in row.facts)


def _is_of_use(page: CardText, place: int) -> bool:
    return _USE.search(f"{page.heading(place)} {page.lead_in(place)}") is not None


def _trainings(rows: list[_Row], header: str) -> Iterator[ExtractedFact]:
    """The rows as trainings: stages, whose hours add up, or sizes and experiments, which do not."""
    timed = [row for row in rows if _is_timed(row)]
    total = next((row for row in timed if _TOTAL.match(_low(row.name))), None)
    kept = [row for row in timed if row is not total]
    if len(kept) < 2:
        return
    stages = _STAGE_HEADER.match(header) is not None or all(_STAGE.match(_low(row.name)) for row in kept)
    yield ExtractedFact("trainings", tuple(_training(row, stages=stages) for row in kept), 0, 0)
    if total is not None and stages:
        yield from (fact for fact in total.facts if fact.name in ("wall_hours", "device_hours"))
    elif stages:
        yield from _whole(kept)
    yield from _common(kept)


def _training(row: _Row, *, stages: bool, whose: Whose = "own") -> Training:
    values = {fact.name: fact.value for fact in row.facts}
    places = MappingProxyType({fact.name: Span(fact.start, fact.end) for fact in row.facts})
    name = " ".join(row.name.replace("*", " ").split())[:_LONGEST_NAME]
    kind: Kind = "stage" if stages else "size" if _SIZE.search(name) else "experiment"
    return Training(**values, kind=kind, name=name or None, whose=whose, places=places)


def _whole(rows: list[_Row]) -> Iterator[ExtractedFact]:
    """Hours of all stages, of each kind that every row has."""
    for name in ("device_hours", "wall_hours"):
        hours = [fact for row in rows for fact in row.facts if fact.name == name]
        if len(hours) == len(rows):
            yield ExtractedFact(name, sum(fact.value for fact in hours), hours[0].start, hours[0].end)


def _common(rows: list[_Row]) -> Iterator[ExtractedFact]:
    """The device and the count that all rows have."""
    for name in ("hardware", "count"):
        found = [fact for row in rows for fact in row.facts if fact.name == name]
        if len(found) == len(rows) and len({fact.value for fact in found}) == 1:
            yield found[0]


def _table(grid: list[list[Cell]]) -> tuple[str, list[_Row]] | None:
    """The header above the names, and the rows of a table on training; None for any other table."""
    if len(grid[0]) < 3 or len(grid) < 3:
        return None
    if not any(_kind(text) for text, _ in grid[0][1:]):
        grid = [list(column) for column in zip(*grid, strict=True)]
    header = grid[0]
    kinds = _kinds(header, [_low(row[0][0]) for row in grid[1:]])
    times = any(kind.endswith("hours") for kind in kinds.values())
    if not kinds or not (times or any(_OF_TRAINING.search(lowered(text)) for text, _ in header)):
        return None
    named = next(filter(None, (_device_of(*header[column]) for column in kinds)), None)
    in_header = [_unit_of(text) for text, _ in header]
    rows = [_Row(row[0][0], row[0][1], tuple(_facts(kinds, row, in_header, named))) for row in grid[1:]]
    return _low(header[0][0]), rows


def _kinds(header: list[Cell], names: list[str]) -> dict[int, str]:
    """What the columns say; a time that no word ties to training is one beside devices, or of stages."""
    kinds = {column: kind for column, (text, _) in enumerate(header) if (kind := _kind(text)) is not None}
    if not {"hardware", "count"}.isdisjoint(kinds.values()) or all(map(_STAGE.match, names)):
        kinds |= {column: "wall_hours" for column, (text, _) in enumerate(header) if _TIME.match(_low(text))}
    return kinds


def _unit_of(header: str) -> str | None:
    low = _low(header)
    found = _UNIT.search(low)
    return UNITS.get(found["unit"]) if found else "day" if low.endswith("days") else None


def _device_of(header: str, start: int) -> ExtractedFact | None:
    """The device that a header names, as in `GPU hours (A100-80GB)`."""
    found = devices(header, lowered(header))
    if len(found) != 1 or found[0].name is None:
        return None
    return ExtractedFact("hardware", found[0].name, start + found[0].start, start + found[0].end)


def _facts(
    kinds: Mapping[int, str], row: list[Cell], header: list[str | None], named: ExtractedFact | None
) -> Iterator[ExtractedFact]:
    """Facts of a row, the first of each name; the device may be that of the header."""
    done: set[str] = set()
    for fact in (
        *(fact for column, kind in kinds.items() for fact in _fact(kind, *row[column], header[column])),
        *filter(None, [named]),
    ):
        if fact.name not in done:
            done.add(fact.name)
            yield fact


def _low(cell: str) -> str:
    return " ".join(lowered(cell).replace("*", " ").split())


def _kind(header: str) -> str | None:
    low = _low(header)
    return next((kind for kind, pattern in _COLUMNS if pattern.search(low)), None)


def _is_of(name: str, cell: str) -> bool:
    row = _plain(cell)
    return row == name or (len(row) >= 5 and row in name)


def _plain(written: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", re.sub(r"\]\([^)]*\)", "", written.lower()))


def _fact(kind: str, cell: str, start: int, unit: str | None) -> Iterator[ExtractedFact]:
    if kind == "hardware":
        yield from _devices(cell, start)
        return
    value = _hours(kind, cell, unit) if kind.endswith("hours") else _amount(cell)
    whole = kind == "count"
    if value and (not whole or value == int(value)):
        yield ExtractedFact(kind, int(value) if whole else value, start, start + len(cell))


def _devices(cell: str, start: int) -> Iterator[ExtractedFact]:
    """The device of a cell with its count, or a count alone."""
    bare = _COUNT_ALONE.fullmatch(lowered(cell).strip())
    if bare is not None:
        yield ExtractedFact("count", int(bare["count"].replace(",", "")), start, start + len(cell))
    found = devices(cell, lowered(cell)) if bare is None else []
    if len(found) == 1 and found[0].name is not None:
        yield ExtractedFact("hardware", found[0].name, start + found[0].start, start + found[0].end)
        if found[0].count is not None and found[0].exact:
            yield ExtractedFact("count", found[0].count, start + found[0].start, start + found[0].end)


def _hours(kind: str, cell: str, unit: str | None) -> float | None:
    """Hours of a cell: a duration, or a number in the unit of the header; a bare number only if of devices."""
    low = lowered(cell).strip()
    time = cell_duration(low) if kind == "wall_hours" else next(durations(low), None)
    if time is not None:
        return time.hours
    amount = _amount(cell)
    if amount is None or (unit is None and kind == "wall_hours"):
        return None
    return amount * (units.HOURS_PER[unit] if unit else 1.0)


def _amount(cell: str) -> float | None:
    found = _AMOUNT.match(lowered(cell).strip())
    return number(found["amount"], found["scale"]) if found else None
