"""Machines and instances of clouds by name: `DGX A100`, `p4d.24xlarge`, `a10g-large`; services such as `Google Colab`.

One row of `machines.csv` is a family: `*` in a name stands for a size, and `counts` has the accelerators of each size,
or one number, or the least, likely and largest number. `devices` are all that it can have, the likeliest first. A
`service` says of a name that is no machine what its devices are.
"""

from __future__ import annotations

import csv
import importlib.resources
import re
from dataclasses import dataclass, replace
from functools import cache

from .hardware_words import MEMORY, words_of


@dataclass(frozen=True, slots=True)
class Machine:
    """Machine with its name, the names of its possible devices, and their least, likely and largest number."""

    label: str
    devices: tuple[str, ...]
    counts: tuple[float, float, float]
    memory_gb: tuple[float, ...] = ()
    service: str = ""

    def times(self, count: int) -> Machine:
        """Several of these machines."""
        low, likely, high = self.counts
        return replace(self, label=f"{count} x {self.label}", counts=(low * count, likely * count, high * count))


# Words around a name that do not distinguish machines.
_AROUND = words_of(
    "nvidia graphcore huawei aws amazon ec2 sagemaker azure microsoft gcp google cloud gce compute engine oci oracle "
    "lambda labs huggingface hugging face hf hub spaces space jobs instance instances machine server system rack node "
    "nodes vm type shape flavor hardware with"
)
# The same where a service's own name is one of them.
_AROUND_SERVICES = words_of("aws amazon instance vm the on using with")
_COUNTED = re.compile(
    r"(?P<before>\d{1,5})\s*[x\u00d7*]\s*(?P<machine>\S.*)|(?P<first>\S.*?)\s+[x\u00d7*]\s*(?P<after>\d{1,5})",
    re.IGNORECASE,
)
_MOST = 100_000
_SIZE = "(?:[0-9][a-z0-9]{0,10}|xlarge|metal)"
# `nvidia-a10g-x4` is the name of an instance; `NVIDIA A10G x4` counts devices.
_STANDARD = re.compile(r"\bstandard[\s_]+(?=n[cdgv])")
_TIMES_AT_THE_END = re.compile(r"(?<=\w)-x(?=\d+$)")


def _rows() -> csv.DictReader[str]:
    table = importlib.resources.files(__package__) / "machines.csv"
    return csv.DictReader(table.read_text(encoding="utf-8").splitlines())


@cache
def machines() -> dict[str, Machine]:
    """Return all machines by their words."""
    found: dict[str, Machine] = {}
    for row in _rows():
        names = row["name"].split("|")
        for size, counts in _sizes(row["counts"]):
            machine = Machine(names[0].replace("*", size), tuple(row["devices"].split("|")), counts, (), row["service"])
            found.update({" ".join(_words(name.replace("*", size))): machine for name in names})
    return found


def _sizes(counts: str) -> list[tuple[str, tuple[float, float, float]]]:
    """Sizes with their least, likely and largest number; one without a name if the family has no sizes."""
    pairs = [part.split("=") for part in counts.split()]
    if len(pairs[0]) == 2:
        return [(size, (float(number), float(number), float(number))) for size, number in pairs]
    numbers = [float(number) for (number,) in pairs]
    return [("", (numbers[0], numbers[len(numbers) // 2], numbers[-1]))]


def sizes_of_family(written: str) -> list[str]:
    """Names of the machines that differ from a written name by their size alone: those of `p4d` for `p4d.25xlarge`."""
    name = " ".join(_words(written)).removeprefix("ml.")
    return next((sizes for family, sizes in _families() if family.fullmatch(name)), [])


@cache
def _families() -> list[tuple[re.Pattern[str], list[str]]]:
    """Names with any size in the place of the star, and those that there are."""
    starred = [(name, row["counts"]) for row in _rows() for name in row["name"].split("|") if "*" in name]
    return [
        (
            re.compile(re.escape(" ".join(_words(name))).replace(r"\*", _SIZE)),
            [name.replace("*", size) for size, _ in _sizes(counts)],
        )
        for name, counts in starred
    ]


def find_machine(written: str) -> Machine | None:
    """Look up a machine by name, with a count before or behind it, and the memory of its devices; None if unknown."""
    found = _find_one(written)
    if found is not None:
        return found
    counted = _COUNTED.fullmatch(written.strip())
    if counted is None:
        return None
    one, count = _find_one(counted["machine"] or counted["first"]), int(counted["before"] or counted["after"])
    return one.times(count) if one is not None and not one.service and 0 < count <= _MOST else None


def _find_one(written: str) -> Machine | None:
    found = _find_by_words(_words(written))
    if found is None and MEMORY.search(written):
        found = _find_by_words(_words(MEMORY.sub(" ", written)))
        memory = tuple(float(size) for size, _ in MEMORY.findall(written))
        return None if found is None else replace(found, memory_gb=memory)
    return found


def _find_by_words(words: list[str]) -> Machine | None:
    for around in (frozenset[str](), _AROUND_SERVICES, _AROUND):
        known = machines().get(" ".join(word for word in words if word not in around).removeprefix("ml."))
        if known is not None:
            return known
    return None


def _words(written: str) -> list[str]:
    """Words of a name, in lower case; Azure's names may begin with `Standard_`, and endpoints' end in `-x4`."""
    plain = _STANDARD.sub("", _TIMES_AT_THE_END.sub("x", written.lower()))
    return [word for word in re.split(r"[\s_()-]+", plain) if word]
