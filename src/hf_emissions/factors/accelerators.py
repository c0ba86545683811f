"""Accelerators by the names that people write: power limits in watts, peak rates in FLOP/s, years, a source per row.

The table has a row for each physical form, and a written name stands for every form that it fits. Its columns `needs`
and `fits` are the words that a name must have, each or one of several (`a|b`), and those that it may have besides.
Within a model the likeliest form comes first. Rates are dense and accumulate in 32 bits; power is that of one unit of
the row, which may be a board that the driver counts as several devices (`chips`).
"""

from __future__ import annotations

import csv
import difflib
import importlib.resources
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal

from ..errors import HfEmissionsError
from ..terminal import one_line

Setting = Literal["datacentre", "workstation", "consumer", "laptop", "edge"]

_LONGEST_NAME = 120
_FEWEST_LETTERS_ALONE = 4


class UnknownDeviceError(HfEmissionsError, ValueError):
    """A name that stands for no accelerator in the table; the message has near matches or what to write instead."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One physical form of a device, as its maker sells it.

    Power in W, rates in FLOP/s, memory in GB; None where the maker publishes nothing, and `note` says so.
    `measured_mean_w` is a published mean in use, with the host's share. `chips` is how many devices the driver counts
    on one unit, and `usual_chips` how many of them somebody means who names it once.
    """

    name: str
    vendor: str
    generation: str
    setting: Setting
    released_year: int
    memory_gb: tuple[float, ...]
    chips: int
    usual_chips: int
    power_w: float | None
    power_low_w: float | None
    power_high_w: float | None
    measured_mean_w: float | None
    dense_16bit_flop_per_s: float | None
    dense_32bit_flop_per_s: float | None
    note: str
    source: str
    needs: tuple[frozenset[str], ...] = field(repr=False)
    fits: frozenset[str] = field(repr=False)

    @property
    def flop_per_s(self) -> float | None:
        """The rate that training can use: of 16-bit arithmetic, or of 32-bit where the device has no fast 16-bit."""
        return self.dense_16bit_flop_per_s or self.dense_32bit_flop_per_s


@dataclass(frozen=True, slots=True)
class HardwareName:
    """What a written name stands for: all devices that it fits, the likeliest first, and how many units of them.

    `chips` is the likely number of units that one of the named thing is: 4 for `TPU v3-8`, 8 for `DGX A100`, 0.5 for
    `K80`, since clouds count its two GPUs. `chips_low` and `chips_high` are the least and the most that may be meant.
    """

    written: str
    devices: tuple[Accelerator, ...]
    chips: float = 1.0
    chips_low: float = 1.0
    chips_high: float = 1.0
    system: str | None = None

    @property
    def power_w(self) -> float | None:
        """Rated power of one named thing in its likeliest form, in W."""
        return _times(self.devices[0].power_w, self.chips)

    @property
    def power_low_w(self) -> float | None:
        """The lowest rated power over all forms, in W; None if that of any form is not published."""
        powers = [device.power_low_w for device in self.devices]
        return None if None in powers else _times(min(filter(None, powers)), self.chips_low)

    @property
    def power_high_w(self) -> float | None:
        """The highest rated power over all forms, in W; None if that of any form is not published."""
        powers = [device.power_high_w for device in self.devices]
        return None if None in powers else _times(max(filter(None, powers)), self.chips_high)

    @property
    def measured_mean_w(self) -> float | None:
        """Published mean power in use of one named thing, with the host's share, in W; None for most devices."""
        return _times(self.devices[0].measured_mean_w, self.chips)

    @property
    def flop_per_s(self) -> float | None:
        """Peak rate of one named thing in its likeliest form."""
        return _times(self.devices[0].flop_per_s, self.chips)

    @property
    def released_year(self) -> int:
        """The year of the earliest form: nothing ran on the device before it."""
        return min(device.released_year for device in self.devices)

    @property
    def ambiguous(self) -> bool:
        """Whether the name leaves open which form it was, or how many units."""
        return len(self.devices) > 1 or self.chips_low != self.chips_high

    @property
    def canonical(self) -> str:
        """The name in the makers' words, as far as it goes: `A100 SXM`, `TPU v3-8 (4 TPU v3)`."""
        device = _common_name(self.devices)
        if self.system is not None:
            return f"{self.system} ({self.chips:g} {device})"
        return device if self.chips == 1 or self.ambiguous else f"{device} (1 of {1 / self.chips:g} devices)"


