"""One run as read from a tracker's file, in the units of a record."""

from __future__ import annotations

from dataclasses import dataclass

from ..estimation.uncertainty import FoundBy, Part
from ..record import Energy, Hardware, Intensity, Place


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
        duration_s: in seconds.
        energy: its PUE is None if one is possibly included but unstated.
        parts: what the energy is made of, and how each part was found; empty if nothing is known of it.
        pue_assumed: True if the tool takes its PUE for every machine.
        intensity: as the file states it for its grams.
        place: the place in the file.
        hardware: hardware that ran.
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
    duration_s: float | None = None
    energy: Energy = Energy()
    parts: tuple[Part, ...] = ()
    pue_assumed: bool = False
    intensity: Intensity = Intensity()
    place: Place = Place()
    hardware: Hardware = Hardware()
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
    def is_empty(self) -> bool:
        """True if the figure is zero, which no training has: nothing was metered."""
        return self.energy.kwh == 0 or (self.energy.kwh is None and self.emissions_g == 0)

    @property
    def intensity_found_g_per_kwh(self) -> float | None:
        """Intensity from grams and energy, else the one stated in the file."""
        if self.emissions_g is not None and self.energy.kwh:
            return self.emissions_g / self.energy.kwh
        return self.intensity.g_per_kwh

    @property
    def by(self) -> str:
        """Tool and version."""
        return f"{self.tool} {self.version}" if self.version else self.tool


def unreadable(tool: str, run: str, where: str, why: str, run_id: str | None = None) -> Tracked:
    """An unreadable run of a file whose other runs can be read."""
    return Tracked(tool=tool, run=run, run_id=run_id, where=where, unread=why)


def parts_of_sum(found_by: FoundBy, kwh: float | None) -> tuple[Part, ...]:
    """The one part of an energy of which a file has the sum alone: the widest of its parts stands for all."""
    return () if kwh is None else (Part(found_by, kwh),)
