"""One training-emissions figure with everything that is known about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Generic, TypedDict, TypeVar, Unpack, overload

from .. import units
from ..errors import RecordError
from ..terminal import one_line
from .energy import Boundary, Energy, Method
from .hardware import Hardware
from .intensity import Intensity, IntensityBasis
from .place import Place
from .validation import validated

# The flat names of a record's values, in the order of documents, and where each is kept.
_PATHS = {
    "emissions_g": "emissions_g",
    "energy_kwh": "energy.kwh",
    "duration_s": "duration_s",
    "source": "source",
    "training_type": "training_type",
    "geographical_location": "place.name",
    "hardware_used": "hardware.used",
    "method": "energy.method",
    "boundary": "energy.boundary",
    "modelled_share": "energy.modelled_share",
    "intensity_g_per_kwh": "intensity.g_per_kwh",
    "intensity_source": "intensity.source",
    "intensity_basis": "intensity.basis",
    "pue": "energy.pue",
    "country_iso3": "place.country_iso3",
    "cloud_provider": "place.cloud_provider",
    "cloud_region": "place.cloud_region",
    "on_cloud": "place.on_cloud",
    "cpu_model": "hardware.cpu_model",
    "ram_gb": "hardware.ram_gb",
    "tool": "tool",
    "tool_version": "tool_version",
    "segments": "segments",
    "nodes_seen": "nodes_seen",
    "nodes_expected": "nodes_expected",
    "range_g": "range_g",
}
_READ = {name: attrgetter(path) for name, path in _PATHS.items()}

# Values shown by `repr`, with their formatters; defaults are omitted.
_SHOWN: dict[str, Callable[[Any], str]] = {
    "emissions_g": lambda grams: f"{units.format_mass(grams)} CO2eq",
    "range_g": lambda ends: f"90 % range {units.format_mass(ends[0])} to {units.format_mass(ends[1])}",
    "energy_kwh": units.format_energy,
    "duration_s": units.format_duration,
    "geographical_location": lambda place: one_line(place[:60]),
    "method": lambda method: "" if method == "unknown" else method,
    "boundary": lambda boundary: "" if boundary == "node" else boundary,
}

_T = TypeVar("_T")


class _Flat(Generic[_T]):
    """A value of a part, read from the record by its flat name."""

    def __init__(self, read: Callable[[EmissionsRecord], _T]) -> None:
        self._read = read

    @overload
    def __get__(self, record: None, owner: type[EmissionsRecord]) -> _Flat[_T]: ...
    @overload
    def __get__(self, record: EmissionsRecord, owner: type[EmissionsRecord]) -> _T: ...
    def __get__(self, record: EmissionsRecord | None, owner: type[EmissionsRecord]) -> _Flat[_T] | _T:
        return self if record is None else self._read(record)


class RecordValues(TypedDict, total=False):
    """What a record can be made of: its own values, its parts, and values of the parts by their flat names."""

    emissions_g: float | None
    duration_s: float | None
    source: str | None
    training_type: str | None
    tool: str | None
    tool_version: str | None
    segments: int | None
    nodes_seen: int | None
    nodes_expected: int | None
    range_g: tuple[float, float] | None
    energy: Energy
    place: Place
    intensity: Intensity
    hardware: Hardware
    energy_kwh: float | None
    method: Method
    boundary: Boundary
    modelled_share: float | None
    pue: float
    geographical_location: str | None
    country_iso3: str | None
    cloud_provider: str | None
    cloud_region: str | None
    on_cloud: bool | None
    intensity_g_per_kwh: float | None
    intensity_source: str | None
    intensity_basis: IntensityBasis | None
    hardware_used: str | None
    cpu_model: str | None
    ram_gb: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, init=False)
class EmissionsRecord:
    """Emissions of one training and their provenance. Unknown values are None.

    At least one of `emissions_g` and `energy_kwh` is known. Validated on construction. Every value of a part can also
    be given and read by its flat name: `EmissionsRecord(emissions_g=71, country_iso3="DEU").country_iso3`.

    Attributes:
        emissions_g: greenhouse gases of the training, in grams CO2 equivalent.
        duration_s: wall time of the training, in seconds.
        source: origin of the figure, as text.
        training_type: `pre-training`, `fine-tuning`, or the author's own word.
        energy: `energy_kwh` (within `boundary` and including `pue`), `method`, `boundary`, `modelled_share`, `pue`.
        place: `geographical_location`, `country_iso3`, `cloud_provider`, `cloud_region`, `on_cloud`.
        intensity: `intensity_g_per_kwh`, `intensity_source`, `intensity_basis`.
        hardware: `hardware_used`, `cpu_model`, `ram_gb`.
        tool: program that determined the energy.
        tool_version: its version.
        segments: number of recorded segments in the sum.
        nodes_seen: number of nodes in the sum.
        nodes_expected: number of nodes that took part.
        range_g: low and high end of the 90 % range of `emissions_g`.

    Raises:
        RecordError: a value is impossible, or two values contradict each other.
    """

    emissions_g: float | None
    duration_s: float | None
    source: str | None
    training_type: str | None
    energy: Energy
    place: Place
    intensity: Intensity
    hardware: Hardware
    tool: str | None
    tool_version: str | None
    segments: int | None
    nodes_seen: int | None
    nodes_expected: int | None
    range_g: tuple[float, float] | None

    energy_kwh = _Flat(lambda record: record.energy.kwh)
    method = _Flat(lambda record: record.energy.method)
    boundary = _Flat(lambda record: record.energy.boundary)
    modelled_share = _Flat(lambda record: record.energy.modelled_share)
    pue = _Flat(lambda record: record.energy.pue or 1.0)
    geographical_location = _Flat(lambda record: record.place.name)
    country_iso3 = _Flat(lambda record: record.place.country_iso3)
    cloud_provider = _Flat(lambda record: record.place.cloud_provider)
    cloud_region = _Flat(lambda record: record.place.cloud_region)
    on_cloud = _Flat(lambda record: record.place.on_cloud)
    intensity_g_per_kwh = _Flat(lambda record: record.intensity.g_per_kwh)
    intensity_source = _Flat(lambda record: record.intensity.source)
    intensity_basis = _Flat(lambda record: record.intensity.basis)
    hardware_used = _Flat(lambda record: record.hardware.used)
    cpu_model = _Flat(lambda record: record.hardware.cpu_model)
    ram_gb = _Flat(lambda record: record.hardware.ram_gb)

    def __init__(self, **values: Unpack[RecordValues]) -> None:
        given: dict[str, Any] = dict(values)
        unknown = given.keys() - RecordValues.__annotations__.keys()
        if unknown:
            raise TypeError(f"EmissionsRecord() got an unexpected keyword argument {min(unknown)!r}")
        parts = {name: given.pop(name, part) for name, part in _EMPTY.items()}
        for name, part in parts.items():
            if not isinstance(part, type(_EMPTY[name])):
                raise RecordError(f"{name} is {part!r}; it must be of the type {type(_EMPTY[name]).__name__}")
        flat = {name: given[name] if name in given else _kept(path, parts) for name, path in _PATHS.items()}
        for name, value in _composed(validated(flat), parts).items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """Short summary: `EmissionsRecord(71 mg CO2eq, 187 mWh, 24 s, Germany, modelled)`."""
        known = self.known()
        words = [show(known[name]) for name, show in _SHOWN.items() if name in known]
        return f"EmissionsRecord({', '.join(word for word in words if word)})"

    def replace(self, **changes: Unpack[RecordValues]) -> EmissionsRecord:
        """Return a copy with some values changed, validated again."""
        own: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return EmissionsRecord(**{**own, **changes})

    def values(self) -> dict[str, Any]:
        """All values by their flat names, in the order of documents."""
        return {name: read(self) for name, read in _READ.items()}

    def known(self) -> dict[str, Any]:
        """Known values by their flat names, in the order of documents."""
        return {name: value for name, value in self.values().items() if value is not None}


_EMPTY: dict[str, Any] = {
    "energy": Energy(),
    "place": Place(),
    "intensity": Intensity(),
    "hardware": Hardware(),
}


def _kept(path: str, parts: dict[str, Any]) -> Any:
    part, _, name = path.partition(".")
    return getattr(parts[part], name) if name else None


def _composed(values: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Fields of a record: its own values, and its parts with theirs."""
    own: dict[str, Any] = {}
    changes: dict[str, dict[str, Any]] = {name: {} for name in parts}
    for name, path in _PATHS.items():
        part, _, field = path.partition(".")
        target, key = (changes[part], field) if field else (own, name)
        target[key] = values[name]
    return own | {name: replace(part, **changes[name]) for name, part in parts.items()}
