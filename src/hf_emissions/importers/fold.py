"""Merge messages that recur for many runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)?")
_LINE = re.compile(r":\d+$")


def kind_of_message(words: str) -> str:
    """Message with its numbers masked: equal for messages that differ in numbers only."""
    return _NUMBER.sub("#", words)


def folded_lines(said: Iterable[tuple[str, str]], count: int, *, most: int = 1) -> list[str]:
    """Lines for messages about runs; a kind that occurs more than `most` times gets one line.

    Args:
        said: location of each run, and the message.
        count: total number of runs.
        most: up to this number, the messages of a kind are listed one by one.
    """
    kinds: dict[str, list[tuple[str, str]]] = {}
    for where, words in said:
        kinds.setdefault(kind_of_message(words), []).append((where, words))
    return [line for alike in kinds.values() for line in _lines(alike, count, most)]


def _lines(alike: Sequence[tuple[str, str]], count: int, most: int) -> list[str]:
    if len(alike) <= most:
        return [f"{where}: {words}" for where, words in alike]
    where, words = alike[0]
    files = list(dict.fromkeys(_LINE.sub("", one) for one, _ in alike))
    place = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    first = "" if all(other == words for _, other in alike) else f" (the numbers are those of {where})"
    return [f"{place}: {len(alike)} of {count} runs: {words}{first}"]
