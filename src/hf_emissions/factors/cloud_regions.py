"""Country, and state or zone, of cloud regions."""

from __future__ import annotations

import csv
import difflib
import importlib.resources
from dataclasses import dataclass
from functools import cache

from ..errors import PlaceError


@dataclass(frozen=True, slots=True)
class CloudRegion:
    """Cloud region with its location and source; `subdivision` is codecarbon's key, or None."""

    provider: str
    region: str
    country_iso3: str
    subdivision: str | None
    source: str


def find_cloud_region(provider: str, region: str) -> CloudRegion:
    """Look up a region of a provider (`aws`, `azure`, `gcp`, `ovh`, `scaleway`, `coreweave`) by its official name.

    Raises:
        PlaceError: no such provider or region; with near matches.
    """
    wanted = " ".join(provider.lower().split())
    wanted = _ALSO.get(wanted, wanted)
    regions = {entry.region: entry for entry in cloud_regions() if entry.provider == wanted}
    if not regions:
        providers = sorted({entry.provider for entry in cloud_regions()})
        raise PlaceError(f"{provider!r} is no provider with a table of regions; there are {', '.join(providers)}")
    named = region.strip().lower()
    if named not in regions:
        near = difflib.get_close_matches(named, regions, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"such as {next(iter(regions))}"
        raise PlaceError(f"{region!r} is no region of {provider}; {hint}")
    return regions[named]


# Common aliases of providers.
_ALSO = {
    "google": "gcp",
    "google cloud": "gcp",
    "amazon": "aws",
    "microsoft": "azure",
    "ovhcloud": "ovh",
}


def names_cloud_region(region: object) -> bool:
    """True if a region includes its provider: `gcp:europe-west4`."""
    return isinstance(region, str) and ":" in region


def read_cloud_region(text: str) -> CloudRegion:
    """Look up a region written as `provider:region`.

    Raises:
        PlaceError: no such provider or region; with near matches.
    """
    provider, _, region = text.partition(":")
    return find_cloud_region(provider.strip(), region)


def providers_of(region: str) -> list[str]:
    """Providers with a region of this name."""
    return sorted({entry.provider for entry in cloud_regions() if entry.region == region.strip().lower()})


@cache
def cloud_regions() -> tuple[CloudRegion, ...]:
    """Return the whole table."""
    table = importlib.resources.files(__package__) / "cloud_regions.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return tuple(
        CloudRegion(row["provider"], row["region"], row["country_iso3"], row["subdivision"] or None, row["source"])
        for row in rows
    )
