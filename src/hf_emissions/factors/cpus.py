"""Rated power of processors by written or machine-reported name, from an own small table and codecarbon's.

A name must identify one processor: it needs the model number, and every word must match. Where codecarbon takes the
nearest of 4918 names, this raises with near matches.
"""

from __future__ import annotations

import csv
import difflib
import importlib.resources
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from ..errors import HfEmissionsError
from ..terminal import one_line
from .codecarbon_tables import processor_powers_w, version

_LONGEST_NAME = 120

_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™\u200b]")
_CLOCK = re.compile(r"@?\s*\b\d+(?:\.\d+)?\s*[gm]hz\b|@")
_ASIDES = re.compile(
    r"\bwith\b.*|\b(?:\d+|dual|quad|six|eight)-core\b|\b\d+\s*threads?\b|\b(?:cpu|processor|apu|soc)\b"
)
_GENERATION = re.compile(r"\b\d+(?:st|nd|rd|th)\s+gen(?:eration)?\b")
_VERSION_APART = re.compile(r"(?<=\d)(v\d)\b")

# Optional words: the model number implies them.
_OPTIONAL = frozenset({"intel", "amd", "apple", "core", "platinum", "gold", "silver", "bronze", "ryzen"})
# The same, and makers whose processors are in the own table alone.
_OPTIONAL_IN_OWN = _OPTIONAL | {"aws", "amazon", "qualcomm", "fujitsu", "huawei", "board", "computer", "soc"}


class UnknownCpuError(HfEmissionsError, ValueError):
    """Name that matches no processor in the table, or several; the message has near matches."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """Processor with its name in the table, rated power in watts, and source.

    The power is a range if the maker sets one, or publishes none, as `source` then says.
    """

    name: str
    power_w: float
    source: str
    power_low_w: float
    power_high_w: float
    power_is_published: bool = True


def find_cpu(name: str) -> Cpu:
    """Look up a processor by name, such as `Intel(R) Core(TM) i7-12700H CPU @ 2.30GHz` or `EPYC 7742`.

    Raises:
        UnknownCpuError: no match, or several that differ in power; with near matches.
        MissingExtraError: codecarbon is not installed.
    """
    wanted = frozenset(_words(name) if len(name) <= _LONGEST_NAME else ())
    if not wanted:
        raise UnknownCpuError(f"{_quoted(name)} names no processor; write it as its maker does, such as AMD EPYC 7742")
    own = _own_table().get(frozenset(wanted - _OPTIONAL_IN_OWN))
    if own is not None:
        return own
    powers_w = processor_powers_w()
    holding = [known for known, words in _table().items() if wanted <= words]
    # A single word is not enough: A100 is an accelerator, but also a 3 W Intel processor.
    fitting = [known for known in holding if _table()[known] - wanted <= _OPTIONAL and len(wanted) > 1]
    if len({powers_w[known] for known in fitting}) == 1:
        found = min(fitting, key=lambda known: (len(known), known))
        return Cpu(_tidy(found), powers_w[found], f"codecarbon {version()} data", powers_w[found], powers_w[found])
    raise UnknownCpuError(_refusal(name, fitting or holding))


def _refusal(name: str, candidates: list[str]) -> str:
    candidates = [known for known in candidates if len(_table()[known]) > 1]
    if len(candidates) == 1:
        return f"{_quoted(name)} is no whole name; did you mean {_tidy(candidates[0])}?"
    if candidates:
        shown = ", ".join(_tidy(known) for known in sorted(candidates, key=len)[:3])
        return f"{_quoted(name)} fits {len(candidates)} processors, such as {shown}; say which one"
    plain = {_plain(known): known for known in _table()}
    near = difflib.get_close_matches(_plain(name), plain, n=3, cutoff=0.8)
    hint = f"did you mean {' or '.join(_tidy(plain[text]) for text in near)}?" if near else "give its power in watts"
    return f"{_quoted(name)} is not among codecarbon's processors; {hint}"


@cache
def _own_table() -> dict[frozenset[str], Cpu]:
    """Processors that codecarbon does not have, or has with one figure of a range, by the words of each spelling."""
    table = importlib.resources.files(__package__) / "processors.csv"
    found = {}
    for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
        low, power, high = (float(row[name]) for name in ("power_low_w", "power_w", "power_high_w"))
        cpu = Cpu(row["name"], power, row["source"], low, high, row["published"] == "yes")
        for written in (row["name"], *filter(None, row["others"].split("|"))):
            found[frozenset(_words(written)) - _OPTIONAL_IN_OWN] = cpu
    return found


@cache
def _table() -> dict[str, frozenset[str]]:
    return {name: frozenset(_words(name)) for name in processor_powers_w()}


def _words(name: str) -> list[str]:
    """Distinguishing words of a name, in order."""
    text = _MARKS.sub(" ", unicodedata.normalize("NFKC", name).lower())
    for pattern in (_CLOCK, _ASIDES, _GENERATION):
        text = pattern.sub(" ", text)
    return [word for word in re.split(r"[\s,+/()-]+", _VERSION_APART.sub(r" \1", text)) if word]


def _plain(name: str) -> str:
    return " ".join(word for word in _words(name) if word not in _OPTIONAL)


def _tidy(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).replace("\u200b", "").split())


def _quoted(name: str) -> str:
    shown = one_line(name)
    return f'"{shown[:60]}..."' if len(shown) > 60 else f'"{shown}"'
