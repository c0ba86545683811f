"""One training-emissions figure and its metadata. Independent of cards, files and networks."""

from __future__ import annotations

import dataclasses
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from . import units
from .errors import RecordError
from .terminal import one_line

Method = Literal["measured", "modelled", "mixed", "estimated", "unknown"]
Boundary = Literal["accelerators", "node", "facility"]
IntensityBasis = Literal["life-cycle", "combustion", "operational"]

_CHOICES = {"method": get_args(Method), "boundary": get_args(Boundary), "intensity_basis": get_args(IntensityBasis)}
_NOT_NEGATIVE = ("emissions_g", "energy_kwh", "duration_s", "intensity_g_per_kwh", "ram_gb")
_TEXTS = (
    *("source", "training_type", "geographical_location", "hardware_used", "intensity_source", "country_iso3"),
    *("cloud_provider", "cloud_region", "cpu_model", "tool", "tool_version"),
)
_COUNTS = ("segments", "nodes_seen", "nodes_expected")

# Fields shown by `repr`, with their formatters; default values are omitted.
_SHOWN: dict[str, Callable[[Any], str]] = {
    "emissions_g": lambda grams: f"{units.format_mass(grams)} CO2eq",
    "range_g": lambda ends: f"90 % range {units.format_mass(ends[0])} to {units.format_mass(ends[1])}",
    "energy_kwh": units.format_energy,
    "duration_s": units.format_duration,
    "geographical_location": lambda place: one_line(place[:60]),
    "method": lambda method: "" if method == "unknown" else method,
    "boundary": lambda boundary: "" if boundary == "node" else boundary,
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EmissionsRecord:
    """Emissions of one training and their provenance. Unknown fields are None.

    At least one of `emissions_g` and `energy_kwh` is known. Validated on construction.

    Attributes:
        emissions_g: greenhouse gases of the training, in grams CO2 equivalent.
        energy_kwh: electricity used, in kWh, within `boundary` and including `pue`.
        duration_s: wall time of the training, in seconds.
        source: origin of the figure, as text.
        training_type: `pre-training`, `fine-tuning`, or the author's own word.
        geographical_location: where the electricity was used, as text.
        hardware_used: hardware, such as `2 x NVIDIA A100-SXM4-80GB`.
        method: how the energy was determined.
        boundary: what the energy covers: the accelerators, the node, or the facility (with PUE).
        modelled_share: share of the energy that was modelled rather than metered, 0 to 1.
        intensity_g_per_kwh: intensity of the electricity, in grams CO2 equivalent per kWh.
        intensity_source: source of the intensity, with the year.
        intensity_basis: what the intensity covers: the life cycle, combustion only, or operation.
        pue: power usage effectiveness included in the energy; 1.0 if none.
        country_iso3: ISO 3166-1 alpha-3 code of the country.
        cloud_provider: short name of the cloud provider, such as `gcp`.
        cloud_region: the provider's name of the region.
        on_cloud: True if a cloud machine was used.
        cpu_model: name of the processor.
        ram_gb: memory size, in GB.
        tool: program that determined the energy.
        tool_version: its version.
        segments: number of recorded segments in the sum.
        nodes_seen: number of nodes in the sum.
        nodes_expected: number of nodes that took part.
        range_g: low and high end of the 90 % range of `emissions_g`.

    Raises:
        RecordError: a value is impossible, or two values contradict each other.
    """

    emissions_g: float | None = None
    energy_kwh: float | None = None
    duration_s: float | None = None
    source: str | None = None
    training_type: str | None = None
    geographical_location: str | None = None
    hardware_used: str | None = None
    method: Method = "unknown"
    boundary: Boundary = "node"
    modelled_share: float | None = None
    intensity_g_per_kwh: float | None = None
    intensity_source: str | None = None
    intensity_basis: IntensityBasis | None = None
    pue: float = 1.0
    country_iso3: str | None = None
    cloud_provider: str | None = None
    cloud_region: str | None = None
    on_cloud: bool | None = None
    cpu_model: str | None = None
    ram_gb: float | None = None
    tool: str | None = None
    tool_version: str | None = None
    segments: int | None = None
    nodes_seen: int | None = None
    nodes_expected: int | None = None
    range_g: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name in _NOT_NEGATIVE:
            self._check_number(name, low=0.0)
        self._check_number("modelled_share", low=0.0, high=1.0)
        self._check_number("pue", low=1.0)
        for name in _TEXTS:
            self._check_text(name)
        if self.on_cloud is not None and not isinstance(self.on_cloud, bool):
            raise RecordError(f"on_cloud is {self.on_cloud!r}; it must be True, False or None")
        for name in _COUNTS:
            self._check_count(name)
        for name, allowed in _CHOICES.items():
            self._check_choice(name, allowed)
        self._check_range()
        self._check_whole()

    def _check_number(self, name: str, low: float, high: float = math.inf) -> None:
        value = getattr(self, name)
        if value is None and name != "pue":
            return
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise RecordError(f"{name} is {value!r}; it must be a number")
        if value > sys.float_info.max or not math.isfinite(value) or not low <= value <= high:
            limit = f"between {low:g} and {high:g}" if math.isfinite(high) else f"a finite number, at least {low:g}"
            raise RecordError(f"{name} is {value}; it must be {limit}")
        object.__setattr__(self, name, float(value))

    def _check_text(self, name: str) -> None:
        value = getattr(self, name)
        if value is None:
            return
        if not isinstance(value, str) or not value.strip():
            raise RecordError(f"{name} is {value!r}; it must be a text that is not empty, or None")
        if not value.isascii() and re.search("[\ud800-\udfff]", value):
            raise RecordError(f"{name} is {value!r}; half of a surrogate pair cannot be written as UTF-8")
        # Processor names come with trailing blanks.
        object.__setattr__(self, name, value.strip())

    def _check_count(self, name: str) -> None:
        value = getattr(self, name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise RecordError(f"{name} is {value!r}; it must be a whole number, at least 1")

    def _check_choice(self, name: str, allowed: tuple[str, ...]) -> None:
        value = getattr(self, name)
        if value not in allowed and not (value is None and name == "intensity_basis"):
            raise RecordError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")

    def _check_range(self) -> None:
        if self.range_g is None:
            return
        try:
            low, high = (float(end) for end in self.range_g)
        except (TypeError, ValueError):
            raise RecordError(f"range_g is {self.range_g!r}; it must be two numbers, low and high") from None
        if not 0 <= low <= high < math.inf:
            raise RecordError(f"range_g is {self.range_g!r}; low must be at least 0 and high not below it")
        object.__setattr__(self, "range_g", (low, high))

    def _check_whole(self) -> None:
        if self.emissions_g is None and self.energy_kwh is None:
            raise RecordError("neither emissions_g nor energy_kwh is known; a record needs one of them")
        if self.country_iso3 is not None and not re.fullmatch("[A-Z]{3}", self.country_iso3):
            raise RecordError(f"country_iso3 is {self.country_iso3!r}; it must be three capital letters, such as DEU")
        if self.nodes_seen is not None and self.nodes_expected is not None and self.nodes_seen > self.nodes_expected:
            raise RecordError(f"{self.nodes_seen} nodes were seen where {self.nodes_expected} took part")
        if self.boundary != "facility" and self.pue != 1.0:
            raise RecordError(
                f"pue is {self.pue:g} inside a figure of the {self.boundary}; its boundary is the facility"
            )

    def __repr__(self) -> str:
        """Short summary: `EmissionsRecord(71 mg CO2eq, 187 mWh, 24 s, Germany, modelled)`."""
        known = self.known()
        words = [show(known[name]) for name, show in _SHOWN.items() if name in known]
        return f"EmissionsRecord({', '.join(word for word in words if word)})"

    def replace(self, **changes: Any) -> EmissionsRecord:
        """Return a copy with some fields changed, validated again."""
        return dataclasses.replace(self, **changes)

    def known(self) -> dict[str, Any]:
        """Known fields by name, in declaration order."""
        fields = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self))
        return {name: value for name, value in fields if value is not None}
