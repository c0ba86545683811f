"""Evidence from measured trainings, one row per group of similar runs."""

from __future__ import annotations

import csv
import importlib.resources
from dataclasses import dataclass
from functools import cache
from typing import Literal

PowerBoundary = Literal["accelerators", "node"]


@dataclass(frozen=True, slots=True)
class PowerEvidence:
    """Mean over rated power of an accelerator, for alike runs of one organisation on one device.

    Metered power only: no published energies that are rated power times hours, no observed maxima, no swing within a
    run. A device that was listed and stood idle is metered too. `rated_power_w` is in W, as printed by the maker, or
    the mean of several forms; `ratio_low` and `ratio_high` are the 5th and 95th percentile of the runs, None for a
    single one. `benchmarks/metered.py` writes the rows that follow from shared runs.
    """

    group: str
    organisation: str
    environment: str
    architecture: str
    device: str
    setting: str
    boundary: PowerBoundary
    accelerators: int
    parameters: float | None
    task: str
    rated_power_w: float
    ratio_low: float | None
    ratio: float
    ratio_high: float | None
    runs: int | None
    measured: str
    source: str


@dataclass(frozen=True, slots=True)
class MfuEvidence:
    """MFU of a published pre-training: useful operations over the 16-bit capacity of the reported device hours.

    Useful are 6 operations per active parameter and token; the hours include restarts and evaluations.
    """

    model: str
    organisation: str
    generation: str
    parameters: float | None
    tokens: float | None
    device_hours: float
    mfu: float
    verified: bool
    source: str


@cache
def power_evidence() -> tuple[PowerEvidence, ...]:
    """Bundled power evidence."""
    return tuple(
        PowerEvidence(
            group=row["group"],
            organisation=row["organisation"],
            environment=row["environment"],
            architecture=row["architecture"],
            device=row["device"],
            setting=row["setting"],
            boundary="node" if row["boundary"] == "node" else "accelerators",
            accelerators=int(row["accelerators"]),
            parameters=_number(row["parameters"]),
            task=row["task"],
            rated_power_w=float(row["rated_power_w"]),
            ratio_low=_number(row["ratio_low"]),
            ratio=float(row["ratio"]),
            ratio_high=_number(row["ratio_high"]),
            runs=int(row["runs"]) if row["runs"] else None,
            measured=row["measured"],
            source=row["source"],
        )
        for row in _rows("evidence.csv")
    )


@cache
def mfu_evidence() -> tuple[MfuEvidence, ...]:
    """Bundled MFU evidence."""
    return tuple(
        MfuEvidence(
            model=row["model"],
            organisation=row["organisation"],
            generation=row["generation"],
            parameters=_number(row["active_parameters"]),
            tokens=_number(row["tokens"]),
            device_hours=float(row["device_hours"]),
            mfu=float(row["mfu"]),
            verified=row["verified"] == "yes",
            source=row["source"],
        )
        for row in _rows("mfu_evidence.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    table = importlib.resources.files(__package__) / name
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


def _number(text: str) -> float | None:
    return float(text) if text else None
