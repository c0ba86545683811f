"""Lines that say the same of many runs, said once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)?")
_LINE = re.compile(r":\d+$")


def kind_of(words: str) -> str:
    """What a line has in common with others that differ in their numbers alone."""
    return _NUMBER.sub("#", words)


def folded(said: Iterable[tuple[str, str]], count: int, *, most: int = 1) -> list[str]:
    """Lines of what is said of runs, each kind once where it is said of more than `most`.

    Args:
        said: where each run stands, and what is said of it.
        count: of how many runs.
        most: of so many runs it is said of each.
    """
    kinds: dict[str, list[tuple[str, str]]] = {}
    for where, words in said:
        kinds.setdefault(kind_of(words), []).append((where, words))
    return [line for alike in kinds.values() for line in _lines(alike, count, most)]


def _lines(alike: Sequence[tuple[str, str]], count: int, most: int) -> list[str]:
    if len(alike) <= most:
        return [f"{where}: {words}" for where, words in alike]
    where, words = alike[0]
    files = list(dict.fromkeys(_LINE.sub("", one) for one, _ in alike))
    place = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    first = "" if all(other == words for _, other in alike) else f" (the numbers are those of {where})"
    return [f"{place}: {len(alike)} of {count} runs: {words}{first}"]
