"""Normalize place names: case, accents, dots, "the"."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not decompose.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"})
# Two-letter substitutes for accented letters.
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_SILENT = re.compile(r"[.'’‘ʻ`´]")  # noqa: RUF001 - apostrophes as people type them
_BETWEEN = re.compile(r"[\s,;:/_()\[\]-]+")
_WORDS = {"&": "and", "st": "saint", "the": ""}


def spelled(name: str) -> str:
    """Normalize a name: `The U.K.` to `uk`, `Côte d'Ivoire` to `cote divoire`, `St. Lucia` to `saint lucia`."""
    low = name.casefold().translate(_LETTERS)
    plain = "".join(char for char in unicodedata.normalize("NFKD", low) if not unicodedata.combining(char))
    words = _BETWEEN.sub(" ", _SILENT.sub("", plain.replace("&", " & "))).split()
    separator = "" if all(len(word) == 1 for word in words) else " "
    return separator.join(filter(None, (_WORDS.get(word, word) for word in words)))


def spelled_out(name: str) -> set[str]:
    """Normalized forms, accents dropped or as two letters: `osterreich` and `oesterreich`."""
    composed = unicodedata.normalize("NFC", name.casefold())
    other = composed.translate(_TWO_LETTERS)
    return {spelled(form) for form in {composed, other}} - {""}
