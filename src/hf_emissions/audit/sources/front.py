"""Front matter given as a mapping, by the Hub or a dump, as the text of a card."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from ...card.file import MOST_BYTES, TOO_LARGE
from ..schema import CardColumns
from .values import text_of

_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def card_of(front: object) -> CardColumns:
    """`card` with this front matter and no body, or the `problem` with it."""
    if front is None or front == {}:
        return {"card": None}
    if not isinstance(front, Mapping):
        return {"problem": "the front matter is no mapping of names to values"}
    try:
        card = _written(front)
    except (RecursionError, ValueError, yaml.YAMLError):
        return {"problem": "the front matter is nested too deep, or cannot be written as YAML"}
    return {"card": card} if len(card) <= MOST_BYTES else {"problem": TOO_LARGE}


def _written(front: Mapping[object, object]) -> bytes:
    """A card with this front matter and no body."""
    try:
        text = _dumped(dict(front))
    except UnicodeEncodeError:
        # JSON can hold lone surrogates, and no card can.
        text = _dumped(_clean(front))
    return b"---\n" + text.encode("utf-8", "replace") + b"---\n"


def _dumped(data: object) -> str:
    return str(yaml.dump(data, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=1_000_000))


def _clean(value: object) -> object:
    if isinstance(value, Mapping):
        return {_clean(key): _clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return text_of(value) if isinstance(value, str) else value
