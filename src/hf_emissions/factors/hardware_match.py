"""Match a written hardware name with the forms of a device in the table."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache

from .accelerators import Accelerator, accelerators
from .hardware_name import HardwareName
from .hardware_words import ANYBODY, MAKER, MEMORY_KINDS, PART, WHOLE, WrittenName, readings
from .machines import find_machine


@cache
def _rows_by_word() -> dict[str, tuple[int, ...]]:
    """Row indices by each word of the most specific `needs` group, the one with most digits."""
    index: dict[str, tuple[int, ...]] = {}
    for place, row in enumerate(accelerators()):
        for word in max(row.needs, key=lambda group: max(sum(map(str.isdigit, word)) for word in group)):
            index[word] = (*index.get(word, ()), place)
    return index


@lru_cache(maxsize=4096)
def look_up(written: str) -> HardwareName | None:
    """Resolve a written name; None if nothing matches."""
    system = _system(written)
    if system is not None:
        return system
    names = readings(written)
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


def _fitting(name: WrittenName, multiples: tuple[int, ...] = (1,)) -> list[Accelerator]:
    rows, index = accelerators(), _rows_by_word()
    places = sorted({place for word in name.words for place in index.get(word, ())})
    return [rows[place] for place in places if _fits(rows[place], name, multiples)]


def _fits(row: Accelerator, name: WrittenName, multiples: tuple[int, ...]) -> bool:
    words = frozenset(name.words)
    if any(words.isdisjoint(group) for group in row.needs):
        return False
    more = words - row.fits.union(*row.needs) - ANYBODY - MAKER[row.vendor] - {row.generation}
    if row.chips > 1:
        more -= PART | WHOLE
    if row.fits.isdisjoint(MEMORY_KINDS):
        more -= MEMORY_KINDS
    counted = {word for word in more if word.isdigit()} if "core" in words or row.vendor == "Google" else set()
    return more == counted and all(_has_memory(row, size, multiples) for size in name.memory_gb)


def _has_memory(row: Accelerator, size_gb: float, multiples: tuple[int, ...] = (1,)) -> bool:
    shares = (*multiples, *({1 / row.chips} if row.chips > 1 else ()))
    return not row.memory_gb or any(_same_size(size_gb, gb * share) for gb in row.memory_gb for share in shares)


def _same_size(written_gb: float, gb: float) -> bool:
    """True if sizes agree within driver-reserved memory and the difference of GB and GiB."""
    return 0.88 * gb <= written_gb <= 1.03 * gb


def _shares(row: Accelerator, name: WrittenName) -> tuple[float, float, float]:
    """Least, likely and largest share of a unit that one mention means."""
    part = 1 / row.chips
    words = frozenset(name.words)
    if words & PART or any(_same_size(size, gb * part) for size in name.memory_gb for gb in row.memory_gb):
        return part, part, part
    if words & WHOLE or name.memory_gb:
        return 1.0, 1.0, 1.0
    return part, row.usual_chips / row.chips, 1.0


# Counted units per chip, and the largest slice in them. Slice names count cores up to v4 and in v5p, else chips.
_SLICES = {"tpu2": (2, 512), "tpu3": (2, 2048), "tpu4": (2, 8192), "tpu5p": (2, 17_920), "tpu5e": (1, 256)} | {
    "tpu6e": (1, 256)
}


def _slice(written: str, devices: tuple[Accelerator, ...], name: WrittenName) -> HardwareName | None:
    """Resolve a TPU chip, core or slice; a slice's number counts cores or chips, depending on the generation."""
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


def _system(written: str) -> HardwareName | None:
    machine = find_machine(written)
    if machine is None:
        return None
    low, likely, high = machine.counts
    names = [
        replace(name, memory_gb=name.memory_gb + machine.memory_gb)
        for model in machine.devices
        for name in readings(model)
    ]
    found = [(device, _shares(device, name)[1]) for name in names for device in _fitting(name, (1, int(likely)))]
    if not found:
        return None
    part, devices = found[0][1], tuple(device for device, _ in found)
    return HardwareName(written, devices, likely * part, low * part, high * part, machine.label, machine.service)
