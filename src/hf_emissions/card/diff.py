"""Unified diffs that `git apply` accepts, for any line endings and any path."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

CONTEXT_LINES = 3
# Lines of both texts. Of more, difflib may take hours, as its time grows with the square of repeated lines.
MOST_LINES = 40_000
_NO_NEWLINE = "\\ No newline at end of file\n"


def unified_diff(before: str | None, after: str, path: str) -> str:
    """Return the diff from `before` to `after` for the file `path` (relative, with forward slashes).

    `before` None means a new file. As in git, lines end at `\\n` alone; a carriage return is part of its line. Empty
    if nothing changes.
    """
    if before == after:
        return ""
    old, new = _lines(before or ""), _lines(after)
    names = "/dev/null" if before is None else _quoted(f"a/{path}"), _quoted(f"b/{path}")
    compared = difflib.unified_diff if len(old) + len(new) <= MOST_LINES else _one_hunk
    return "".join(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in compared(old, new, *names))


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    whole = [line + "\n" for line in lines[:-1]]
    return [*whole, lines[-1]] if lines[-1] else whole


def _one_hunk(old: Sequence[str], new: Sequence[str], source: str, target: str) -> Iterator[str]:
    """Diff with everything between the first and the last difference as one change."""
    head = _equal(zip(old, new, strict=False))
    tail = _equal(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    first, last = max(head - CONTEXT_LINES, 0), max(tail - CONTEXT_LINES, 0)
    yield f"--- {source}\n"
    yield f"+++ {target}\n"
    removed, added = len(old) - last - first, len(new) - last - first
    # git counts lines from 1, and from 0 where there are none.
    yield f"@@ -{first + bool(removed)},{removed} +{first + bool(added)},{added} @@\n"
    yield from (f" {line}" for line in old[first:head])
    yield from (f"-{line}" for line in old[head : len(old) - tail])
    yield from (f"+{line}" for line in new[head : len(new) - tail])
    yield from (f" {line}" for line in old[len(old) - tail : len(old) - last])


def _equal(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _quoted(path: str) -> str:
    """Format a path as git does: quoted and escaped if it has control characters, quotes or backslashes."""
    if any(ord(char) < 32 or char in '"\\\x7f' for char in path):
        escaped = path.replace("\\", "\\\\").replace('"', '\\"')
        return (
            '"' + "".join(f"\\{ord(char):03o}" if ord(char) < 32 or char == "\x7f" else char for char in escaped) + '"'
        )
    # git ends a path with spaces at a tab.
    return path + "\t" if " " in path else path
