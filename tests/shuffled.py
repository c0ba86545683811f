"""The tests in an order of chance: `pytest --shuffle=7`; the number is the seed, and the same one gives the same order.

A file's tests stay together, so that what they share is made once; the files, and the tests in each, come in any order.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar


class Item(Protocol):
    """A test, by the file that it stands in."""

    path: Path


T = TypeVar("T", bound=Item)


def shuffled(items: Sequence[T], seed: int) -> list[T]:
    """The same tests, in the order that the seed gives."""
    files: dict[Path, list[T]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    drawn, groups = random.Random(seed), list(files.values())
    drawn.shuffle(groups)
    for group in groups:
        drawn.shuffle(group)
    return [item for group in groups for item in group]
