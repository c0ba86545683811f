"""One run as read from a tracker's file, in the units of a record."""

from __future__ import annotations

from dataclasses import dataclass

from ..record import Boundary, IntensityBasis, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """Contents of a file for one run. Unknown values are None.

    Attributes:
        tool: the tracker's own name.
        run: name of the run in the file.
        run_id: globally unique ID, if the tool assigns one.
        is_part: True for a part of the run with that ID, such as a task.
        where: file and line of the figures.
        version: of the tracker.
        detail: remark on the tool's method for the source, such as `PUE 1.58 inside`.
        emissions_g: in grams CO2 equivalent.
        energy_kwh: in kWh, including `pue`.
        duration_s: in seconds.
        method: how the energy was determined.
        boundary: what the energy covers.
        modelled_share: share of the energy that was modelled.
        pue: PUE included in energy and grams: 1.0 for none, None if possibly included but unstated.
        intensity_g_per_kwh: intensity that the file states for its grams.
        basis: what the tool's intensity covers.
        country_iso3: of the place in the file.
        region: state, province or zone of that country.
        location: the place as text.
        cloud_provider: short name of the cloud provider.
        cloud_region: its name of the region.
        on_cloud: True if a cloud machine was used.
        hardware: hardware that ran.
        cpu_model: the processor.
        ram_gb: the memory.
        training_type: as stated in the file.
        started: start, as stated in the file.
        ended: end, if it is not `duration_s` after `started`.
        overlaps: another run of the file at the same time on the same meter, so that one includes the other.
        memory_s: seconds for which memory drew its constant power, from its energy: a second clock.
        whole_machine: True if the tool counted the whole machine, whoever used it.
        no_place: why the place in the file is not one, if so.
        no_figure: why there is no usable figure, if so, and what to do.
        meters: True if the tool meters or computes anything but time.
        unread: why this run cannot be read, if so; it has no figures then.
        doubts: warnings from the tool's reader.
        notes: caveats of the figure.
    """

    tool: str
    run: str
    where: str
    run_id: str | None = None
    is_part: bool = False
    version: str | None = None
    detail: str | None = None
    emissions_g: float | None = None
    energy_kwh: float | None = None
    duration_s: float | None = None
    method: Method = "unknown"
    boundary: Boundary = "node"
    modelled_share: float | None = None
    pue: float | None = 1.0
    intensity_g_per_kwh: float | None = None
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
    ended: str | None = None
    overlaps: str | None = None
    memory_s: float | None = None
    whole_machine: bool = False
    no_place: str | None = None
    no_figure: str | None = None
    meters: bool = True
    unread: str | None = None
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_placed(self) -> bool:
        """True if the file says where it ran; a cloud region alone does not count, as it may be unknown."""
        return any((self.country_iso3, self.location))

    @property
    def is_empty(self) -> bool:
        """True if the figure is zero, which no training has: nothing was metered."""
        return self.energy_kwh == 0 or (self.energy_kwh is None and self.emissions_g == 0)

    @property
    def intensity_found_g_per_kwh(self) -> float | None:
        """Intensity from grams and energy, else the one stated in the file."""
        return (
            self.emissions_g / self.energy_kwh
            if self.emissions_g is not None and self.energy_kwh
            else (self.intensity_g_per_kwh)
        )

    @property
    def by(self) -> str:
        """Tool and version."""
        return f"{self.tool} {self.version}" if self.version else self.tool


def unreadable(tool: str, run: str, where: str, why: str, run_id: str | None = None) -> Tracked:
    """An unreadable run of a file whose other runs can be read."""
    return Tracked(tool=tool, run=run, run_id=run_id, where=where, unread=why)
