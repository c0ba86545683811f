"""Where the electricity is used: given, from the environment, from the cloud's metadata, or from the IP address.

Never invented: CodeCarbon's geolocation falls back to Quebec on failure, which counts as no answer. If no lookup
succeeds within a second, the place is unknown.
"""

from __future__ import annotations

import importlib
import json
import os
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from ..errors import HfEmissionsError, PlaceError
from ..factors.bounds import HIGHEST_GRID_G_PER_KWH, LOWEST_GRID_G_PER_KWH
from ..factors.cloud_regions import names_cloud_region
from ..factors.intensity import Intensity, country_with_figures, grid_intensity, life_cycle
from ..factors.named_place import NamedPlace, read_place
from ..factors.pue import find_pue
from ..record import IntensityBasis

COUNTRY_VARIABLE = "HF_EMISSIONS_COUNTRY"
DEADLINE_S = 1.0

# World average grid as packaged by codecarbon (IEA 2019, life-cycle); used on request only.
WORLD_AVERAGE_G_PER_KWH = 475.0

_METADATA = "http://169.254.169.254"


@dataclass(frozen=True, slots=True)
class Place:
    """A place, its grid intensity, and how the place is known.

    `how` is empty if the user gave the place, else text for the source such as `country from IP address`.
    """

    words: str | None
    intensity_g_per_kwh: float
    intensity_basis: str | None
    intensity_source: str
    country_iso3: str | None = None
    region: str | None = None
    how: str = ""
    cloud_provider: str | None = None
    cloud_region: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The place as JSON for a ledger line."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> Place:
        """Parse the place of a ledger line.

        Raises:
            TypeError: no valid place.
        """
        intensity = line.get("intensity_g_per_kwh")
        if isinstance(intensity, bool) or not isinstance(intensity, (int, float)):
            raise TypeError(f"{intensity!r} is no intensity")
        if not 0 <= intensity <= HIGHEST_GRID_G_PER_KWH:
            raise TypeError(f"{intensity} g/kWh is no intensity of a grid")
        texts: dict[str, Any] = {key: line[key] for key in cls.__dataclass_fields__ if _is_text(line.get(key))}
        if texts.get("intensity_basis") not in get_args(IntensityBasis):
            texts["intensity_basis"] = None
        return cls(**{"words": None, "intensity_source": "", **texts}, intensity_g_per_kwh=float(intensity))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def place_of(found: Intensity, how: str = "", **cloud: str | None) -> Place:
    """Place of a looked-up intensity, adjusted by `life_cycle`."""
    intensity = life_cycle(found)
    if intensity is not found:
        how = _joined(how, "hydropower's life cycle (IPCC 2014)")
    return Place(
        words=intensity.place,
        country_iso3=intensity.country.iso3,
        region=intensity.region,
        intensity_g_per_kwh=intensity.g_per_kwh,
        intensity_basis=intensity.basis,
        intensity_source=intensity.source,
        how=how,
        **cloud,
    )


def _joined(*words: str) -> str:
    return "; ".join(filter(None, words))


def given_place(country: object, region: object, intensity_g_per_kwh: float | None = None) -> Place | None:
    """The place given in the settings, else in `HF_EMISSIONS_COUNTRY`; None if nothing is given.

    Args:
        country: see `read_place`.
        region: see `read_place`.
        intensity_g_per_kwh: overrides the grid intensity of the place; without a named place, gives one without a
            country.

    Raises:
        PlaceError: an unknown country or region, with near matches; contradictory names.
    """
    named, how = _named(country, region)
    if named is None:
        return None if intensity_g_per_kwh is None else place_with_intensity(None, intensity_g_per_kwh)
    cloud = {} if named.cloud is None else {"cloud_provider": named.cloud.provider, "cloud_region": named.cloud.region}
    if intensity_g_per_kwh is None:
        return place_of(grid_intensity(named.country.iso3, named.region), how, **cloud)
    place = Place(named.words, 0.0, None, "", named.country.iso3, named.region, **cloud)
    place = place_with_intensity(place, intensity_g_per_kwh)
    return replace(place, how=_joined(how, place.how))


def _named(country: object, region: object) -> tuple[NamedPlace | None, str]:
    """The named place, and how it is known if not from the settings."""
    variable = os.environ.get(COUNTRY_VARIABLE, "").strip()
    if country is not None or not variable or names_cloud_region(region):
        return (None, "") if country is None and region is None else (read_place(country, region), "")
    try:
        return read_place(variable, region), f"country from {COUNTRY_VARIABLE}"
    except PlaceError as error:
        raise PlaceError(f"{COUNTRY_VARIABLE}: {error}") from None


def check_place(country: object, region: object, intensity_g_per_kwh: float | None = None) -> None:
    """Validate the place of the settings or environment: known, and with an intensity unless one is given.

    Fast without a region: the intensities are not loaded.

    Raises:
        PlaceError: with near matches.
    """
    named, _ = _named(country, region)
    if named is not None and intensity_g_per_kwh is None:
        country_with_figures(named.country.iso3)


