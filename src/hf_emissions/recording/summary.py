"""Summarize a run as a record: grams from energy, gaps, uncertainty range, source text. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from .. import units
from ..estimation.uncertainty import EXACT
from ..factors.bounds import HIGHEST_GRID_G_PER_KWH, LOWEST_GRID_G_PER_KWH
from ..record import EmissionsRecord, Energy, Hardware, Intensity, Method, Place, Site
from .figure_range import published_pue_ends, range_of_run
from .place import published_pue, pue_text, site_from_json, site_texts
from .power import Power, in_words
from .runs import Run, Segment

# Modelled share of the energy from which the card says so.
_MODELLED_TOLD_FROM = 0.1

# Tolerance for the durations of the nodes of a launch; a killed node lacks 15 s at most.
_SAME_LENGTH_S = 16.0
_SAME_LENGTH = 0.01

DIGITS = 3

_Range = tuple[float, float] | None

# Used if a model's weights are not those that a recorded training left.
_UNRECORDED = (
    "The figure is partial: something that was not recorded changed the weights as well, such as a stage of training; "
    "what it used is missing."
)
# The filled-in part may be off by 100 %. Below 0.1 % of the figure that is less than the rounding, and not mentioned;
# from 1 % on, the error that a figure may have unmentioned, the source text says so too.
_FILLED_TOLD_FROM = 0.001
_FILLED_IN_SOURCE_FROM = 0.01

_NOTHING = "The emissions of the training were not recorded."


@dataclass(frozen=True, slots=True)
class Summary:
    """A run's record (None if nothing was metered) and the sentences for the card.

    `notes` explain the figure, `problems` name what is missing. `without_place_g` is the range of grams over all grids,
    if the place is unknown.
    """

    record: EmissionsRecord | None
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    without_place_g: tuple[float, float] | None = None


def summarize(run: Run, *, site: Site | None = None, pue: float | None = None, unrecorded: bool = False) -> Summary:
    """Summarize a run.

    Args:
        run: the run, including the segments of any earlier stages.
        site: overrides the recorded place and intensity of every segment.
        pue: overrides the recorded PUE.
        unrecorded: True if something unrecorded changed its weights afterwards.
    """
    run = replace(run, incomplete=run.incomplete or unrecorded)
    sites = [site or _site(segment) for segment in run.segments]
    given = pue or _given_pue(run)
    pue = given or published_pue(sites)
    energy_kwh, grams = energy_and_grams(run, site=site, pue=pue)
    if energy_kwh <= 0:
        return Summary(None, problems=(_NOTHING, *run.notes))
    modelled = math.fsum(segment.modelled_kwh() for segment in run.segments) / run.energy_kwh
    record = EmissionsRecord(
        emissions_g=None if grams is None else units.round_significant(grams, DIGITS),
        duration_s=_nice_duration_s(run.duration_s),
        energy=Energy(
            kwh=units.round_significant(energy_kwh, DIGITS),
            method=_method(modelled, run),
            boundary="node" if pue == 1.0 else "facility",
            modelled_share=round(modelled, 3),
            pue=pue,
        ),
        segments=run.stretches,
        nodes_seen=run.nodes_seen,
        nodes_expected=run.nodes_expected,
        range_g=_range(run, sites, grams, given),
        **_about(run, sites, None if grams is None else grams / energy_kwh),
    )
    if given is None and pue != 1.0 and record.source is not None:
        record = record.replace(source=f"{record.source}; {pue_text(record.cloud_provider)}")
    ends = (energy_kwh * LOWEST_GRID_G_PER_KWH, energy_kwh * HIGHEST_GRID_G_PER_KWH)
    return Summary(record, _notes(run, modelled), _problems(run), None if grams is not None else ends)


def energy_and_grams(run: Run, *, site: Site | None = None, pue: float | None = None) -> tuple[float, float | None]:
    """A run's energy in kWh including PUE, and its grams (None without a place), unrounded; see `summarize`."""
    sites = [site or _site(segment) for segment in run.segments]
    pue = pue or _given_pue(run) or published_pue(sites)
    return run.energy_kwh * pue, _grams(run, sites, pue)


def _given_pue(run: Run) -> float | None:
    return max((float(segment.start["pue"]) for segment in run.segments if segment.start.get("pue")), default=None)


