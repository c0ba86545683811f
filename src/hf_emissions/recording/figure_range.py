"""90 % range of a run's figure, from how the energy of each component was found and from the grids. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..estimation.uncertainty import (
    EXACT,
    Ends,
    FoundBy,
    Part,
    energy_ends,
    grid_ends,
    of_sum,
    range_around,
)
from ..factors.pue import find_pue
from ..record import Site
from .runs import COMPONENTS, Segment

# By what the ledger says of a component. Chips that meter themselves (powermetrics, PMIC) count as CPU meters.
_FOUND_BY: dict[tuple[str, str], FoundBy] = {
    ("gpu", "measured"): "GPU meter",
    ("gpu", "modelled"): "GPU model",
    ("cpu", "measured"): "CPU meter",
    ("cpu", "modelled"): "CPU model",
    ("ram", "measured"): "CPU meter",
    ("ram", "modelled"): "RAM model",
}
_SAMPLES = "power samples"


def range_of_run(
    emissions_g: float | None, segments: Sequence[Segment], sites: Sequence[Site | None], pue: Ends = EXACT
) -> tuple[float, float] | None:
    """90 % range of a run's grams; None if they are unknown, or nothing is known of a component or a grid.

    Errors of one method, or of one grid, are common to all segments, so that nodes and stages do not average them out.
    """
    if emissions_g is None:
        return None
    placed = [(segment, site) for segment, site in zip(segments, sites, strict=True) if site and segment.energy_kwh > 0]
    return range_around(emissions_g, _energy_ends(placed), _grids_ends(placed), pue)


def published_pue_ends(provider: str | None) -> Ends:
    """Ends of the PUE that a provider publishes, for one of its facilities."""
    found = find_pue(provider or "")
    return EXACT if found is None else Ends(found.low / found.value, found.high / found.value)


def _energy_ends(placed: Sequence[tuple[Segment, Site]]) -> Ends | None:
    """Ends of the energies, each weighted by the intensity of its grid."""
    parts: list[Part] = []
    for segment, site in placed:
        for part in _parts(segment):
            if part is None:
                return None
            parts.append(part._replace(kwh=part.kwh * site.g_per_kwh))
    return energy_ends(parts, "node")


def _parts(segment: Segment) -> Iterator[Part | None]:
    """Parts of a segment's energy; None for one of which nothing is known."""
    power = segment.start.get("power") or {}
    for component in COMPONENTS:
        metered = segment.energies_kwh[component] - segment.filled_kwh[component]
        if metered > 0:
            found_by = _found_by(component, *power.get(component, ("unknown", "")))
            yield None if found_by is None else Part(found_by, metered)
        yield Part("first readings", segment.filled_kwh[component])


def _found_by(component: str, how: str, by: str) -> FoundBy | None:
    if component == "gpu" and how == "measured" and by.endswith(_SAMPLES):
        return "GPU samples"
    return _FOUND_BY.get((component, how))


def _grids_ends(placed: Sequence[tuple[Segment, Site]]) -> Ends | None:
    """Ends of the intensities of all segments, each grid weighted by its grams."""
    grams: dict[Site, float] = {}
    for segment, site in placed:
        grams[site] = grams.get(site, 0.0) + segment.energy_kwh * site.g_per_kwh
    ends = [(amount, grid_ends(site.place, site.intensity)) for site, amount in grams.items() if amount > 0]
    known = [(amount, each) for amount, each in ends if each is not None]
    return of_sum(known) if len(known) == len(ends) > 0 else None
