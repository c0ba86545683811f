"""Power usage effectiveness (facility energy per kWh of IT energy), as published by providers.

Providers publish a yearly mean over their facilities; `low`, `mode` and `high` are a PERT distribution around it for
one facility in an unknown year. They are our judgement, as wide as the spread of individually published sites.
Most providers' figures could not be read at the source; each row says where they were read.

Omitted, as they publish no mean: Oracle ("as low as" 1.15), CoreWeave.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pue:
    """Power usage effectiveness: the mean of a year, and a PERT distribution for an unnamed facility.

    Attributes:
        provider: short name as in `cloud_regions`, or a description.
        value: mean published for `year`.
        year: calendar or fiscal year, as the provider counts; None if not published by anyone.
        low: lower end of the distribution.
        mode: likeliest value.
        high: upper end.
        source: publisher, and where it was read.
    """

    provider: str
    value: float
    year: int | None
    low: float
    mode: float
    high: float
    source: str

    @property
    def pert(self) -> tuple[float, float, float]:
        """Low, mode and high."""
        return self.low, self.mode, self.high


_PUBLISHED = (
    Pue("gcp", 1.09, 2024, 1.05, 1.10, 1.20, "Google, all its data centers: 1.10 to 2023, 1.09 in 2024; second-hand"),
    Pue("aws", 1.15, 2024, 1.05, 1.15, 1.35, "Amazon, sustainability.aboutamazon.com: 1.15 in 2024, 1.14 in 2025"),
    Pue("azure", 1.17, 2025, 1.08, 1.17, 1.35, "Microsoft, own data centers: 1.18, 1.16, 1.17 in FY25; second-hand"),
    Pue("meta", 1.08, 2023, 1.05, 1.09, 1.15, "Meta, sustainability report on 2023, as the press quotes it"),
    # Green Algorithms has 1.09, but OVHcloud's own indicators say 1.1 to 1.3 in 2021, then 1.28.
    Pue(
        "ovh",
        1.26,
        2024,
        1.09,
        1.26,
        1.40,
        "OVHcloud, all its data centers: 1.28, later 1.26; year and all second-hand",
    ),
    # Mean of six sites, not weighted by energy: 1.15, 1.20, 1.31, 1.50, 1.51 and 1.55.
    Pue("scaleway", 1.37, 2020, 1.15, 1.37, 1.55, "Scaleway, impact report 2018-2020, mean of six sites; second-hand"),
)

UNKNOWN_DATACENTRE = Pue(
    provider="an unknown data centre",
    value=1.54,
    year=2025,
    low=1.05,
    # Below the survey's mean, since accelerators are in newer and larger facilities than average.
    mode=1.35,
    high=2.0,
    source="Uptime Institute, Global Data Center Survey: weighted mean 1.58 in 2023, 1.56 in 2024, 1.54 in 2025",
)
HPC_CENTRE = Pue(
    "an academic computing centre", 1.2, None, 1.03, 1.2, 1.5, "judgement: between warm-water cooling and older halls"
)
WORKSTATION = Pue("a workstation", 1.0, None, 1.0, 1.0, 1.0, "by definition: no facility around it")

_ALSO = {
    "google": "gcp",
    "google cloud": "gcp",
    "google cloud platform": "gcp",
    "amazon": "aws",
    "amazon web services": "aws",
    "microsoft": "azure",
    "microsoft azure": "azure",
    "facebook": "meta",
    "ovhcloud": "ovh",
}
_BY_NAME = {entry.provider: entry for entry in _PUBLISHED}


def find_pue(provider: str) -> Pue | None:
    """PUE published by a provider (`gcp`, `AWS`, `Google Cloud`); None if unknown or unpublished."""
    name = " ".join(provider.lower().split())
    return _BY_NAME.get(_ALSO.get(name, name))


def published_pues() -> tuple[Pue, ...]:
    """Return the whole table."""
    return _PUBLISHED