def find_accelerator(written: str) -> HardwareName:
    """What a name stands for, however it is written: `Tesla V100-SXM2-32GB`, `rtx3090`, `TPU v3-8`, `DGX A100`.

    Raises:
        UnknownDeviceError: no device has that name; with near matches, or what to write instead.
    """
    name = written.strip()
    found = _look_up(name) if len(name) <= _LONGEST_NAME else None
    if found is None:
        shown = one_line(name[:60]) + ("..." if len(name) > 60 else "")
        raise UnknownDeviceError(_why_unknown(name, f"'{shown}'"))
    return found


@cache
def accelerators() -> tuple[Accelerator, ...]:
    """The whole table."""
    table = importlib.resources.files(__package__) / "accelerators.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return tuple(_accelerator(row) for row in rows)


def _accelerator(row: dict[str, str]) -> Accelerator:
    return Accelerator(
        name=row["name"],
        vendor=row["vendor"],
        generation=row["generation"],
        setting=row["setting"],  # type: ignore[arg-type] # a test holds the words of the table
        released_year=int(row["released_year"]),
        memory_gb=tuple(float(size) for size in row["memory_gb"].split()),
        chips=int(row["chips"]),
        usual_chips=int(row["usual_chips"]),
        power_w=_number(row["power_w"]),
        power_low_w=_number(row["power_low_w"]),
        power_high_w=_number(row["power_high_w"]),
        measured_mean_w=_number(row["measured_mean_w"]),
        dense_16bit_flop_per_s=_number(row["dense_16bit_tflop_per_s"], 1e12),
        dense_32bit_flop_per_s=_number(row["dense_32bit_tflop_per_s"], 1e12),
        note=row["note"],
        source=row["source"],
        needs=tuple(frozenset(group.split("|")) for group in row["needs"].split()),
        fits=frozenset(row["fits"].split()),
    )


def _number(text: str, unit: float = 1.0) -> float | None:
    return float(text) * unit if text else None


def _times(quantity: float | None, chips: float) -> float | None:
    return None if quantity is None else quantity * chips


def _common_name(devices: tuple[Accelerator, ...]) -> str:
    """For each model the words that the names of its forms share: `A100 SXM`, `TPU v5e or TPU v5p`."""
    models: dict[tuple[frozenset[str], ...], list[list[str]]] = {}
    for device in devices:
        models.setdefault(device.needs, []).append(device.name.split())
    return " or ".join(
        " ".join(word for word in forms[0] if all(word in form for form in forms)) for forms in models.values()
    )


# --- The words of a name -----------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What says nothing about which device it is: who made it, who rents it out, what kind of thing it is.
_MAKER = {
    "NVIDIA": _words("nvidia tesla geforce cuda tensorcore gen3 gen4 gen5 passive active design"),
    "AMD": _words("amd instinct radeon rocm"),
    "Intel": _words("intel habana hpu ai"),
    "Google": _words("google vm pod podslice slice core chip"),
    "AWS": _words("neuron chip"),
    "Graphcore": _words("graphcore"),
    "Apple": _words("apple silicon mac chip soc core"),
}
_ANYBODY = _words(
    "gpu graphics card accelerator device vram ram memory with "
    "google cloud gcp colab kaggle aws amazon azure lambda runpod paperspace"
)
_MEMORY_KINDS = _words("hbm hbm2 hbm2e hbm3 hbm3e gddr5 gddr5x gddr6 gddr6x gddr7")
_PART = _words("gcd die half")
_WHOLE = _words("board module oam full whole")
_SAME = {
    **dict.fromkeys(("sxm2", "sxm4", "sxm5"), "sxm"),
    **{
        f"{word}s": word
        for word in ("gpu", "tpu", "hpu", "ipu", "card", "accelerator", "device", "core", "chip", "gcd")
    },
    "s": "super",
    "lovelace": "ada",
}
# The Hub's own list of hardware writes the L40S with a small letter, which is otherwise a plural.
_SMALL_S = frozenset({"L40s"})

