"""Suggest the known key for a misspelt one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from typing import NamedTuple

from ..card.block import KEY, KEYS
from .rule import LIKE_KEY
from .values import UNITS

# Units in keys. The unit of the key's own field is redundant; any other changes the number.
_OWN_UNIT = {"g": "g", "gram": "g", "grams": "g", "kwh": "kWh", "h": "h", "hours": "h", "hrs": "h", "gb": "GB"}
_OTHER_MASSES = ("kg", "kgs", "kilogram", "kilograms", "mg", "t", "ton", "tons", "tonnes", "lb", "lbs")
_OTHER_TIMES = ("s", "sec", "secs", "seconds", "min", "mins", "minutes", "days")
_OTHER_UNITS = frozenset((*_OTHER_MASSES, *_OTHER_TIMES, "wh", "mwh", "j", "joules", "mb", "rate", "percent", "per"))
_NOISE = frozenset(["co2", "co2e", "co2eq", "eq", "carbon", "in"])
# Likely synonyms; a person must confirm them.
_MEANT = {
    **dict.fromkeys(("location", "region", "country", "country_name", "place", "geography"), "geographical_location"),
    **dict.fromkeys(("geo_location", "geolocation", "cloud_region", "compute_region"), "geographical_location"),
    **dict.fromkeys(("hardware", "hardware_type", "gpu", "gpus", "gpu_model", "device"), "hardware_used"),
    **dict.fromkeys(("co2", "co2e", "co2eq", "carbon", "carbon_emitted", "co2_emitted", KEY, "value"), "emissions"),
    **dict.fromkeys(("energy", "total_energy", "power_consumption"), "energy_consumed"),
    **dict.fromkeys(("type", "training"), "training_type"),
    **dict.fromkeys(("tool", "tracker", "calculator"), "source"),
    **dict.fromkeys(("hours", "training_hours", "duration_hours"), "hours_used"),
    **dict.fromkeys(("cpu",), "cpu_model"),
    **dict.fromkeys(("ram", "ram_size", "memory"), "ram_total_size"),
    **dict.fromkeys(("cloud",), "on_cloud"),
}
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_NEAR = 0.78
_NEAR_BLOCK = 0.93
_LONGEST = 60

_BLOCKS = frozenset(
    ["carbonemission", "carbonemissions", "co2eq", *(f"co2{eq}emission" for eq in ("", "e", "eq", "equivalent"))]
    + [f"co2{eq}emissions" for eq in ("", "e", "eq", "equivalent")]
)


class KeySuggestion(NamedTuple):
    """A known key; `sure` if the unknown one is merely a variant spelling."""

    key: str
    sure: bool


def meant_key(name: str, taken: Collection[str]) -> KeySuggestion | None:
    """Known key of the block that an unknown one stands for; None if no unused one is close."""
    if len(name) > _LONGEST:
        return None
    words = [word.lower() for word in _WORD.findall(name)]
    if _OTHER_UNITS.isdisjoint(words):
        spelt = _spelt(words)
        if spelt is not None:
            return spelt if spelt.key not in taken else None
    known = _MEANT.get("_".join(words))
    return KeySuggestion(known, False) if known is not None and known not in taken else None


def _spelt(words: list[str]) -> KeySuggestion | None:
    """Key that these words spell, ignoring its unit and words for CO2."""
    units = {_OWN_UNIT[word] for word in words if word in _OWN_UNIT}
    plain = [word for word in words if word not in _NOISE and (word not in _OWN_UNIT or word == "hours")]
    for key in KEYS:
        others = units - {UNITS.get(key), "h" if key == "hours_used" else None}
        if not others and _is_near(plain, key):
            return KeySuggestion(key, True)
    return None


def _is_near(words: list[str], key: str) -> bool:
    parts = key.split("_")
    if "".join(words) == "".join(parts):
        return True
    if len(words) != len(parts):
        return False
    return all(_same_word(word, part) for word, part in zip(words, parts, strict=True))


def _same_word(word: str, part: str) -> bool:
    return word == part or (word[0] == part[0] and difflib.SequenceMatcher(None, word, part).ratio() >= _NEAR)


def meant_block(keys: Collection[str]) -> KeySuggestion | None:
    """Front matter key that is probably the block, and whether that is sure; None if there is none."""
    if KEY in keys:
        return None
    for key in keys:
        if any(word in key for word in LIKE_KEY):
            name = re.sub("[^a-z0-9]", "", key[:_LONGEST].lower())
            near = difflib.SequenceMatcher(None, name, KEY.replace("_", "")).ratio() >= _NEAR_BLOCK
            if near or name in _BLOCKS:
                return KeySuggestion(key, near)
    return None
