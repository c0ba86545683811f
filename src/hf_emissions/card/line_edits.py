"""Line diff: the shortest edit script between two texts, in bounded time.

E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986). Its time grows with the
differences, not with repeated lines: difflib takes hours for a megabyte of equal lines with a change at either end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Beyond this, all lines between the common head and tail are replaced. About one second, enough for some hundred
# differing lines in a text of any length: one pass over both texts is not counted.
MOST_STEPS = 1_000_000


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace lines `old_low` to `old_high` by `new_low` to `new_high`, or keep them if `equal`."""

    equal: bool
    old_low: int
    old_high: int
    new_low: int
    new_high: int


# Linked list of equal stretches: start in both texts, number of lines, preceding stretch.
_Chain = tuple[int, int, int, "_Chain"] | None
_NOWHERE: tuple[int, _Chain] = (-2, None)


def edits(old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    """Return the edits from `old` to `new`: in order, alternately equal and changed, covering both."""
    head = _common(old, new, min(len(old), len(new)))
    tail = _common(old[::-1], new[::-1], min(len(old), len(new)) - head)
    core_old, core_new = old[head : len(old) - tail], new[head : len(new) - tail]
    found = [(at_old + head, at_new + head, count) for at_old, at_new, count in _equal_stretches(core_old, core_new)]
    return _edits([(0, 0, head), *found, (len(old) - tail, len(new) - tail, tail)])


def _common(first: Sequence[str], second: Sequence[str], most: int) -> int:
    return next((index for index in range(most) if first[index] != second[index]), most)


def _edits(stretches: list[tuple[int, int, int]]) -> list[Edit]:
    """Turn equal stretches into edits: gaps become changes, adjacent stretches are merged."""
    done: list[Edit] = []
    at_old = at_new = 0
    for old_low, new_low, count in stretches:
        if (at_old, at_new) != (old_low, new_low):
            done.append(Edit(False, at_old, old_low, at_new, new_low))
        at_old, at_new = old_low + count, new_low + count
        if count and done and done[-1].equal:
            before = done.pop()
            done.append(Edit(True, before.old_low, at_old, before.new_low, at_new))
        elif count:
            done.append(Edit(True, old_low, at_old, new_low, at_new))
    return done


def _equal_stretches(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int]]:
    """Equal stretches of the shortest edit script: start in both texts, and number of lines."""
    chain = _shortest(old, new) if old and new else None
    found = []
    while chain is not None:
        *stretch, chain = chain
        found.append((stretch[0], stretch[1], stretch[2]))
    return found[::-1]


def _shortest(old: Sequence[str], new: Sequence[str]) -> _Chain:
    """Extend each diagonal's furthest path edit by edit until one reaches both ends; None past MOST_STEPS."""
    furthest: dict[int, tuple[int, _Chain]] = {1: (0, None)}
    left = MOST_STEPS + len(old) + len(new)
    for count in range(len(old) + len(new) + 1):
        for diagonal in range(-count, count + 1, 2):
            left -= 1
            low, chain = _step(furthest, diagonal)
            if not 0 <= low <= len(old) or low - diagonal > len(new):
                continue  # unreachable, or beyond an end
            at = _end_of_equal(old, new, low, diagonal)
            if at > low:
                chain = (low, low - diagonal, at - low, chain)
            if at == len(old) and at - diagonal == len(new):
                return chain
            furthest[diagonal] = at, chain
            left -= at - low
            if left < 0:
                return None
    raise AssertionError("every line can be taken out and put in")


def _end_of_equal(old: Sequence[str], new: Sequence[str], at: int, diagonal: int) -> int:
    while at < len(old) and at - diagonal < len(new) and old[at] == new[at - diagonal]:
        at += 1
    return at


def _step(furthest: dict[int, tuple[int, _Chain]], diagonal: int) -> tuple[int, _Chain]:
    """Extend by one edit: an insertion from the diagonal above, or a deletion from the one below."""
    above, below = furthest.get(diagonal + 1, _NOWHERE), furthest.get(diagonal - 1, _NOWHERE)
    return above if below[0] < above[0] else (below[0] + 1, below[1])