_REWRITE = (
    ("[\u00ae\u2122]|\\((?:r|tm)\\)", " "),
    ("[\u2010-\u2015\u00a0_]", " "),
    (r"\bpci[\s-]?e(?:xpress)?", " pcie "),
    (r"\bmax[\s-]q\b", "maxq"),
    (r"\bsxm[\s-](?=[2-5]\b)", "sxm"),
    (r"\btensor[\s-]?cores?\b", "tensorcore"),
    (r"\b(gaudi|trainium|inferentia)[\s-]{0,3}(?=[1-3]\b)", r"\1"),
    (r"\bcolab(?:oratory)?(?:\s+pro\b\+?)?", " colab "),
    (r"\b(?:mac\s?book|i?mac)(?:\s?(?:pro|air|mini|studio)\b)?", " mac "),
    (r"\b(v[56])[\s-]?lite(?:[\s-]?pod)?\b", r"\1e"),
    (r"(?<=\d)[\s-]cores?\b", " core"),
    # The names of Cloud TPUs' accelerator types leave the word out.
    (r"^\s*(?=v[234]-\d+\s*$)", "tpu "),
)
_MEMORY = re.compile(r"(?<![\w.])(\d{1,6}(?:\.\d{1,3})?)[\s-]?([gm])(?:i?b)?\b", re.IGNORECASE | re.ASCII)
_PLAIN = re.compile(r"[\w\s,()\[\]`-]*\.?\s*", re.ASCII)
_WORD = re.compile(r"[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class _Name:
    """A written name taken apart: its words in lower case, in one reading of each, and the sizes of memory in GB."""

    words: tuple[str, ...]
    memory_gb: tuple[float, ...]


def _readings(written: str) -> list[_Name]:
    for pattern, replacement in _rewrites():
        written = pattern.sub(replacement, written)
    memory = tuple(float(size) / (1024 if unit in "mM" else 1) for size, unit in _MEMORY.findall(written))
    rest = _MEMORY.sub(" ", written)
    if not _PLAIN.fullmatch(rest):
        return []
    words = [_readings_of_word(word) for word in _WORD.findall(rest)]
    if not words or math.prod(map(len, words)) > 8:
        return []
    return [_Name(tuple(itertools.chain(*reading)), memory) for reading in itertools.product(*words)]


@cache
def _rewrites() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.IGNORECASE | re.ASCII), replacement) for pattern, replacement in _REWRITE]


@lru_cache(maxsize=4096)
def _readings_of_word(word: str) -> tuple[tuple[str, ...], ...]:
    """The words that one is made of (`rtx3090ti`), twice where a final s may be a plural or part of the name."""
    whole = _split(word.lower())
    plural = _split(word[:-1].lower()) if word.endswith("s") and (whole is None or whole[-1] not in _filler()) else None
    if plural is not None and word != word.lower() and word not in _SMALL_S:
        whole = None
    return tuple(dict.fromkeys(reading for reading in (whole, plural) if reading is not None))


def _split(word: str) -> tuple[str, ...] | None:
    """The fewest known words that make up one, never cut between two digits."""
    if word.isdigit():
        return (word,)
    if len(word) > 30:
        return None
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            if (
                before is None
                or piece not in _vocabulary()
                or (piece[0].isdigit() and word[start - 1 : start].isdigit())
            ):
                continue
            made = (*before, _SAME.get(piece, piece))
            best[end] = min(made, best[end] or made, key=len)
    return best[-1]


@cache
def _vocabulary() -> frozenset[str]:
    rows = accelerators()
    return frozenset().union(
        *(row.fits.union(*row.needs) for row in rows),
        (row.generation for row in rows),
        *_MAKER.values(),
        *(_ANYBODY, _MEMORY_KINDS, _PART, _WHOLE, _SAME),
    )


@cache
def _filler() -> frozenset[str]:
    return _ANYBODY.union(_MEMORY_KINDS, *_MAKER.values())


# --- Which devices fit -------------------------------------------------------------------------------------------


@cache
def _rows_by_word() -> dict[str, tuple[int, ...]]:
    """The rows, by their place in the table, under each word of the group that tells most."""
    index: dict[str, tuple[int, ...]] = {}
    for place, row in enumerate(accelerators()):
        for word in max(row.needs, key=lambda group: max(sum(map(str.isdigit, word)) for word in group)):
            index[word] = (*index.get(word, ()), place)
    return index


