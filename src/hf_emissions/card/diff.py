"""Unified diffs that `git apply` accepts, for any line endings and any path."""

from __future__ import annotations

from collections.abc import Iterator

from .line_edits import Edit, edits

CONTEXT_LINES = 3
_NO_NEWLINE = "\\ No newline at end of file\n"


def unified_diff(before: str | None, after: str, path: str) -> str:
    """Return the diff from `before` to `after` for the file `path` (relative, with forward slashes).

    `before` None means a new file. As in git, lines end at `\\n` alone; a carriage return is part of its line. Empty
    if nothing changes.
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
    """Hunks whose context comes from the whole text, not just the changed part.

    git assumes that a hunk with less trailing than leading context is at the end of the file.
    """
    for group in _groups(edits(old, new)):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first.old_low, last.old_high)} +{_range(first.new_low, last.new_high)} @@\n"
        for edit in group:
            if edit.equal:
                yield from _marked(" ", old[edit.old_low : edit.old_high])
                continue
            yield from _marked("-", old[edit.old_low : edit.old_high])
            yield from _marked("+", new[edit.new_low : edit.new_high])


def _groups(found: list[Edit]) -> Iterator[list[Edit]]:
    """Group edits into hunks; changes whose contexts would touch share one."""
    group: list[Edit] = []
    for index, edit in enumerate(found):
        if not edit.equal:
            group.append(edit)
            continue
        between = 0 < index < len(found) - 1
        if between and edit.old_high - edit.old_low <= 2 * CONTEXT_LINES:
            group.append(edit)
            continue
        if group:
            yield [*group, _first_lines(edit)]
        group = [_last_lines(edit)]
    if any(not edit.equal for edit in group):
        yield group


def _first_lines(edit: Edit) -> Edit:
    count = min(edit.old_high - edit.old_low, CONTEXT_LINES)
    return Edit(True, edit.old_low, edit.old_low + count, edit.new_low, edit.new_low + count)


def _last_lines(edit: Edit) -> Edit:
    count = min(edit.old_high - edit.old_low, CONTEXT_LINES)
    return Edit(True, edit.old_high - count, edit.old_high, edit.new_high - count, edit.new_high)


def _range(low: int, high: int) -> str:
    count = high - low
    start = low + (1 if count else 0)
    return f"{start}" if count == 1 else f"{start},{count}"


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line if line.endswith("\n") else f"{mark}{line}\n{_NO_NEWLINE}"


def _quoted(path: str) -> str:
    """Format a path as git does: quoted and escaped if it has control characters, quotes or backslashes."""
    if any(ord(char) < 32 or char in '"\\\x7f' for char in path):
        escaped = path.replace("\\", "\\\\").replace('"', '\\"')
        return (
            '"' + "".join(f"\\{ord(char):03o}" if ord(char) < 32 or char == "\x7f" else char for char in escaped) + '"'
        )
    # git ends a path with spaces at a tab.
    return path + "\t" if " " in path else path