def _site(segment: Segment) -> Site | None:
    try:
        return None if segment.place is None else site_from_json(segment.place)
    except TypeError:
        return None


def site_of_run(run: Run) -> Site | None:
    """Recorded place and intensity of a run's last segment."""
    return _site(run.segments[-1])


def _grams(run: Run, sites: list[Site | None], pue: float) -> float | None:
    """Grams of all segments, each at the intensity of its place; None if one with energy has no place."""
    total = 0.0
    for segment, site in zip(run.segments, sites, strict=True):
        if site is None and segment.energy_kwh > 0:
            return None
        total += segment.energy_kwh * pue * (site.g_per_kwh if site else 0.0)
    return total


def _nice_duration_s(duration_s: float) -> float:
    # Rounded in hours, the unit of the block.
    return units.hours_to_s(units.round_significant(units.s_to_hours(duration_s), DIGITS))


def _method(modelled: float, run: Run) -> Method:
    words = {next(iter(power)) for segment in run.segments for power in (segment.start.get("power") or {}).values()}
    if not words or words == {"unknown"}:
        return "unknown"
    if modelled <= 0.001:
        return "measured"
    return "modelled" if modelled >= 0.999 else "mixed"


def _range(run: Run, sites: list[Site | None], grams: float | None, given_pue: float | None) -> _Range:
    """90 % range; None for a figure of which something is missing: no range around it holds the whole."""
    if _problems(run):
        return None
    published = given_pue is None and published_pue(sites) != 1.0
    provider = next((site.place.cloud_provider for site in sites if site is not None), None)
    return range_of_run(grams, run.segments, sites, published_pue_ends(provider) if published else EXACT)


class _About(TypedDict):
    source: str
    training_type: str | None
    place: Place
    intensity: Intensity
    hardware: Hardware
    tool: str | None
    tool_version: str | None


def _about(run: Run, sites: list[Site | None], g_per_kwh: float | None) -> _About:
    start = _last_start(run)
    hardware = start.get("hardware") or {}
    known = list(dict.fromkeys(site for site in sites if site is not None))
    names = " and ".join(dict.fromkeys(site.place.name for site in known if site.place.name)) or None
    last = known[-1] if known else Site(Place(), Intensity())
    return {
        "source": _source(run, known),
        "training_type": start.get("training_type"),
        "place": replace(last.place, name=names),
        "intensity": replace(
            last.intensity, g_per_kwh=None if g_per_kwh is None else units.round_significant(g_per_kwh, 6)
        ),
        "hardware": Hardware(
            used=_hardware(run),
            cpu_model=(hardware.get("cpu_model") or "").strip() or None,
            ram_gb=hardware.get("ram_gb"),
        ),
        "tool": start.get("tool"),
        "tool_version": start.get("tool_version"),
    }


def _source(run: Run, sites: list[Site]) -> str:
    """Short description of the method, such as `CodeCarbon 3.3.2 (GPU measured, CPU and RAM modelled)`."""
    start, power = _last_start(run), _power(run)
    tool = f"{start.get('tool') or 'unknown tool'} {start.get('tool_version') or ''}".strip()
    words = [f"{tool} ({in_words(power) or 'how power was found is unknown'})"]
    words += site_texts(sites)
    words += _sum_of(run)
    if run.unrecorded:
        words.append("partial: a stage was not recorded")
    if run.filled_kwh >= _FILLED_IN_SOURCE_FROM * run.energy_kwh:
        words.append(f"{_percent(run.filled_kwh / run.energy_kwh)} of the energy filled in")
    if run.nodes_seen < run.nodes_expected:
        words.append(f"{run.nodes_seen} of {run.nodes_expected} nodes")
    return "; ".join(words)


def _sum_of(run: Run) -> list[str]:
    segments = [f"sum of {run.stretches} segments"] if run.stretches > max(len(run.stages), 1) else []
    return [f"sum of {len(run.stages)} stages", *segments] if run.stages else segments


def _last_start(run: Run) -> dict[str, Any]:
    """Start line of the last metered segment; empty if no meter ever started."""
    return next((segment.start for segment in reversed(run.segments) if segment.start.get("tool")), {})


