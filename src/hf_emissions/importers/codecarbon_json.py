"""CodeCarbon JSON: logger output and API responses.

The logger writes one object per line, after a log prefix and among other lines; people also save one pretty-printed
object, or several as an array or keyed by run ID. The API returns a record, an array, or a page with `items`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .file import TrackerFile

# Maximum nesting around a record: a document by project, its runs, and lists of rows.
_DEEPEST = 4
_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def has_names(file: TrackerFile, names: set[str]) -> bool:
    """True if the head of a file contains all of these JSON names."""
    return "{" in file.head and all(f'"{name}"' in file.head for name in names)


def objects(file: TrackerFile, names: set[str]) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    """Objects with all of these names, and their location; in JSON lines also torn lines, as text.

    They may be keyed by run ID, or in a list or page; a record without an ID gets its key as ID.

    Raises:
        TrackerError: the file is not complete JSON.
    """
    if not _is_lines(file):
        yield from _within(file.json(), names, file.name, _DEEPEST)
        return
    for where, found in file.json_lines_or_text():
        if isinstance(found, str):
            yield where, found
        else:
            yield from _within(found, names, where, _DEEPEST)


def _within(found: Any, names: set[str], where: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(found, dict) and found.keys() >= names:
        yield where, found
    elif depth and isinstance(found, list):
        for number, one in enumerate(found, 1):
            yield from _within(one, names, f"{where}: record {number}", depth - 1)
    elif depth and isinstance(found, dict):
        for key, one in found.items():
            # An API page only wraps its list.
            place = where if key == "items" else f"{where}: {key[:60]}"
            yield from _within(_with_id(one, key), names, place, depth - 1)


def _with_id(found: Any, key: str) -> Any:
    """Record with its key as `run_id`, if the key is an ID and the record has none."""
    has_none = isinstance(found, dict) and not found.get("run_id") and _ID.fullmatch(key)
    return {**found, "run_id": key} if has_none else found


def _is_lines(file: TrackerFile) -> bool:
    """True if each line is its own document; an array, or an object over several lines, is one document."""
    lines = [line.strip() for line in file.head.split("\n") if line.strip()][:2]
    if not lines or not lines[0].startswith(("{", "[")):
        return True
    if lines[0].startswith("["):
        return False
    try:
        return isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        # The first line of a document, or a truncated record followed by another.
        return len(lines) > 1 and lines[1].startswith("{") and lines[0] != "{"
