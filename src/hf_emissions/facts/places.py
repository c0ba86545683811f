"""Location of a training: provider, region, country."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from ..errors import MissingExtraError, PlaceError
from ..factors.cloud_regions import CloudRegion, cloud_regions, find_cloud_region
from ..factors.countries import country_named
from .extracted_fact import ExtractedFact
from .pairs import Pair, labels

_PROVIDERS = (
    (
        "gcp",
        re.compile(
            r"\bgcp\b|google(?! colab)(?: cloud| compute|'s tpu)|\bgce\b|cloud tpu"
            r"|\bt(?:f|pu )?rc\b|(?:tpu|tensorflow) research cloud"
        ),
    ),
    ("aws", re.compile(r"\baws\b|amazon|sagemaker|\bec2\b")),
    ("azure", re.compile(r"azure|\bmicrosoft cloud\b")),
    ("ovh", re.compile(r"\bovh")),
    ("scaleway", re.compile(r"scaleway")),
    ("coreweave", re.compile(r"coreweave")),
    ("lambda", re.compile(r"lambda ?(?:labs|cloud|gpu)")),
    ("runpod", re.compile(r"run ?pod")),
    ("paperspace", re.compile(r"paperspace")),
    ("oracle", re.compile(r"\boracle\b|\boci\b")),
    ("vast", re.compile(r"vast\.ai|\bvast ai\b")),
    ("mosaicml", re.compile(r"mosaicml (?:platform|cloud)|databricks mosaic|mosaic ai training")),
    ("nebius", re.compile(r"nebius")),
    ("jarvislabs", re.compile(r"jarvis ?labs")),
    ("colab", re.compile(r"\bcolab")),
    ("kaggle", re.compile(r"kaggle")),
)
# A substring of each pattern, for a fast pre-check.
_LETTERS = (
    *(
        "gcp",
        "google",
        "gce",
        "cloud",
        "tfrc",
        "trc",
        "tpu rc",
        "aws",
        "amazon",
        "sagemaker",
        "ec2",
        "azure",
        "ovh",
        "scaleway",
    ),
    *(
        "coreweave",
        "lambda",
        "run",
        "paperspace",
        "oracle",
        "oci",
        "vast",
        "colab",
        "kaggle",
        "mosaic",
        "nebius",
        "jarvis",
    ),
)
# Two of these are country codes, but hardly ever meant as such.
_NOWHERE = frozenset(["NA", "NO", "NONE", "TBD", "UNKNOWN"])
_MOST = 4
# A region as it is coded, such as `us-central1`, `eu-west-3`, `eastus2`: no word of prose has a digit in its place.
_CODE = re.compile(r"(?<![\w-])[a-z]{2,16}(?:-[a-z]{2,14}){0,3}-?[1-9][0-9]?(?![\w-])")
_PROVIDER_LABELS = labels("cloud provider, provider, cloud, cloud platform, compute provider, cloud service")
_REGION_LABELS = labels(
    "compute region, cloud region, region, location, compute location, training location, geographical location, "
    "country, training region, datacenter location, server location, country name, data center location"
)


def read_places(pairs: list[Pair]) -> Iterator[ExtractedFact]:
    """Labelled provider, region and country."""
    named = [found for pair in pairs if pair.label in _PROVIDER_LABELS for found in _provider_of(pair)]
    yield from named
    provider = named[0].value if named else None
    located = sorted(
        (pair for pair in pairs if pair.label in _REGION_LABELS), key=lambda pair: pair.label != "cloud region"
    )
    for pair in located[:_MOST]:
        yield from place_named(pair.value, pair.start, provider)


def _provider_of(pair: Pair) -> Iterator[ExtractedFact]:
    provider = provider_named(pair.value)
    if provider is not None:
        yield ExtractedFact("provider", provider, pair.start, pair.end)


def provider_named(written: str) -> str | None:
    """Short name of the provider in a text."""
    low = written.lower()
    if not any(map(low.__contains__, _LETTERS)):
        return None
    return next((name for name, pattern in _PROVIDERS if pattern.search(low)), None)


def places_in(low: str, start: int) -> Iterator[ExtractedFact]:
    """Provider of the machines that a sentence names, and its region if the sentence has the region's own code."""
    provider = provider_named(low)
    codes = [word for word in _CODE.findall(low) if word in _by_region()]
    known = {entry for code in codes for entry in _by_region()[code] if provider in (None, entry.provider)}
    if len(known) == 1:
        region = known.pop()
        yield ExtractedFact("provider", region.provider, start, start + len(low))
        at = start + low.index(region.region)
        yield ExtractedFact("region", region.region, at, at + len(region.region))
    elif provider is not None:
        yield ExtractedFact("provider", provider, start, start + len(low))


def are_consistent(provider: str, region: str, country_iso3: str | None) -> bool:
    """True if the provider has the region, and in that country."""
    try:
        found = find_cloud_region(provider, region)
    except PlaceError:
        return False
    return country_iso3 in (None, found.country_iso3)


def place_named(written: str, start: int, provider: str | None = None) -> Iterator[ExtractedFact]:
    """Provider, region and country of a written place; nothing if unknown."""
    written = written[:80]
    end = start + len(written)
    region = _region(written, provider)
    if region is not None:
        yield ExtractedFact("provider", region.provider, start, end)
        yield ExtractedFact("region", region.region, start, end)
        yield ExtractedFact("country_iso3", region.country_iso3, start, end)
        return
    for words in (written, written.rpartition(",")[2]):
        iso3 = _country(words.strip(" .()"))
        if iso3 is not None:
            yield ExtractedFact("country_iso3", iso3, start, end)
            return


def _region(written: str, provider: str | None) -> CloudRegion | None:
    provider = provider or provider_named(written)
    for word in re.findall(r"[a-z0-9-]{5,30}", written.lower()):
        known = [entry for entry in _by_region().get(word, ()) if provider in (None, entry.provider)]
        if len(known) == 1:
            return known[0]
    if provider is None:
        return None
    known = _by_letters().get((provider, _letters(written)), [])
    return known[0] if len(known) == 1 else None


@cache
def _by_region() -> dict[str, list[CloudRegion]]:
    regions: dict[str, list[CloudRegion]] = {}
    for entry in cloud_regions():
        regions.setdefault(entry.region, []).append(entry)
    return regions


@cache
def _by_letters() -> dict[tuple[str, str], list[CloudRegion]]:
    regions: dict[tuple[str, str], list[CloudRegion]] = {}
    for entry in cloud_regions():
        regions.setdefault((entry.provider, _letters(entry.region)), []).append(entry)
    return regions


def _letters(written: str) -> str:
    """Sorted letters and digits, so that `US West 2` matches `westus2`."""
    return "".join(sorted(re.sub(r"[^a-z0-9]", "", written.lower())))


@lru_cache(maxsize=1024)
def _country(words: str) -> str | None:
    if not 2 <= len(words) <= 40 or not words[0].isupper() or words.upper() in _NOWHERE:
        return None
    try:
        found = country_named(words)
    except MissingExtraError:
        return None
    return found.iso3 if found else None
