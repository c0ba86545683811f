"""Place of a training with the intensity of its grid."""

from __future__ import annotations

from dataclasses import dataclass

from .intensity import Intensity
from .place import Place

# Source of an intensity that the user gave.
GIVEN = "given by the owner"


@dataclass(frozen=True, slots=True)
class Site:
    """A place, which may be unknown, and a known intensity."""

    place: Place
    intensity: Intensity

    @property
    def g_per_kwh(self) -> float:
        """Intensity, in grams CO2 equivalent per kWh."""
        assert self.intensity.g_per_kwh is not None
        return self.intensity.g_per_kwh

    @property
    def grid(self) -> str:
        """The grid in brief: `grid USA/virginia 281 g/kWh combustion only`."""
        country = self.place.country_iso3 or ("world" if self.place.name else "")
        where = "/".join(filter(None, (country, self.place.region)))
        basis = "combustion only" if self.intensity.basis == "combustion" else self.intensity.basis
        return " ".join(word for word in ("grid", where, f"{self.g_per_kwh:.3g} g/kWh", basis) if word)

    @property
    def grid_with_source(self) -> str:
        """The grid in brief, with the source of its intensity: `grid DEU 381 g/kWh life-cycle, codecarbon 3.3.2`."""
        source = "given" if self.is_given else (self.intensity.source or "").removesuffix(" data")
        return f"{self.grid}, {source}" if source else self.grid

    @property
    def is_given(self) -> bool:
        """True if the user gave the intensity."""
        return self.intensity.source == GIVEN
