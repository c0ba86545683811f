"""The JSON of CodeCarbon: what its logger writes, and what its API answers.

The logger writes an object a line, with the words of a log before it and other lines between; people save one as a
pretty object, several as an array, or by the ids of their runs. The API answers a record, an array of them, or a page
with `items`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .file import TrackerFile

# How many brackets lie around a record: a document by projects, their runs and lists of rows.
_DEEPEST = 4
_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def has_names(file: TrackerFile, names: set[str]) -> bool:
    """Whether the beginning of a file has all of these as names of JSON."""
    return "{" in file.head and all(f'"{name}"' in file.head for name in names)


def objects(file: TrackerFile, names: set[str]) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    """The objects that have all of these names, with where each stands; of lines also those that are torn.

    They may stand under the id of their run, in a list, or in a page; one without an id has that it stands under.

    Raises:
        TrackerError: this is no whole JSON.
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
            # A page of the API is no more than the list in it.
            place = where if key == "items" else f"{where}: {key[:60]}"
            yield from _within(_with_id(one, key), names, place, depth - 1)


def _with_id(found: Any, key: str) -> Any:
    """A record with the id that it stands under, where it has none of its own."""
    has_none = isinstance(found, dict) and not found.get("run_id") and _ID.fullmatch(key)
    return {**found, "run_id": key} if has_none else found


def _is_lines(file: TrackerFile) -> bool:
    """Whether a line is a document of its own; an array or an object over several lines is one document."""
    lines = [line.strip() for line in file.head.split("\n") if line.strip()][:2]
    if not lines or not lines[0].startswith(("{", "[")):
        return True
    if lines[0].startswith("["):
        return False
    try:
        return isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        # The first line of a document, or a record that was cut off with another one behind it.
        return len(lines) > 1 and lines[1].startswith("{") and lines[0] != "{"
