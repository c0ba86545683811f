"""One run as a tracker's file tells it, in the units of a record."""

from __future__ import annotations

from dataclasses import dataclass

from ..record import Boundary, IntensityBasis, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """What a file says of one run. What it does not say is None.

    Attributes:
        tool: the tracker, as it calls itself.
        run: what the run is called in the file.
        where: the file, and the line that the figures stand on.
        version: of the tracker.
        detail: what a source should say of the tool's way, such as `PUE 1.58 inside`.
        emissions_g: in grams CO2 equivalent.
        energy_kwh: in kWh, with `pue` inside.
        duration_s: in seconds.
        method: how the energy was found.
        boundary: what the energy covers.
        modelled_share: the part of the energy that a model gave.
        pue: power usage effectiveness inside energy and grams: 1.0 for none, None where there may be one unsaid.
        basis: what the tool's intensity covers.
        country_iso3: of the place that the file names.
        region: state, province or zone of that country.
        location: the place in words.
        cloud_provider: short name of the cloud provider.
        cloud_region: its name of the region.
        on_cloud: whether a cloud's machine was used.
        hardware: what ran.
        cpu_model: the processor.
        ram_gb: the memory.
        training_type: as the file says.
        started: when, as the file says.
        power_w: what the machine drew on the whole, as the file says, where that is worth comparing.
        no_place: why the place in the file is no place, where that is so.
        no_figure: why there is neither energy nor grams, where that is so, and what to do.
        notes: what whoever believes the figure should know.
    """

    tool: str
    run: str
    where: str
    version: str | None = None
    detail: str | None = None
    emissions_g: float | None = None
    energy_kwh: float | None = None
    duration_s: float | None = None
    method: Method = "unknown"
    boundary: Boundary = "node"
    modelled_share: float | None = None
    pue: float | None = 1.0
    basis: IntensityBasis | None = None
    country_iso3: str | None = None
    region: str | None = None
    location: str | None = None
    cloud_provider: str | None = None
    cloud_region: str | None = None
    on_cloud: bool | None = None
    hardware: str | None = None
    cpu_model: str | None = None
    ram_gb: float | None = None
    training_type: str | None = None
    started: str | None = None
    power_w: float | None = None
    no_place: str | None = None
    no_figure: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_placed(self) -> bool:
        """Whether the file says where it ran."""
        return any((self.country_iso3, self.location, self.cloud_region))

    @property
    def by(self) -> str:
        """The tool with its version."""
        return f"{self.tool} {self.version}" if self.version else self.tool