def published_pue(places: Iterable[Place | None]) -> float:
    """PUE published by the one cloud provider of all places; 1.0 if there is no such provider or value.

    Figures of different boundary are not added up: if one place is not the provider's, the boundary is the node.
    """
    providers = {None if place is None else place.cloud_provider for place in places}
    found = [find_pue(provider) for provider in providers if provider is not None]
    return found[0].value if len(providers) == len(found) == 1 and found[0] is not None else 1.0


def words_of_pue(provider: str | None) -> str:
    """Source text for the PUE of a provider."""
    found = find_pue(provider or "")
    return "" if found is None else f"PUE {found.value:g} as {found.provider} publishes it ({found.year})"


def place_with_intensity(place: Place | None, intensity_g_per_kwh: float) -> Place:
    """The place with an intensity given by the user; the rest is kept.

    Raises:
        PlaceError: no grid has that intensity.
    """
    check_intensity(intensity_g_per_kwh)
    known = place or Place(None, 0.0, None, "")
    return replace(
        known,
        intensity_g_per_kwh=intensity_g_per_kwh,
        intensity_basis=None,
        intensity_source="given by the owner",
        how="intensity given by the owner",
    )


def check_intensity(intensity_g_per_kwh: float | None) -> None:
    """Validate an intensity against the range of real grids.

    Raises:
        PlaceError: names the range.
    """
    if intensity_g_per_kwh is not None and not 0 < intensity_g_per_kwh <= HIGHEST_GRID_G_PER_KWH:
        raise PlaceError(
            f"no grid has {intensity_g_per_kwh:g} g/kWh; it lies between {LOWEST_GRID_G_PER_KWH:g} and "
            f"{HIGHEST_GRID_G_PER_KWH:g}"
        )


def world_average() -> Place:
    """Average of the world's grids; used on request only."""
    return Place(
        words="world average",
        intensity_g_per_kwh=WORLD_AVERAGE_G_PER_KWH,
        intensity_basis="life-cycle",
        intensity_source="IEA 2019",
        how="place unknown, world average assumed",
    )


def look_up_place(deadline_s: float = DEADLINE_S) -> Place | None:
    """Look up the place by cloud metadata and IP address in parallel; None if both fail.

    Waits `deadline_s` at most, whatever the resolver does; later answers are ignored.
    """
    ways = (_from_cloud, _from_ip_address)
    answers: dict[int, Place | None] = {}
    answered = threading.Condition()

    def ask(index: int, way: Callable[[], Place | None]) -> None:
        try:
            found = way()
        except Exception:  # noqa: BLE001 - a look-up that fails, however it does, is no answer
            found = None
        with answered:
            answers[index] = found
            answered.notify()

    for index, way in enumerate(ways):
        threading.Thread(target=ask, args=(index, way), daemon=True, name="hf-emissions-place").start()
    end = time.monotonic() + deadline_s
    with answered:
        # The cloud's answer is finer and more reliable, so wait for it even if the other is there.
        while answers.get(0) is None and len(answers) < len(ways) and answered.wait(max(end - time.monotonic(), 0.0)):
            continue
        return next((answers[index] for index in range(len(ways)) if answers.get(index)), None)


def _from_ip_address() -> Place | None:
    data = importlib.import_module("codecarbon.input").DataSource()
    found = importlib.import_module("codecarbon.external.geography").GeoMetadata.from_geo_js(data.geo_js_url)
    iso3 = getattr(found, "country_iso_code", None)
    # The fallback of a failed look-up (reference: codecarbon/external/geography.py, 3.2 and 3.3).
    if not iso3 or (iso3, getattr(found, "latitude", None), getattr(found, "longitude", None)) == ("CAN", 46.8, -71.2):
        return None
    return place_of(grid_intensity(iso3), "country from IP address")


def _from_cloud() -> Place | None:
    for ask in (_aws, _gcp, _azure):
        try:
            provider, region = ask()
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return _cloud_place(provider, region)
    return None


def _cloud_place(provider: str, region: str) -> Place | None:
    from ..factors.cloud_regions import find_cloud_region

    try:
        found = find_cloud_region(provider, region)
        intensity = grid_intensity(found.country_iso3, found.subdivision)
    except HfEmissionsError:
        return None
    return place_of(
        intensity, f"place from the metadata of {provider}", cloud_provider=provider, cloud_region=found.region
    )


def _aws() -> tuple[str, str]:
    # IMDSv2 needs a token; version 1 does without.
    token = _ask("/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"}, method="PUT")
    return "aws", str(
        json.loads(_ask("/latest/dynamic/instance-identity/document", {"X-aws-ec2-metadata-token": token}))["region"]
    )


def _gcp() -> tuple[str, str]:
    zone = _ask("/computeMetadata/v1/instance/zone", {"Metadata-Flavor": "Google"})
    return "gcp", zone.strip().rsplit("/", 1)[-1].rsplit("-", 1)[0]


def _azure() -> tuple[str, str]:
    answer = json.loads(_ask("/metadata/instance?api-version=2021-02-01", {"Metadata": "true"}))
    return "azure", str(answer["compute"]["location"])


def _ask(path: str, headers: dict[str, str], method: str = "GET") -> str:
    request = urllib.request.Request(_METADATA + path, headers=headers, method=method)  # noqa: S310 - a constant address
    # Never through a proxy: the address is link-local.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=DEADLINE_S) as answer:
        return str(answer.read(65536).decode("utf-8", "replace"))
