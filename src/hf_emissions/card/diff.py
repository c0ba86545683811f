"""A unified diff that `git apply` takes, for any line ends and any path."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator

CONTEXT_LINES = 3
_NO_NEWLINE = "\\ No newline at end of file\n"


def unified_diff(before: str | None, after: str, path: str) -> str:
    """The change from `before` to `after` as a diff of the file `path` (relative, with forward slashes).

    `before` None stands for a file that is created. Lines end at `\\n` alone, as git counts them, so that a carriage
    return stays part of its line. Empty when nothing changes.
    """
    if before == after:
        return ""
    old, new = _lines(before or ""), _lines(after)
    source = "/dev/null" if before is None else _quoted(f"a/{path}")
    head = [f"--- {source}\n", f"+++ {_quoted(f'b/{path}')}\n"]
    return "".join([*head, *_hunks(old, new)])


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    whole = [line + "\n" for line in lines[:-1]]
    return [*whole, lines[-1]] if lines[-1] else whole


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    """Hunks of the lines; only the part between the common head and tail is compared, so that size costs nothing."""
    head = _common(old, new)
    tail = _common(reversed(old[head:]), reversed(new[head:]))
    skip = max(head - CONTEXT_LINES, 0)
    old_part = old[skip : len(old) - max(tail - CONTEXT_LINES, 0)]
    new_part = new[skip : len(new) - max(tail - CONTEXT_LINES, 0)]
    matcher = difflib.SequenceMatcher(None, old_part, new_part, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT_LINES):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(skip, first[1], last[2])} +{_range(skip, first[3], last[4])} @@\n"
        for tag, old_low, old_high, new_low, new_high in group:
            if tag == "equal":
                yield from _marked(" ", old_part[old_low:old_high])
                continue
            yield from _marked("-", old_part[old_low:old_high])
            yield from _marked("+", new_part[new_low:new_high])


def _common(first: Iterator[str] | list[str], second: Iterator[str] | list[str]) -> int:
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _range(skip: int, low: int, high: int) -> str:
    count = high - low
    start = skip + low + (1 if count else 0)
    return f"{start}" if count == 1 else f"{start},{count}"


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line if line.endswith("\n") else f"{mark}{line}\n{_NO_NEWLINE}"


def _quoted(path: str) -> str:
    """A path as git writes it: in quotes with escapes where it holds control characters, quotes or backslashes."""
    if any(ord(char) < 32 or char in '"\\\x7f' for char in path):
        escaped = path.replace("\\", "\\\\").replace('"', '\\"')
        return (
            '"' + "".join(f"\\{ord(char):03o}" if ord(char) < 32 or char == "\x7f" else char for char in escaped) + '"'
        )
    # git takes a tab as the end of a path with spaces in it.
    return path + "\t" if " " in path else path