@lru_cache(maxsize=4096)
def _look_up(written: str) -> HardwareName | None:
    system = _system(written)
    if system is not None:
        return system
    names = _readings(written)
    found = {device.name: name for name in names for device in _fitting(name)}
    if not found:
        return None
    devices = tuple(row for row in accelerators() if row.name in found)
    name = found[devices[0].name]
    if devices[0].vendor == "Google":
        return _slice(written, devices, name)
    shares = [_shares(device, name) for device in devices]
    low, high = min(share[0] for share in shares), max(share[2] for share in shares)
    return HardwareName(written, devices, shares[0][1], low, high)


def _fitting(name: _Name, multiples: tuple[int, ...] = (1,)) -> list[Accelerator]:
    rows, index = accelerators(), _rows_by_word()
    places = sorted({place for word in name.words for place in index.get(word, ())})
    return [rows[place] for place in places if _fits(rows[place], name, multiples)]


def _fits(row: Accelerator, name: _Name, multiples: tuple[int, ...]) -> bool:
    words = frozenset(name.words)
    if any(words.isdisjoint(group) for group in row.needs):
        return False
    more = words - row.fits.union(*row.needs) - _ANYBODY - _MAKER[row.vendor] - {row.generation}
    if row.chips > 1:
        more -= _PART | _WHOLE
    if row.fits.isdisjoint(_MEMORY_KINDS):
        more -= _MEMORY_KINDS
    counted = {word for word in more if word.isdigit()} if "core" in words or row.vendor == "Google" else set()
    return more == counted and all(_has_memory(row, size, multiples) for size in name.memory_gb)


def _has_memory(row: Accelerator, size_gb: float, multiples: tuple[int, ...] = (1,)) -> bool:
    shares = (*multiples, *({1 / row.chips} if row.chips > 1 else ()))
    return not row.memory_gb or any(_same_size(size_gb, gb * share) for gb in row.memory_gb for share in shares)


def _same_size(written_gb: float, gb: float) -> bool:
    """Whether they agree within what drivers keep for themselves and what GB and GiB differ by."""
    return 0.88 * gb <= written_gb <= 1.03 * gb


def _shares(row: Accelerator, name: _Name) -> tuple[float, float, float]:
    """The least, the likely and the most of one unit that is meant by one of the name."""
    part = 1 / row.chips
    words = frozenset(name.words)
    if words & _PART or any(_same_size(size, gb * part) for size in name.memory_gb for gb in row.memory_gb):
        return part, part, part
    if words & _WHOLE or name.memory_gb:
        return 1.0, 1.0, 1.0
    return part, row.usual_chips / row.chips, 1.0


# The cores of a chip, and the largest slice, both as the names of slices count: cores up to v4 and in v5p, else chips.
_SLICES = {"tpu2": (2, 512), "tpu3": (2, 2048), "tpu4": (2, 8192), "tpu5p": (2, 17_920), "tpu5e": (1, 256)} | {
    "tpu6e": (1, 256)
}


