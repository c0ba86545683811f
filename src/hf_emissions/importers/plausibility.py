"""Plausibility warnings: figures of a run that are impossible or inconsistent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isclose

from .. import units
from ..errors import HfEmissionsError
from ..factors.bounds import HIGHEST_GRID_G_PER_KWH, LOWEST_GRID_G_PER_KWH
from ..factors.intensity import grid_intensity
from ..record import EmissionsRecord
from .fold import folded_lines
from .power import duration_warning, mean_w, most_w, power_note
from .to_record import UserFacts, site_of_file, to_record
from .tracked import Tracked

# Less than any running computer draws.
_LEAST_W = 0.5
# Maximum factor between the intensities of a file and its place: tables of several years, and imported electricity.
_SAME_GRID = 2.0
# Tolerance between grams, energy and intensity of one file; calculators round, one of them to 10 g at each step.
_SAME_FILE = 1.05
_ROUNDED_G = 20.0
_BOUNDS = f"grids have {LOWEST_GRID_G_PER_KWH:g} to {HIGHEST_GRID_G_PER_KWH:g}"
# Maximum factor to Trainer's time: trackers also cover loading the model, evaluating and the like.
_SAME_TIME = 1.5


def plausibility_warnings(run: Tracked, record: EmissionsRecord, beside: Sequence[Tracked] = ()) -> list[str]:
    """Plausibility warnings for an imported run, each with its numbers.

    Args:
        run: the run as read from the file.
        record: the record made of it.
        beside: other runs of the folder; the run is compared with Trainer's training times.
    """
    return [
        *_of_intensity(run, record),
        *_of_given(run, record),
        *_of_power(run, record),
        *run.doubts,
        *_of_time(run, beside),
    ]


def plausibility_warnings_of_all(runs: Sequence[Tracked], known: UserFacts) -> list[str]:
    """Warnings for each of several summed runs, which the sum would hide."""
    found = ((run, to_record(run, known)) for run in runs)
    return folded_lines(
        [(run.where, words) for run, record in found for words in plausibility_warnings(run, record)], len(runs)
    )


def _of_time(run: Tracked, beside: Sequence[Tracked]) -> Iterator[str]:
    """Warn if Trainer's time differs from the tracked one; of several trainings one match is enough."""
    trained = [other for other in beside if other.tool == "Trainer" and other.duration_s]
    if not trained or not run.duration_s or run.tool == "Trainer":
        return
    if not any(1 / _SAME_TIME <= (other.duration_s or 0.0) / run.duration_s <= _SAME_TIME for other in trained):
        tracked, took = (units.format_duration(one.duration_s or 0.0) for one in (run, trained[0]))
        yield f"{tracked} were tracked, and Trainer says it took {took} ({trained[0].where})"


def _of_intensity(run: Tracked, record: EmissionsRecord) -> Iterator[str]:
    found = run.intensity_found_g_per_kwh
    if found is None:
        return
    said = f"the file has {found:.3g} g/kWh"
    if run.emissions_g is not None and run.energy.kwh:
        said = f"{units.format_mass(run.emissions_g)} over {units.format_energy(run.energy.kwh)} are {found:.3g} g/kWh"
        yield from _of_own_intensity(run, found, said)
    if not LOWEST_GRID_G_PER_KWH <= found <= HIGHEST_GRID_G_PER_KWH:
        yield f"{said}, which no grid has ({_BOUNDS}){_slip(found)}"
        return
    # If another intensity is given, the file's no longer counts.
    places = _intensities_of_place(run) if _is_given(run, record) is None else []
    if places and not any(1 / _SAME_GRID <= found / place <= _SAME_GRID for place in places):
        where = run.place.name or run.place.country_iso3
        yield f"{said}, and the grid of {where} has {places[0]:.3g}{_slip(found, places[0])}"


def _of_own_intensity(run: Tracked, found: float, said: str) -> Iterator[str]:
    """Warn if grams and energy contradict the intensity in the same file."""
    own, energy_kwh = run.intensity.g_per_kwh, run.energy.kwh or 0.0
    if own and abs(found - own) * energy_kwh > _ROUNDED_G and not 1 / _SAME_FILE <= found / own <= _SAME_FILE:
        yield f"{said}, and the file says {own:.4g} g/kWh: its figures do not go together"


def _of_given(run: Tracked, record: EmissionsRecord) -> Iterator[str]:
    """Warn if no grid has the intensity that the user gave."""
    given = _is_given(run, record)
    if given is not None and not LOWEST_GRID_G_PER_KWH <= given <= HIGHEST_GRID_G_PER_KWH:
        yield f"the intensity that was given is {given:.3g} g/kWh, which no grid has ({_BOUNDS}){_slip(given)}"


def _is_given(run: Tracked, record: EmissionsRecord) -> float | None:
    """Intensity of the record if it is not the file's, else None."""
    found, has = run.intensity_found_g_per_kwh, record.intensity_g_per_kwh
    return None if found is not None and has is not None and isclose(found, has) else has


def _slip(found: float, place: float | None = None) -> str:
    for factor, words in ((1000.0, "a thousandth"), (0.001, "a thousand times")):
        low, high = (LOWEST_GRID_G_PER_KWH, HIGHEST_GRID_G_PER_KWH) if place is None else (place / 2, place * 2)
        if found > 0 and low <= found * factor <= high:
            return f": it looks like {words} of what it should be, kilograms for grams or Wh for kWh"
    return ""


def _intensities_of_place(run: Tracked) -> list[float]:
    """Tabulated intensities of the file's place on the basis of its figure, or on any if it states none.

    Empty if there is no place, no value on that basis, or the tables are not installed.
    """
    if run.place.country_iso3 is None or run.no_place is not None:
        return []
    try:
        site = site_of_file(run)
        if site is None:
            return []
        # The table's value too: on a grid that burns next to nothing `resolve` returns that of the life cycle.
        found = [site, grid_intensity(site.place.country_iso3 or "", site.place.region)]
    except HfEmissionsError:
        return []
    return [one.g_per_kwh for one in found if run.intensity.basis in (None, one.intensity.basis)]


def _of_power(run: Tracked, record: EmissionsRecord) -> Iterator[str]:
    if not run.energy.kwh or not run.duration_s:
        return
    doubt = duration_warning(run)
    hardware, found_w = record.hardware_used, mean_w(run)
    limit_w = most_w(hardware)
    if doubt is not None:
        yield doubt
    elif found_w > limit_w:
        yield f"{power_note(run)}, more than {hardware or 'one machine'} can draw ({limit_w:.3g} W)"
    elif found_w < _LEAST_W:
        yield f"{power_note(run)}, less than any computer draws: a part of it was not metered"
