"""What measured trainings show, a row for each group of runs alike."""

from __future__ import annotations

import csv
import importlib.resources
from dataclasses import dataclass
from functools import cache
from typing import Literal

PowerBoundary = Literal["accelerators", "node"]


@dataclass(frozen=True, slots=True)
class PowerEvidence:
    """A group of runs of one organisation on one device: mean power of an accelerator over its rated power.

    Only metered power counts: a published energy that is itself rated power times hours is no evidence of power, and
    neither are a maximum that was seen, nor the swing within a run. `rated_power_w` is in W, as a maker prints it;
    `ratio_low` and `ratio_high` are the 5th and 95th percentile of the runs where there are many, else the ends.
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
    """A published pre-training: useful operations (six for each active parameter and token) over what the reported
    device hours could have computed in 16 bits; restarts and evaluations are inside the hours."""

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
    """The power that is shipped."""
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
    """The MFU that is shipped."""
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