def _slice(written: str, devices: tuple[Accelerator, ...], name: _Name) -> HardwareName | None:
    """A TPU chip, or a slice of many: the number behind it counts cores or chips, as the generation has it."""
    numbers = [int(word) for word in name.words if word.isdigit()]
    if not numbers and "core" not in name.words:
        return None if "pod" in name.words else HardwareName(written, devices)
    cores, largest = _SLICES.get(devices[0].generation, (0, 0))
    if not cores or len(devices) > 1:
        return None
    if not numbers:
        return HardwareName(written, devices, 1 / cores, 1 / cores, 1 / cores, f"{devices[0].name} core")
    count = numbers[0] * (cores if "chip" in name.words and len(numbers) == 1 else 1)
    whole = {"core", "chip"} & set(name.words) or (count % 8 if cores > 1 else count & count - 1) == 0
    if not 0 < count <= largest or not whole or any(number not in (count, count // cores) for number in numbers):
        return None
    label = f"{devices[0].name.split(' (')[0]}-{count}"
    return HardwareName(written, devices, count / cores, count / cores, count / cores, label)


# --- Machines that hold several ----------------------------------------------------------------------------------

_OF_EIGHT = ("A100", "A800", "H100", "H200", "H800", "B200", "B300")
_Machine = tuple[str, tuple[str, ...], int]  # its name, the devices that may be in it, and how many
_MACHINES: dict[str, _Machine] = {
    **{f"dgx {model.lower()}": (f"DGX {model}", (f"{model} SXM",), 8) for model in _OF_EIGHT},
    "dgx 1": ("DGX-1", ("V100 SXM2", "P100 SXM2"), 8),
    "dgx 1 v100": ("DGX-1", ("V100 SXM2",), 8),
    "dgx 1 p100": ("DGX-1", ("P100 SXM2",), 8),
    "dgx 2": ("DGX-2", ("V100 SXM3",), 16),
    "dgx station": ("DGX Station", ("V100 DGXS",), 4),
    "dgx station a100": ("DGX Station A100", ("A100 SXM",), 4),
    "ipu m2000": ("IPU-M2000", ("GC200",), 4),
    **{f"ipu pod{size}": (f"IPU-POD{size}", ("GC200",), size) for size in (4, 16, 64, 128, 256)},
    **{f"bow pod{size}": (f"Bow Pod{size}", ("Bow IPU",), size) for size in (16, 64, 256)},
}
_G_SIZES = {"xlarge": 1, "2xlarge": 1, "4xlarge": 1, "8xlarge": 1, "16xlarge": 1, "12xlarge": 4, "24xlarge": 4}
_AWS: dict[str, tuple[str, dict[str, int]]] = {
    "p2": ("K80 12GB", {"xlarge": 1, "8xlarge": 8, "16xlarge": 16}),
    "p3": ("V100 SXM2 16GB", {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8}),
    "p3dn": ("V100 SXM2 32GB", {"24xlarge": 8}),
    "p4d": ("A100 SXM 40GB", {"24xlarge": 8}),
    "p4de": ("A100 SXM 80GB", {"24xlarge": 8}),
    "p5": ("H100 SXM", {"4xlarge": 1, "48xlarge": 8}),
    "p5e": ("H200 SXM", {"48xlarge": 8}),
    "p5en": ("H200 SXM", {"48xlarge": 8}),
    "g4dn": ("T4", {**_G_SIZES, "metal": 8}),
    "g5": ("A10G", {**_G_SIZES, "48xlarge": 8}),
    "g6": ("L4", {**_G_SIZES, "48xlarge": 8}),
    "g6e": ("L40S", {**_G_SIZES, "48xlarge": 8}),
    "dl1": ("Gaudi1", {"24xlarge": 8}),
    "trn1": ("Trainium1", {"2xlarge": 1, "32xlarge": 16}),
    "trn1n": ("Trainium1", {"32xlarge": 16}),
    "trn2": ("Trainium2", {"3xlarge": 1, "48xlarge": 16}),
    "inf2": ("Inferentia2", {"xlarge": 1, "8xlarge": 1, "24xlarge": 6, "48xlarge": 12}),
}
_INSTANCE = re.compile(r"(?:ml\.)?([a-z0-9]{2,5})\.([a-z0-9]{5,8})")
_OF_MACHINES = _words("nvidia graphcore aws amazon ec2 sagemaker instance machine server system node")


def _system(written: str) -> HardwareName | None:
    memory = tuple(float(size) for size, _ in _MEMORY.findall(written))
    words = [word for word in re.split(r"[\s_-]+", _MEMORY.sub(" ", written).lower()) if word not in _OF_MACHINES]
    key = " ".join(filter(None, words))
    instance = _INSTANCE.fullmatch(key)
    if instance and instance[2] in _AWS.get(instance[1], ("", {}))[1]:
        device, sizes = _AWS[instance[1]]
        machine: _Machine | None = (key.removeprefix("ml."), (device,), sizes[instance[2]])
    else:
        machine = _MACHINES.get(key)
    if machine is None:
        return None
    label, models, count = machine
    names = [_Name(name.words, name.memory_gb + memory) for model in models for name in _readings(model)]
    devices = [device for name in names for device in _fitting(name, (1, count))]
    if not devices:
        return None
    chips = count * _shares(devices[0], names[0])[1]
    return HardwareName(written, tuple(devices), chips, chips, chips, label)


# --- Names inside prose ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mention:
    """A device named in a text: from `start` to `end`, in characters."""

    start: int
    end: int
    name: HardwareName


def find_in_text(text: str) -> Iterator[Mention]:
    """Every device that a text names, in the order of the text. A count beside a name is not part of it.

    A model of two or three letters counts where its maker, its memory, the word GPU or a count stands beside it; T4 and
    K80 also alone.
    """
    pattern = device_pattern()
    for start, end in _lines_worth_reading(text):
        for found in pattern.finditer(text, start, end):
            mention = _mention(found, text[max(0, found.start() - 7) : found.start()])
            if mention is not None:
                yield mention


def _mention(found: re.Match[str], before: str) -> Mention | None:
    counted = _COUNT.search(before)
    if not counted and before[-1:].isalpha():
        return None  # the x of `8xA100` was no count
    phrase = found[0]
    while phrase and (name := _look_up(phrase)) is None:
        phrase = _LAST_WORD.sub("", phrase)
    if name is None:
        return None
    if (
        len(phrase) < _FEWEST_LETTERS_ALONE
        and phrase not in _ALONE
        and (not counted or name.devices[0].vendor == "Apple")
    ):
        return None
    return Mention(found.start(), found.start() + len(phrase), name)


@cache
def device_pattern() -> re.Pattern[str]:
    """What a name of a device looks like in prose; whether it is one, `find_accelerator` says. Linear in the text."""
    return re.compile(_PROSE.format(models="|".join(_models())), re.IGNORECASE | re.VERBOSE | re.ASCII)


def _models() -> list[str]:
    """The words of letters and digits that make a name, the longest first."""
    words = {word for row in accelerators() for group in row.needs for word in group}
    mixed = {word for word in words if _LETTER_AND_DIGITS.search(word)} - {word for word in words if word[0] == "v"}
    # What begins with v is a version everywhere else; the TPUs' are found by the word TPU.
    return sorted(mixed | {"v100", "v100s"}, key=lambda word: (-len(word), word))


def _lines_worth_reading(text: str) -> Iterator[tuple[int, int]]:
    """The lines that may name a device: much quicker to find than the names, and few in most texts."""
    plain = text.lower()
    if len(plain) != len(text):  # a few capitals become two letters
        yield 0, len(text)
        return
    places = [found.start() for found in _digits_of_models().finditer(plain)]
    for word in _SERIES:
        place = plain.find(word)
        while place >= 0:
            places.append(place)
            place = plain.find(word, place + 1)
    done = 0
    for place in sorted(places):
        if place >= done:
            end = text.find("\n", place)
            start, done = text.rfind("\n", 0, place) + 1, len(text) if end < 0 else end
            yield start, done


@cache
def _digits_of_models() -> re.Pattern[str]:
    """The digits of each model behind their letter. To search for digits first is quick, since prose has few."""
    letters: dict[str, str] = {}
    for letter, digits in (_LETTER_AND_DIGITS.findall(word)[0] for word in _models()):
        letters[digits] = letters.get(digits, "") + letter
    behind = [f"(?<=[{before}]{digits[0]}){digits[1:]}" for digits, before in sorted(letters.items())]
    return re.compile(f"[0-9](?<=[a-z][0-9])(?:{'|'.join(behind)})")


_SERIES = ("rtx", "gtx", "titan", "quadro", "tpu", "radeon", "rx 5", "rx 6", "rx 7", "rx 9")
_LETTER_AND_DIGITS = re.compile(r"([a-z])([0-9]+)")
_ALONE = frozenset({"K80", "T4"})
_COUNT = re.compile(r"(?<![\w.])\d{1,4}\s?[x\u00d7*]\s?\Z", re.IGNORECASE)
_LAST_WORD = re.compile(r"(?:^|[\s_-]+)[^\s_-]+$")
_PROSE = r"""
    (?: (?<![\w./@-]) | (?<=\dx) )
    (?: (?:nvidia|tesla|geforce|quadro|gtx|amd|instinct|radeon|intel|habana|google|cloud|apple|aws|graphcore|jetson|dgx)
        [ \t-]{{1,2}} ){{0,4}}
    (?: (?:{models})
      | (?:rtx|gtx|quadro|rx) [ \t-]? (?:(?:rtx|pro)[ \t-]?)? \d{{3,4}}
      | titan [ \t-]? (?:rtx|xp|x|v) | rtx [ \t-]? titan
      | tpus? [ \t-]? (?:(?:vm|pod)s? [ \t-])? [(`]{{0,2}} v? [ \t-]?
        \d (?:[ep]|litepod|[ ]lite)? (?:-\d{{1,5}})? (?!\.\d)
      | v[2-6] (?:[ep]|litepod)? -\d{{1,5}} [ \t] (?:cloud[ \t])? tpus?
    )
    (?: [ \t_-]{{0,2}} (?: sxm\d? | pci-?e | nvl | ti | super | xtx? | gre | laptop | mobile | max-q | pro | max
      | ultra | ada | generation | blackwell | (?<!\d)\d{{1,3}}[ ]?gi?b? | hbm\w{{1,3}} | gpus? | gcds? | hpus? | cores?
      | chips? | d | s ) (?!\w) ){{0,5}}
    (?!\w)
"""


# --- What to say of a name that is none --------------------------------------------------------------------------

_EXAMPLES = "such as A100 SXM, RTX 3090 or TPU v3-8"
_PROCESSORS = re.compile(r"\b(?:cpus?|xeon|epyc|ryzen|threadripper|core\s?i[3579])\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?P<count>\d{1,5})\s*[x\u00d7*]?\s*(?P<name>\D.*)|(?P<name2>.*\S)\s*[x\u00d7*]\s*(?P<count2>\d{1,5})"
)


def _why_unknown(written: str, shown: str) -> str:
    if not written:
        return f"no hardware is named; give the model of the accelerator, {_EXAMPLES}"
    if len(written) > _LONGEST_NAME:
        return f"{shown} is too long for the name of an accelerator; give the name alone, {_EXAMPLES}"
    for say in (_say_count, _say_memory, _say_kind):
        if reason := say(written):
            return f"{shown} {reason}"
    near = _near(written)
    hint = f"did you mean {' or '.join(near)}?" if near else f"give its model, {_EXAMPLES}"
    return f"{shown} is no accelerator in the table; {hint}"


def _say_count(written: str) -> str | None:
    counted = _COUNTED.fullmatch(written)
    if not counted:
        return None
    name, count = counted["name"] or counted["name2"], counted["count"] or counted["count2"]
    return f"counts devices; name one, {one_line(name)}, and give the count, {count}, apart" if _look_up(name) else None


def _say_memory(written: str) -> str | None:
    found = _look_up(_MEMORY.sub(" ", written).strip()) if _MEMORY.search(written) else None
    if found is None:
        return None
    sizes = sorted({size for device in found.devices for size in device.memory_gb})
    return f"has a memory that {found.canonical} is not made with; there is {' and '.join(f'{s:g} GB' for s in sizes)}"


def _say_kind(written: str) -> str | None:
    words = {_SAME.get(word.lower(), word.lower()) for word in _WORD.findall(written)}
    if _PROCESSORS.search(written):
        return "is a processor, and the table has accelerators alone; name the accelerator, or give the measured energy"
    if words & {"hgx", "dgx"}:
        return "is a machine with 1 to 16 accelerators; name the accelerator, and give the count apart"
    if "tpu" in words and not any(word.isdigit() for word in words - {"tpu"}) and words <= _filler() | {"tpu"}:
        return "names no device; give the generation, and the slice if there was one, such as TPU v3-8"
    if words and words <= _filler() | {"rtx", "gtx", "quadro", "titan", "jetson", "arc", "rx", "npu"}:
        return f"names no device; give its model, {_EXAMPLES}"
    if "pod" in words or re.search(r"\bv\d[ep]?-\d", written, re.IGNORECASE):
        return "is no slice of a TPU that exists; slices are named like TPU v3-8 (8 cores) or v5e-8 (8 chips)"
    return None


def _near(written: str) -> list[str]:
    words = [word for word in _WORD.findall(written.lower()) if word not in _filler()]
    inside = [row for row in accelerators() if not any(group.isdisjoint(words) for group in row.needs)]
    near = [_common_name(tuple(row for row in inside if row.needs == inside[0].needs))] if inside else []
    names = _short_names()
    near += [names[name] for name in difflib.get_close_matches(" ".join(words), names, n=8, cutoff=0.6)]
    return list(dict.fromkeys(near))[:5]


@cache
def _short_names() -> dict[str, str]:
    """The names that fit rows which are told apart by form and memory alone, by themselves without filler."""
    rows: dict[tuple[frozenset[str], ...], list[Accelerator]] = {}
    for row in accelerators():
        rows.setdefault(row.needs, []).append(row)
    names = [_common_name(tuple(group)) for group in rows.values()]
    return {" ".join(word for word in _WORD.findall(name.lower()) if word not in _filler()): name for name in names}
