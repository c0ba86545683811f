"""Grid of a training, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .. import units
from ..factors.intensity import ANYWHERE_G_PER_KWH, ANYWHERE_SIGMA
from ..factors.resolve import resolve
from ..facts.facts import Facts
from ..record import Intensity, Place, Site
from .distributions import Constant, Lognormal
from .factor import Factor

_ANYWHERE = Lognormal(ANYWHERE_G_PER_KWH, ANYWHERE_SIGMA)
_UNKNOWN = Factor(
    "place",
    _ANYWHERE,
    "the place is not known: any grid (330 g/kWh, a factor of 3.4 either way)",
    "the country (country_iso3)",
)


@dataclass(frozen=True, slots=True)
class Grid:
    """Grid of a training: its factor in g/kWh, and its place and intensity, or None if they are unknown."""

    factor: Factor
    site: Site | None
    short: str

    @property
    def known(self) -> bool:
        """True if the intensity is known."""
        return self.site is not None

    @property
    def g_per_kwh(self) -> float:
        """Median of the intensity, in g/kWh."""
        return _ANYWHERE.median if self.site is None else self.site.g_per_kwh

    @property
    def place(self) -> Place:
        """Place, which may be unknown."""
        return Place() if self.site is None else self.site.place

    @property
    def intensity(self) -> Intensity:
        """Intensity, which may be unknown."""
        return Intensity() if self.site is None else self.site.intensity

    def with_intensity(self, g_per_kwh: float, short: str) -> Grid:
        """The grid with another intensity, of no known basis."""
        return replace(
            self,
            site=Site(self.place, replace(self.intensity, g_per_kwh=g_per_kwh, basis=None)),
            short=short,
        )


def find_grid(facts: Facts, intensity_g_per_kwh: float | None = None) -> Grid:
    """Grid that the facts name, or with the given intensity.

    Raises:
        PlaceError: an unknown or contradictory country or region, a region without a country, an impossible intensity.
        MissingExtraError: codecarbon is not installed.
    """
    in_cloud = facts.provider is not None and facts.region is not None
    region = f"{facts.provider}:{facts.region}" if in_cloud else facts.region
    site = resolve(facts.country_iso3, region, intensity_g_per_kwh=intensity_g_per_kwh)
    return Grid(_UNKNOWN, None, "place unknown") if site is None else Grid(_factor(site), site, site.grid_with_source)


def _factor(site: Site) -> Factor:
    intensity, spread = site.intensity, site.intensity.spread
    figure = units.format_intensity(site.g_per_kwh)
    if spread is None:
        return Factor("place", Constant(site.g_per_kwh), f"the grid's intensity was given: {figure}")
    basis = "combustion only" if intensity.basis == "combustion" else intensity.basis
    words = f"{site.place.name}: {figure}, {basis} ({intensity.source}); {spread.why}"
    return Factor("place", Lognormal(site.g_per_kwh, spread.sigma), words, spread.narrowed_by)