def _power(run: Run) -> dict[str, Power]:
    """Method of finding the energy of each component, over all segments."""
    found: dict[str, Power] = {}
    for segment in run.segments:
        for name, (how, by) in (segment.start.get("power") or {}).items():
            before = found.get(name, Power(how, by))
            if before.how != how:
                partly = "measured" in (how, before.how) or before.how == "partly measured"
                before = Power("partly measured" if partly else "unknown", f"{before.by} and {by}")
            found[name] = before
    return found


def _hardware(run: Run) -> str | None:
    """Hardware such as `2 x NVIDIA A100-SXM4-80GB`; of every machine if a resume changed it."""
    found = [_hardware_of(launch) for launch in run.launches]
    return " and ".join(dict.fromkeys(words for words in found if words)) or None


def _hardware_of(launch: list[Segment]) -> str | None:
    """GPUs of all nodes, or their processors if there is no GPU."""
    nodes = {segment.node: segment.start.get("hardware") or {} for segment in launch}
    gpus = [str(gpu).strip() for hardware in nodes.values() for gpu in hardware.get("gpus") or ()]
    if gpus:
        return " and ".join(f"{gpus.count(name)} x {name}" for name in dict.fromkeys(gpus))
    names = [
        f"{hardware['cpu_model'].strip()} ({hardware.get('cpu_threads') or '?'} CPU threads)"
        for hardware in nodes.values()
        if (hardware.get("cpu_model") or "").strip()
    ]
    return " and ".join(f"{names.count(name)} x {name}" for name in dict.fromkeys(names)) or None


def _notes(run: Run, modelled: float) -> tuple[str, ...]:
    notes = []
    if modelled > _MODELLED_TOLD_FROM:
        notes.append(f"{modelled:.0%} of the energy comes from a model of the machine's power, not from a meter.")
    notes += _filled(run)
    if run.stages:
        each = ", then ".join(_stage(stage) for stage in run.stages)
        notes.append(f"The figure is the sum of {len(run.stages)} trainings of this model: {each}.")
    if run.stretches > max(len(run.stages), 1):
        notes.append(f"The figure is the sum of {run.stretches} segments: the training was stopped and resumed.")
    return (*notes, *run.remarks)


def _stage(stage: Run) -> str:
    """Description of one stage of a sum."""
    record = summarize(stage).record
    if record is None or record.energy_kwh is None or record.duration_s is None:
        return "one that was not recorded"
    grams = "" if record.emissions_g is None else f"{units.format_mass(record.emissions_g)} CO2eq, "
    return f"{grams}{units.format_energy(record.energy_kwh)} in {units.format_duration(record.duration_s)}"


def _filled(run: Run) -> list[str]:
    """Note on the filled-in time, if any; a training that ended before its meter began has a problem instead."""
    share = run.filled_s / run.duration_s if run.duration_s else 0.0
    if share >= 1 or max(share, run.filled_kwh / run.energy_kwh) < _FILLED_TOLD_FROM:
        return []
    where = f"The first {units.format_duration(run.filled_s)}"
    if run.stretches > 1:
        where = f"The first seconds of its segments, {units.format_duration(run.filled_s)} in all,"
    return [f"{where} ({_percent(share)} of the time) were filled in from the first readings."]


def _percent(share: float) -> str:
    return f"{units.round_significant(100 * share, 2):g}%"


def _problems(run: Run) -> tuple[str, ...]:
    missing = f"Only {run.nodes_seen} of {run.nodes_expected} nodes were recorded; the rest is missing."
    nodes = (missing,) if run.nodes_seen < run.nodes_expected else ()
    return (*nodes, *((_UNRECORDED,) if run.unrecorded else ()), *_cut_short(run), *run.notes)


def _cut_short(run: Run) -> list[str]:
    """Problems: nodes metered for less of a launch than others, such as after a crash."""
    found = []
    for launch in run.launches:
        longest_s = max(segment.duration_s for segment in launch)
        for segment in launch:
            if longest_s - segment.duration_s > max(_SAME_LENGTH_S, _SAME_LENGTH * longest_s):
                metered, whole = units.format_duration(segment.duration_s), units.format_duration(longest_s)
                found.append(f"One node was recorded for {metered} of {whole}; the rest is missing.")
    return found
