"""Consumption blocks in Carbontracker logs: predicted and actual, each for a number of epochs.

By default, releases up to 1.2.5 monitor one epoch: the figure is for that epoch, and the training's number of epochs is
in the prediction. Threads write the log, so either block may come first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HEADER = re.compile(
    r"(?P<kind>Actual|Predicted) consumption(?: for (?P<epochs>\d{1,9}) epoch\(s\))?[^\n:]{0,80}:[ \t]*$", re.MULTILINE
)
_TIME = re.compile(r"^\s+Time:\s*(?P<value>\S[^\n]{0,59})$", re.MULTILINE)
_ENERGY = re.compile(r"^\s+Energy:\s*(?P<value>\S{1,40}) kWh\s*$", re.MULTILINE)
_GRAMS = re.compile(r"^\s+CO2eq:\s*(?P<value>\S{1,40}) g\b", re.MULTILINE)
# Maximum characters of a block, among which other threads may write lines of their own.
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Block:
    """A block as text; `at` is its offset, `epochs` is None if not stated."""

    at: int
    is_actual: bool
    epochs: int | None
    time: str
    energy: str
    grams: str


def blocks_of(text: str) -> list[Block]:
    """Complete blocks, in log order."""
    headers = list(_HEADER.finditer(text))
    ends = [one.start() for one in headers[1:]] + [len(text)]
    # Without a header there is the end of the text alone.
    found = (_block(text, header, end) for header, end in zip(headers, ends, strict=False))
    return [block for block in found if block is not None]


def _block(text: str, header: re.Match[str], end: int) -> Block | None:
    body = text[header.end() : min(end, header.end() + _LONGEST)]
    parts = [pattern.search(body) for pattern in (_TIME, _ENERGY, _GRAMS)]
    values = [part["value"].strip() for part in parts if part is not None]
    if len(values) < len(parts):
        return None
    epochs = None if header["epochs"] is None else int(header["epochs"])
    return Block(header.start(), header["kind"] == "Actual", epochs, *values)


def prediction_of(blocks: Sequence[Block]) -> Block | None:
    """Prediction that belongs to the last actual block, whichever comes first."""
    last = max(number for number, block in enumerate(blocks) if block.is_actual)
    before = [block for block in blocks[:last] if not block.is_actual]
    count = sum(block.is_actual for block in blocks)
    behind = [block for block in blocks[last + 1 :] if not block.is_actual]
    if len(before) >= count:
        return before[-1]
    return behind[0] if behind else None
