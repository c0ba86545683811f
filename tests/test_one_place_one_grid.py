"""One place, one intensity: whichever command looks it up, and however the place is given."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

pytest.importorskip("codecarbon")

from hf_emissions.cli.main import run
from hf_emissions.errors import PlaceError
from hf_emissions.estimation.estimate import estimate
from hf_emissions.estimation.grid import find_grid
from hf_emissions.factors.cloud_regions import cloud_regions
from hf_emissions.factors.intensity import grid_intensity, regions
from hf_emissions.facts.facts import Facts, place_facts
from hf_emissions.importers.to_record import UserFacts, to_record
from hf_emissions.importers.tracked import Tracked
from hf_emissions.record import Energy, Place, Site
from hf_emissions.recording.folder import Corrections
from hf_emissions.recording.place import COUNTRY_VARIABLE, _site_in_cloud, site_from_json, site_to_json
from hf_emissions.recording.settings import Settings

pytestmark = pytest.mark.train

# A kWh of a file that says where it ran and no grams: what it emits is looked up.
KWH = Energy(kwh=1.0, method="measured")


@dataclass(frozen=True)
class Named:
    """A place as a user names it."""

    country: str | None
    region: str | None = None


def places() -> Iterator[Named]:
    """Every country, state, province, bidding zone and cloud region with an intensity."""
    for country in importlib.import_module("pycountry").countries:
        try:
            grid_intensity(country.alpha_3)
        except PlaceError:
            continue
        yield Named(country.alpha_3)
        yield from (Named(country.alpha_3, key) for key in sorted(set(regions(country.alpha_3).values())))
    yield from (Named(None, f"{entry.provider}:{entry.region}") for entry in cloud_regions())


def ways(named: Named) -> dict[str, tuple[float | None, str | None, str | None]]:
    """What every way of looking a place up says: g/kWh, basis, source."""
    facts = Facts(**place_facts(named.country, named.region))
    provider, _, cloud_region = (named.region or "").partition(":")
    settings = Settings(country=named.country, region=named.region).site()
    assert settings is not None
    place = Place(country_iso3=named.country, region=named.region)
    if named.country is None:
        country = settings.place.country_iso3
        place = Place(country_iso3=country, cloud_provider=provider, cloud_region=cloud_region)
    found: dict[str, Site | None] = {
        "callback": settings,
        "ledger": site_from_json(json.loads(json.dumps(site_to_json(settings)))),
        "runs": Corrections(country=named.country, region=named.region).site(None),
        "estimate": find_grid(facts).site,
        "metadata": _site_in_cloud(provider, cloud_region) if named.country is None else settings,
    }
    records = {
        "import --country": to_record(
            Tracked(tool="t", run="r", where="f", energy=KWH),
            UserFacts(country=named.country, region=named.region),
        ),
        "import of a file": to_record(Tracked(tool="t", run="r", where="f", energy=KWH, place=place), UserFacts()),
    }
    intensities = {name: site and site.intensity for name, site in found.items()}
    intensities |= {name: record.intensity for name, record in records.items()}
    return {name: one and (one.g_per_kwh, one.basis, one.source) for name, one in intensities.items()}


def test_every_place_has_one_intensity_whatever_looks_it_up():
    found = {named: ways(named) for named in places()}
    apart = {named: says for named, says in found.items() if len(set(says.values())) != 1 or None in says.values()}
    assert apart == {}
    # 214 countries with a figure or more, 51 states, 13 provinces, 31 provinces of China, the Nordic zones, the clouds.
    assert len(found) > 400


@pytest.mark.parametrize("country", ["Quebec, Canada", "CA-QC", "CAN/MB"])
def test_hydropower_is_counted_over_its_life_by_everything(country, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv(COUNTRY_VARIABLE, country)
    site = Settings().site()
    assert site is not None
    assert (site.g_per_kwh, site.intensity.basis, site.intensity.source) == (
        24.0,
        "life-cycle",
        "IPCC 2014, hydropower",
    )
    known = estimate(energy_kwh=2.0, **place_facts(country, None))
    assert known.intensity == site.intensity
    assert known.median_g == pytest.approx(48, rel=0.1)
    file = tmp_path / "emissions.csv"
    file.write_text(
        "timestamp,project_name,run_id,duration,emissions,energy_consumed\n2026-11-01T10:00:00,p,a,60,0.00788,2.0\n"
    )
    assert run(["import", str(file), "--country", country, "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)["runs"][0]["record"]
    assert (record["emissions_g"], record["intensity_g_per_kwh"]) == (48.0, 24.0)
    assert "24 g/kWh life-cycle, IPCC 2014, hydropower" in record["source"]


def test_an_intensity_of_the_user_is_the_same_everywhere():
    for named in (Named("DEU"), Named(None, "gcp:europe-west4"), Named("USA", "virginia")):
        facts = Facts(**place_facts(named.country, named.region))
        found = [
            Settings(country=named.country, region=named.region, intensity=300.0).site(),
            Corrections(country=named.country, region=named.region, intensity_g_per_kwh=300.0).site(None),
            find_grid(facts, 300.0).site,
        ]
        assert len(set(found)) == 1
        assert found[0] is not None
        assert (found[0].g_per_kwh, found[0].intensity.basis, found[0].is_given) == (300.0, None, True)
