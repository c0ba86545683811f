"""Names of places without what people write in different ways: case, accents, dots, "the"."""

from __future__ import annotations

import re
import unicodedata

# Letters that are no base letter with an accent, for Unicode.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"})
# How the accents of these languages are written where there are none on the keyboard.
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_SILENT = re.compile(r"[.'’‘ʻ`´]")  # noqa: RUF001 - apostrophes as people type them
_BETWEEN = re.compile(r"[\s,;:/_()\[\]-]+")
_WORDS = {"&": "and", "st": "saint", "the": ""}


def spelled(name: str) -> str:
    """A name as it is compared: `The U.K.` is `uk`, `Côte d'Ivoire` is `cote divoire`, `St. Lucia` `saint lucia`."""
    low = name.casefold().translate(_LETTERS)
    plain = "".join(char for char in unicodedata.normalize("NFKD", low) if not unicodedata.combining(char))
    words = _BETWEEN.sub(" ", _SILENT.sub("", plain.replace("&", " & "))).split()
    separator = "" if all(len(word) == 1 for word in words) else " "
    return separator.join(filter(None, (_WORDS.get(word, word) for word in words)))


def spelled_out(name: str) -> set[str]:
    """A name with its accents left out, and with two letters for them: `osterreich` and `oesterreich`."""
    composed = unicodedata.normalize("NFC", name.casefold())
    other = composed.translate(_TWO_LETTERS)
    return {spelled(form) for form in {composed, other}} - {""}
