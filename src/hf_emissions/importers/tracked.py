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
        run_id: what no other run in the world is called, where the tool makes such names.
        is_part: whether this is a part of the run of that id, such as a task of it.
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
        intensity_g_per_kwh: what the file says that its grams rest on.
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
        ended: when it was over, where that is not `duration_s` after `started`.
        overlaps: another run of the file that went on at the same time by the same meter, so that one holds the other.
        memory_s: for how long memory drew its constant power, by its energy: a second clock.
        whole_machine: whether the tool counted all of the machine, whoever used it.
        no_place: why the place in the file is no place, where that is so.
        no_figure: why there is neither energy nor grams, where that is so, and what to do.
        meters: whether the tool meters or works out anything but time.
        unread: why what the file has of this run cannot be read, where that is so; it has no figures then.
        doubts: what the reader of the tool knows to speak against the figures.
        notes: what whoever believes the figure should know.
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
        """Whether the file says where it ran; the region of a cloud alone may be none that is known."""
        return any((self.country_iso3, self.location))

    @property
    def is_empty(self) -> bool:
        """Whether the figure is zero, which no training has: nothing was metered."""
        return self.energy_kwh == 0 or (self.energy_kwh is None and self.emissions_g == 0)

    @property
    def intensity_found_g_per_kwh(self) -> float | None:
        """What its grams and energy tell, else what the file says."""
        return (
            self.emissions_g / self.energy_kwh
            if self.emissions_g is not None and self.energy_kwh
            else (self.intensity_g_per_kwh)
        )

    @property
    def by(self) -> str:
        """The tool with its version."""
        return f"{self.tool} {self.version}" if self.version else self.tool


def unreadable(tool: str, run: str, where: str, why: str, run_id: str | None = None) -> Tracked:
    """A run that a file has, and that cannot be read; the others of the file can."""
    return Tracked(tool=tool, run=run, run_id=run_id, where=where, unread=why)
