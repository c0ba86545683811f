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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, get_args

from ..errors import HfEmissionsError, PlaceError
from ..factors.bounds import HIGHEST_GRID_G_PER_KWH
from ..factors.cloud_regions import names_cloud_region
from ..factors.intensity import HYDROPOWER_SOURCE, country_with_figures
from ..factors.named_place import read_place
from ..factors.pue import find_pue
from ..factors.resolve import resolve
from ..record import Intensity, IntensityBasis, Place, Site
from ..record.site import GIVEN
from .guard import attempt

COUNTRY_VARIABLE = "HF_EMISSIONS_COUNTRY"
DEADLINE_S = 1.0

_METADATA = "http://169.254.169.254"

# Sources that the text of a figure names beside its grid.
_BESIDE = {GIVEN: "intensity given by the owner", HYDROPOWER_SOURCE: "hydropower's life cycle (IPCC 2014)"}


def site_to_json(site: Site) -> dict[str, Any]:
    """A site as the place of a ledger line."""
    place, intensity = site.place, site.intensity
    line = {
        "words": place.name,
        "intensity_g_per_kwh": intensity.g_per_kwh,
        "intensity_basis": intensity.basis,
        "intensity_source": intensity.source,
        "country_iso3": place.country_iso3,
        "region": place.region,
        "how": place.known_by,
        "cloud_provider": place.cloud_provider,
        "cloud_region": place.cloud_region,
    }
    return {key: value for key, value in line.items() if value not in (None, "")}


def site_from_json(line: Mapping[str, object]) -> Site:
    """Parse the place of a ledger line.

    Raises:
        TypeError: no valid place.
    """
    g_per_kwh = line.get("intensity_g_per_kwh")
    if isinstance(g_per_kwh, bool) or not isinstance(g_per_kwh, (int, float)):
        raise TypeError(f"{g_per_kwh!r} is no intensity")
    if not 0 <= g_per_kwh <= HIGHEST_GRID_G_PER_KWH:
        raise TypeError(f"{g_per_kwh} g/kWh is no intensity of a grid")
    texts = {key: value for key, value in line.items() if isinstance(value, str) and _is_text(value)}
    basis = next((known for known in get_args(IntensityBasis) if known == texts.get("intensity_basis")), None)
    place = Place(
        name=texts.get("words"),
        country_iso3=texts.get("country_iso3"),
        region=texts.get("region"),
        cloud_provider=texts.get("cloud_provider"),
        cloud_region=texts.get("cloud_region"),
        on_cloud=True if "cloud_provider" in texts else None,
        known_by=texts.get("how", ""),
    )
    return Site(place, Intensity(g_per_kwh=float(g_per_kwh), basis=basis, source=texts.get("intensity_source")))


def _is_text(value: str) -> bool:
    return bool(value.strip()) and value.isprintable()


def site_texts(sites: Sequence[Site]) -> list[str]:
    """The grids, and how their places are known, for the source of a figure."""
    known_by = ["; ".join(filter(None, [site.place.known_by, _beside(site)])) for site in dict.fromkeys(sites)]
    return [*(site.grid for site in sites), *dict.fromkeys(filter(None, known_by))]


def _beside(site: Site) -> str:
    words = _BESIDE.get(site.intensity.source or "", "")
    return "" if words in site.place.known_by else words  # ledgers of earlier releases have both in one


def given_site(country: object, region: object, intensity_g_per_kwh: float | None = None) -> Site | None:
    """The place given in the settings, else in `HF_EMISSIONS_COUNTRY`; None if nothing is given; see `resolve`.

    Raises:
        PlaceError: an unknown country or region, with near matches; contradictory names.
    """
    with _named(country, region) as (where, part, known_by):
        return resolve(where, part, intensity_g_per_kwh=intensity_g_per_kwh, known_by=known_by)


@contextmanager
def _named(country: object, region: object) -> Iterator[tuple[object, object, str]]:
    """The country and region to look up, and how they are known if not from the settings."""
    variable = os.environ.get(COUNTRY_VARIABLE, "").strip()
    if country is not None or not variable or names_cloud_region(region):
        yield country, region, ""
        return
    try:
        yield variable, region, f"country from {COUNTRY_VARIABLE}"
    except PlaceError as error:
        raise PlaceError(f"{COUNTRY_VARIABLE}: {error}") from None


def check_place(country: object, region: object, intensity_g_per_kwh: float | None = None) -> None:
    """Validate the place of the settings or environment: known, and with an intensity unless one is given.

    Fast without a region: the intensities are not loaded.

    Raises:
        PlaceError: with near matches.
    """
    with _named(country, region) as (where, part, _):
        place = None if where is None and part is None else read_place(where, part)
    if place is not None and intensity_g_per_kwh is None:
        country_with_figures(place.country_iso3 or "")


def published_pue(sites: Iterable[Site | None]) -> float:
    """PUE published by the one cloud provider of all places; 1.0 if there is no such provider or value.

    Figures of different boundary are not added up: if one place is not the provider's, the boundary is the node.
    """
    providers = {None if site is None else site.place.cloud_provider for site in sites}
    found = [find_pue(provider) for provider in providers if provider is not None]
    return found[0].value if len(providers) == len(found) == 1 and found[0] is not None else 1.0


def pue_text(provider: str | None) -> str:
    """Source text for the PUE of a provider."""
    found = find_pue(provider or "")
    return "" if found is None else f"PUE {found.value:g} as {found.provider} publishes it ({found.year})"


def look_up_site(deadline_s: float = DEADLINE_S) -> Site | None:
    """Look up the place by cloud metadata and IP address in parallel; None if both fail.

    Waits `deadline_s` at most, whatever the resolver does; later answers are ignored, and nobody is asked any more.
    """
    ways = (_from_cloud, _from_ip_address)
    over = threading.Event()
    answers: dict[int, Site | None] = {}
    answered = threading.Condition()

    def ask(index: int, way: Callable[[threading.Event], Site | None]) -> None:
        found = attempt(lambda: way(over), lambda _: None)  # a look-up that fails is no answer
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
        over.set()
        return next((answers[index] for index in range(len(ways)) if answers.get(index)), None)


def _from_ip_address(over: threading.Event) -> Site | None:
    data = importlib.import_module("codecarbon.input").DataSource()
    geography = importlib.import_module("codecarbon.external.geography")
    if over.is_set():  # the imports may take longer than anybody waits
        return None
    found = geography.GeoMetadata.from_geo_js(data.geo_js_url)
    iso3 = getattr(found, "country_iso_code", None)
    # The fallback of a failed look-up (reference: codecarbon/external/geography.py, 3.2 and 3.3).
    if not iso3 or (iso3, getattr(found, "latitude", None), getattr(found, "longitude", None)) == ("CAN", 46.8, -71.2):
        return None
    return resolve(iso3, known_by="country from IP address")


def _from_cloud(over: threading.Event) -> Site | None:
    for ask in (_aws, _gcp, _azure):
        if over.is_set():
            return None
        try:
            provider, region = ask()
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return _site_in_cloud(provider, region)
    return None


def _site_in_cloud(provider: str, region: str) -> Site | None:
    try:
        return resolve(region=f"{provider}:{region}", known_by=f"place from the metadata of {provider}")
    except HfEmissionsError:
        return None


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
