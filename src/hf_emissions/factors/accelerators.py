"""Accelerators: power limits in watts, peak rates in FLOP/s, release years, a source per row.

One row per physical form; within a model, the likeliest form first. `needs` are the words that a written name must
have (`a|b` for alternatives), `fits` those that it may have. Rates are dense and accumulate in 32 bits. Power is per
unit of the row, which may be a board that the driver counts as several devices (`chips`). If the maker publishes no
power (`power_published` is `no`), the row has a wide range by comparison with other devices, as its `note` says.

`in_text` is empty if prose may name the device by its model alone, `after` if only behind its maker or line or before
the word GPU, since the model is also a word of other things (`L2`), and `no` if never.
"""

from __future__ import annotations

import csv
import importlib.resources
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

Setting = Literal["datacentre", "workstation", "consumer", "laptop", "edge"]
InText = Literal["", "after", "no"]


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One physical form of a device, as sold.

    Power in W, rates in FLOP/s, memory in GB; a rate is None if the maker publishes none, as `note` then says.
    `power_is_published` is False if the power is a range of ours. `measured_mean_w` is a published mean in use,
    including the host's share. `chips` is the number of devices that the driver counts per unit, `usual_chips` how many
    of them a single mention usually means.
    """

    name: str
    vendor: str
    generation: str
    setting: Setting
    released_year: int
    memory_gb: tuple[float, ...]
    chips: int
    usual_chips: int
    power_w: float
    power_low_w: float
    power_high_w: float
    power_is_published: bool
    measured_mean_w: float | None
    dense_16bit_flop_per_s: float | None
    dense_32bit_flop_per_s: float | None
    note: str
    source: str
    needs: tuple[frozenset[str], ...] = field(repr=False)
    fits: frozenset[str] = field(repr=False)
    in_text: InText = field(repr=False)

    @property
    def flop_per_s(self) -> float | None:
        """Peak rate for training: 16-bit, or 32-bit if the device has no fast 16-bit arithmetic."""
        return self.dense_16bit_flop_per_s or self.dense_32bit_flop_per_s


@cache
def accelerators() -> tuple[Accelerator, ...]:
    """Return the whole table."""
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
        power_w=float(row["power_w"]),
        power_low_w=float(row["power_low_w"]),
        power_high_w=float(row["power_high_w"]),
        power_is_published=row["power_published"] != "no",
        measured_mean_w=_number(row["measured_mean_w"]),
        dense_16bit_flop_per_s=_number(row["dense_16bit_tflop_per_s"], 1e12),
        dense_32bit_flop_per_s=_number(row["dense_32bit_tflop_per_s"], 1e12),
        note=row["note"],
        source=row["source"],
        needs=tuple(frozenset(group.split("|")) for group in row["needs"].split()),
        fits=frozenset(row["fits"].split()),
        in_text=row["in_text"],  # type: ignore[arg-type] # a test holds the words of the table
    )


def _number(text: str, unit: float = 1.0) -> float | None:
    return float(text) * unit if text else None


def common_name(devices: tuple[Accelerator, ...]) -> str:
    """Short name: the words shared by all forms of each model, such as `A100 SXM` or `TPU v5e or TPU v5p`."""
    models: dict[tuple[frozenset[str], ...], list[list[str]]] = {}
    for device in devices:
        models.setdefault(device.needs, []).append(device.name.split())
    return " or ".join(
        " ".join(word for word in forms[0] if all(word in form for form in forms)) for forms in models.values()
    )
