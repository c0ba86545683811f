"""Runs by flat names: what tests write, and what the golden readings hold."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hf_emissions.importers.tracked import Tracked
from hf_emissions.record import Energy, Hardware, Intensity, Place

PARTS: dict[str, tuple[Any, dict[str, str]]] = {
    "energy": (
        Energy,
        {"energy_kwh": "kwh", **{name: name for name in ("method", "boundary", "modelled_share", "pue")}},
    ),
    "intensity": (Intensity, {"intensity_g_per_kwh": "g_per_kwh", "basis": "basis"}),
    "place": (
        Place,
        {
            "location": "name",
            **{name: name for name in ("country_iso3", "region", "cloud_provider", "cloud_region", "on_cloud")},
        },
    ),
    "hardware": (Hardware, {"hardware": "used", "cpu_model": "cpu_model", "ram_gb": "ram_gb"}),
}


def tracked(run: str, **known: Any) -> Tracked:
    """A run with these values, by flat names."""
    values = {"tool": "T", "run": run, "where": f"{run}.csv:2", **known}
    parts = {
        part: make(**{field: values.pop(name) for name, field in names.items() if name in values})
        for part, (make, names) in PARTS.items()
    }
    return Tracked(**{**values, **parts})


def flat(run: Tracked) -> dict[str, Any]:
    """Every value of a run, by flat names."""
    own = {field.name: getattr(run, field.name) for field in fields(run) if field.name not in PARTS}
    for part, (_, names) in PARTS.items():
        own |= {name: getattr(getattr(run, part), field) for name, field in names.items()}
    return own
