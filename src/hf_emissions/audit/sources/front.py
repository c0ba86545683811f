"""Front matter given as a mapping, by the Hub or a dump, as the text of a card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from ...card.file import MOST_BYTES, TOO_LARGE

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def card_of(front: Any) -> dict[str, Any]:
    """`card` with this front matter and no body, or the `problem` with it."""
    if front is None or front == {}:
        return {"card": None}
    if not isinstance(front, Mapping):
        return {"problem": "the front matter is no mapping of names to values"}
    try:
        card = front_matter_of(front)
    except (RecursionError, ValueError, yaml.YAMLError):
        return {"problem": "the front matter is nested too deep, or cannot be written as YAML"}
    return {"card": card} if len(card) <= MOST_BYTES else {"problem": TOO_LARGE}


def front_matter_of(data: Mapping[str, Any]) -> bytes:
    """Serialize a mapping as a card without a body."""
    try:
        written = _dumped(dict(data))
    except UnicodeEncodeError:
        # JSON can hold lone surrogates, and no card can.
        written = _dumped(_clean(dict(data)))
    return b"---\n" + written.encode("utf-8", "replace") + b"---\n"


def _dumped(data: dict[str, Any]) -> str:
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_clean(key): _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value
