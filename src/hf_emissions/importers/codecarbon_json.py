"""The JSON of CodeCarbon: what its logger writes, and what its API answers.

The logger writes an object a line, with the words of a log before it and other lines between; people save one as a
pretty object, or several as an array. The API answers a record, an array of them, or a page with `items`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .file import TrackerFile


def has_names(file: TrackerFile, names: set[str]) -> bool:
    """Whether the beginning of a file has all of these as names of JSON."""
    return "{" in file.head and all(f'"{name}"' in file.head for name in names)


def objects(file: TrackerFile, names: set[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects that have all of these names, with where each stands.

    Raises:
        TrackerError: this is no whole JSON.
    """
    found = file.json_lines() if _is_lines(file) else _of_document(file)
    return ((where, one) for where, one in found if one.keys() >= names)


def _is_lines(file: TrackerFile) -> bool:
    """Whether a line is a document of its own; an array or an object over several lines is one document."""
    head = file.head.lstrip()
    if not head.startswith(("{", "[")):
        return True
    first = head.partition("\n")[0]
    try:
        return isinstance(json.loads(first), dict) and '"items"' not in first
    except (ValueError, RecursionError):
        # A page or a record in one line, cut off; or the first line of a document.
        return head.startswith("{") and first.strip() != "{" and len(first) < len(head) and '"items"' not in first


def _of_document(file: TrackerFile) -> Iterator[tuple[str, Mapping[str, Any]]]:
    document = file.json()
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        document = document["items"]
    if isinstance(document, dict):
        yield file.name, document
    for number, one in enumerate(document if isinstance(document, list) else (), 1):
        if isinstance(one, dict):
            yield f"{file.name}: record {number}", one
