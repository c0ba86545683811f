"""A table of several models or sizes: the row of the card's own model.

The columns say what a cell is: hours summed over devices, a duration, a device, a count, parameters, tokens. Without a
row that has the title's name, nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from .card_text import CardText, lowered
from .devices import devices
from .durations import durations
from .extracted_fact import ExtractedFact
from .keywords import DEVICES, SIZES, TIME_LABELS, TIMES
from .numbers import DIGITS, SCALE, number
from .subject import title_of

_RULE = re.compile(
    r"[ \t]{0,3}\|?[ \t]{0,8}:?-{2,60}:?[ \t]{0,8}(?:\|[ \t]{0,8}:?-{2,60}:?[ \t]{0,8}){1,16}\|?[ \t]{0,8}\r?"
)
_KEYWORDS = TIMES | TIME_LABELS | DEVICES | SIZES
_MOST_TABLES, _MOST_ROWS = 20, 60
_COLUMNS = (
    ("device_hours", re.compile(r"\b(?:gpu|tpu|device|accelerator)s?[ -]?(?:hours|hrs)|\((?:gpu|tpu) hours\)")),
    (
        "wall_hours",
        re.compile(r"\b(?:training|train|wall|pre-?training|fine-?tuning)[ -]?(?:clock )?(?:time|duration|hours)\b"),
    ),
    ("hardware", re.compile(r"^(?:training )?(?:hardware|gpu|gpus|gpu type|accelerator|device|gpu model)(?: used)?$")),
    ("count", re.compile(r"^(?:#|number of|no\.? of|num) ?(?:gpus|devices|accelerators)$")),
    ("parameters", re.compile(r"^(?:#|number of|no\.? of|num|total|model)? ?(?:params|parameters|parameter count)$")),
    ("tokens", re.compile(r"^(?:training |pre-?training |token )?(?:tokens|token count)(?: seen)?$")),
)
# A table of what runs where has a column of hardware too.
_OF_TRAINING = re.compile(r"train|power|energy|emission|co2|carbon|tokens|param")
_AMOUNT = re.compile(rf"[~≈ *]{{0,4}}(?P<amount>{DIGITS})(?: ?(?P<scale>{SCALE}))?[ *+]{{0,4}}$")


def read_model_table(page: CardText) -> Iterator[ExtractedFact]:
    """Facts in the row of the model that the title names."""
    rules = [] if page.text.find("--", page.body) < 0 else list(islice(_rules(page), _MOST_TABLES))
    name = _plain(title_of(page)) if rules else ""
    if len(name) >= 3:
        for start, end in rules:
            yield from _of_table(page, name, start, end)


def _rules(page: CardText) -> Iterator[tuple[int, int]]:
    """Lines of dashes below a line with a keyword: the rules below the headers of tables."""
    text, done = page.text, page.body
    for place in page.places(_KEYWORDS):
        if place < done:
            continue
        start = text.find("\n", place) + 1 or len(text)
        done = start
        if text.find("--", start, start + 8) >= 0:
            end = text.find("\n", start)
            rule = _RULE.fullmatch(text, start, len(text) if end < 0 else end)
            if rule is not None and not page.is_code(start):
                yield rule.span()


def _of_table(page: CardText, name: str, start: int, end: int) -> Iterator[ExtractedFact]:
    header = _cells(page.text, page.text.rfind("\n", 0, max(start - 1, 0)) + 1, start)
    kinds = {column: kind for column, (text, _) in enumerate(header) if (kind := _kind(text)) is not None}
    times = any(kind.endswith("hours") for kind in kinds.values())
    if not kinds or not (times or any(_OF_TRAINING.search(lowered(text)) for text, _ in header)):
        return
    rows = [_cells(page.text, *line) for line in _lines(page.text, end + 1)]
    own = [row for row in rows if row and _is_of(name, row[0][0])]
    if len(rows) < 2 or len(own) != 1 or len(own[0]) != len(header):
        return
    for column, kind in kinds.items():
        yield from _fact(kind, *own[0][column])


def _kind(header: str) -> str | None:
    low = " ".join(lowered(header).replace("*", " ").split())
    return next((kind for kind, pattern in _COLUMNS if pattern.search(low)), None)


def _is_of(name: str, cell: str) -> bool:
    row = _plain(cell)
    return row == name or (len(row) >= 5 and name.endswith(row))


def _plain(written: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", re.sub(r"\]\([^)]*\)", "", written.lower()))


def _fact(kind: str, cell: str, start: int) -> Iterator[ExtractedFact]:
    low, end = lowered(cell), start + len(cell)
    if kind == "hardware":
        found = devices(cell, low)
        if len(found) == 1 and found[0].name is not None:
            yield ExtractedFact("hardware", found[0].name, start + found[0].start, start + found[0].end)
            if found[0].count is not None and found[0].exact:
                yield ExtractedFact("count", found[0].count, start + found[0].start, start + found[0].end)
        return
    time = next(durations(low), None) if kind.endswith("hours") else None
    amount = _AMOUNT.match(low)
    value = time.hours if time is not None else number(amount["amount"], amount["scale"]) if amount else None
    if value and (kind != "wall_hours" or time is not None):
        whole = kind == "count"
        if not whole or value == int(value):
            yield ExtractedFact(kind, int(value) if whole else value, start, end)


def _cells(text: str, start: int, end: int) -> list[tuple[str, int]]:
    """Cells of a row, also empty ones, with their offsets."""
    line = text[start:end].rstrip()
    edges = [-1, *(place for place, char in enumerate(line) if char == "|"), len(line)]
    if line.lstrip().startswith("|"):
        edges = edges[1:]
    if line.endswith("|"):
        edges = edges[:-1]
    return [(line[left + 1 : right], start + left + 1) for left, right in pairwise(edges)]


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    for _ in range(_MOST_ROWS):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if "|" not in text[start:end]:
            return
        yield start, end
        start = end + 1
