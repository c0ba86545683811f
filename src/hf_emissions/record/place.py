"""Place of a training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the electricity was used. Unknown values are None.

    Attributes:
        name: as text, such as `Virginia, United States`.
        country_iso3: ISO 3166-1 alpha-3 code of the country.
        region: state, province or bidding zone of the country, if it has an intensity of its own.
        cloud_provider: short name of the cloud provider, such as `gcp`.
        cloud_region: the provider's name of the region.
        on_cloud: True if a cloud machine was used.
        known_by: how the place is known, such as `country from IP address`; empty if it was given.
    """

    name: str | None = None
    country_iso3: str | None = None
    region: str | None = None
    cloud_provider: str | None = None
    cloud_region: str | None = None
    on_cloud: bool | None = None
    known_by: str = ""

    @property
    def is_known(self) -> bool:
        """True if a country or a name is known; a cloud region alone does not count, as it may be in no table."""
        return bool(self.country_iso3 or self.name)
