"""The place: never invented, found within a second, and said where it came from."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
import time
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from recording.helpers import block, card_text, ledger, segments_kwh

tiny = pytest.importorskip("recording.tiny")

from codecarbon.input import DataSource  # noqa: E402 - after the skip

from hf_emissions import EmissionsCallback, record_emissions  # noqa: E402
from hf_emissions.cli.main import run  # noqa: E402
from hf_emissions.errors import HfEmissionsError, PlaceError  # noqa: E402
from hf_emissions.factors.intensity import grid_intensity  # noqa: E402
from hf_emissions.factors.resolve import check_intensity, world_average  # noqa: E402
from hf_emissions.record import Intensity, Place, Site  # noqa: E402
from hf_emissions.recording import place  # noqa: E402
from hf_emissions.recording.runs import runs_of  # noqa: E402

GEOJS = {"country_code3": "DEU", "country": "Germany", "region": "Hesse", "latitude": "50.1", "longitude": "8.7"}
AZURE = {"compute": {"location": "westeurope"}}
GCP = "projects/1/zones/europe-west4-a"
AWS = {"region": "eu-north-1"}


@contextmanager
def serving(answers, wait_s=0.0):
    """A server on the loopback interface; an address that is not in `answers` is 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(f"{self.command} {self.path}")
            time.sleep(wait_s)
            found = answers.get(self.path.split("?")[0])
            body = (found if isinstance(found, str) else json.dumps(found)).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_GET  # noqa: N815 - the name of the standard library

        def log_message(self, *arguments):
            pass

    asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    # Half a second between two looks is the default, and `shutdown` waits for one.
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def dead_address():
    """An address where nobody answers: the connection is taken and nothing is ever said."""
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


@pytest.fixture(autouse=True)
def network(monkeypatch):
    """No metadata service and no geolocation, until a test names one."""
    real = socket.getaddrinfo

    def only_loopback(host, *arguments, **settings):
        if host not in ("127.0.0.1", "localhost"):
            raise socket.gaierror(f"{host} was asked for")
        return real(host, *arguments, **settings)

    monkeypatch.setattr(socket, "getaddrinfo", only_loopback)
    monkeypatch.setenv("NO_PROXY", "*")

    def use(metadata=None, geojs=None):
        monkeypatch.setattr(place, "_METADATA", metadata or "http://127.0.0.1:9")
        monkeypatch.setattr(DataSource, "geo_js_url", property(lambda self: geojs or "http://127.0.0.1:9/geo"))

    use()
    # What a process has to load first is not what a look-up takes.
    grid_intensity("DEU")
    return use


def train(out, *callbacks, **settings):
    callback = EmissionsCallback(**settings)
    tiny.trainer(out, callback, *callbacks).train()
    return callback


# The order


def test_a_setting_comes_first_and_asks_nobody(out, monkeypatch, network):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "POL")
    with serving({"/computeMetadata/v1/instance/zone": GCP, "/geo": GEOJS}) as (url, asked):
        network(metadata=url, geojs=f"{url}/geo")
        record = train(out, country="france").record
    assert (record.country_iso3, asked) == ("FRA", [])
    assert "country from" not in record.source


def test_then_the_environment(out, monkeypatch, network):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "POL")
    with serving({"/computeMetadata/v1/instance/zone": GCP, "/geo": GEOJS}) as (url, asked):
        network(metadata=url, geojs=f"{url}/geo")
        record = train(out).record
    assert (record.country_iso3, asked) == ("POL", [])
    assert "country from HF_EMISSIONS_COUNTRY" in record.source


def test_then_the_clouds_metadata(out, network):
    with serving({"/computeMetadata/v1/instance/zone": GCP, "/geo": {**GEOJS, "country_code3": "POL"}}) as (url, _):
        network(metadata=url, geojs=f"{url}/geo")
        record = train(out).record
    assert (record.country_iso3, record.cloud_provider, record.cloud_region) == ("NLD", "gcp", "europe-west4")
    assert record.on_cloud is True
    assert "place from the metadata of gcp" in record.source
    written = block(card_text(out))
    assert written["on_cloud"] is True
    assert written["geographical_location"] == "Netherlands"


def test_then_the_ip_address_to_the_country_and_no_finer(out, network):
    us = {"country_code3": "USA", "country": "United States", "region": "Virginia", "latitude": "1", "longitude": "2"}
    with serving({"/geo": us}) as (url, _):
        network(geojs=f"{url}/geo")
        record = train(out).record
    assert (record.country_iso3, record.geographical_location) == ("USA", "United States")
    assert "country from IP address" in record.source
    assert "latitude" not in "".join(map(str, ledger(out))).lower()
    assert "irginia" not in card_text(out)


# The clouds


@pytest.mark.parametrize(
    ("answers", "provider", "region", "iso3"),
    [
        ({"/computeMetadata/v1/instance/zone": GCP}, "gcp", "europe-west4", "NLD"),
        ({"/computeMetadata/v1/instance/zone": "europe-west4-a"}, "gcp", "europe-west4", "NLD"),
        ({"/metadata/instance": AZURE}, "azure", "westeurope", "NLD"),
        (
            {"/latest/api/token": "t", "/latest/dynamic/instance-identity/document": AWS},
            "aws",
            "eu-north-1",
            "SWE",
        ),
    ],
)
def test_each_cloud(network, answers, provider, region, iso3):
    with serving(answers) as (url, _):
        network(metadata=url)
        found = place.look_up_site()
    assert (found.place.cloud_provider, found.place.cloud_region, found.place.country_iso3) == (provider, region, iso3)


def test_a_region_with_a_grid_of_its_own(network):
    with serving({"/latest/api/token": "t", "/latest/dynamic/instance-identity/document": {"region": "us-east-1"}}) as (
        url,
        _,
    ):
        network(metadata=url)
        found = place.look_up_site()
    assert (found.place.country_iso3, found.place.region, found.intensity.basis) == ("USA", "virginia", "combustion")


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"region": 3}', "<html>", '{"region": "mars-1"}'])
def test_a_metadata_service_that_says_nonsense_is_no_answer(network, answer):
    addresses = ["/latest/api/token", "/latest/dynamic/instance-identity/document", "/metadata/instance"]
    with serving(dict.fromkeys([*addresses, "/computeMetadata/v1/instance/zone"], answer)) as (url, _):
        network(metadata=url)
        assert place.look_up_site() is None


# Nothing is invented


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"country_code3": "", "country": "", "latitude": "1", "longitude": "2"},
        {**GEOJS, "country_code3": "ZZZ"},
        {"country_code3": "CAN", "country": "Canada", "region": "Quebec", "latitude": "46.8", "longitude": "-71.2"},
        "rubbish",
    ],
)
def test_a_geolocation_that_fails_is_no_answer(network, answer):
    with serving({"/geo": answer} if answer is not None else {}) as (url, _):
        network(geojs=f"{url}/geo")
        assert place.look_up_site() is None


def test_a_true_canadian_is_believed_to_the_country(network):
    answer = {"country_code3": "CAN", "country": "Canada", "region": "Quebec", "latitude": "45.5", "longitude": "-73.6"}
    with serving({"/geo": answer}) as (url, _):
        network(geojs=f"{url}/geo")
        found = place.look_up_site()
    assert (found.place.country_iso3, found.place.region) == ("CAN", None)
    assert found.g_per_kwh > 100  # the country's, not the 3.94 of Quebec


def test_where_all_fails_there_is_no_block_and_the_range_instead(out, warnings_of, capsys):
    begun = []
    callback = train(out, tiny.At(12, lambda: begun.extend(warnings_of())))
    card = card_text(out)
    assert block(card) is None
    assert callback.record.energy_kwh > 0
    assert (callback.record.emissions_g, callback.record.country_iso3) == (None, None)
    assert "Quebec" not in card
    assert "3.94" not in card
    assert "any grid would give between" in card
    assert "hf-emissions runs" in card
    (start,) = warnings_of()
    assert begun == [start]
    assert 'country="DEU"' in start
    end = capsys.readouterr().err.splitlines()[-1]
    assert "place unknown" in end
    assert "CO2eq on any grid" in end
    assert f"hf-emissions runs {out} --into {out / 'README.md'} --country ..." in end


def test_the_command_that_is_said_at_the_end_makes_a_block(out, capsys):
    callback = train(out)
    command = capsys.readouterr().err.split("a figure: hf-emissions ")[1].replace("...", "DEU").split()
    assert run(command) == 0
    assert block(card_text(out))["emissions"] == pytest.approx(380.95 * callback.record.energy_kwh, rel=0.01)


def test_the_world_average_on_request_only(out):
    record = train(out, assume_world_average=True).record
    assert record.intensity_g_per_kwh == pytest.approx(475)
    assert "place unknown, world average assumed" in record.source
    assert record.country_iso3 is None
    assert block(card_text(out))["emissions"] == record.emissions_g


def test_the_world_average_is_not_used_where_the_place_is_known(out):
    assert train(out, assume_world_average=True, country="POL").record.country_iso3 == "POL"


# Within a second


@pytest.mark.parametrize("what", ["resolver", "metadata", "geolocation", "all"])
def test_a_look_up_takes_no_more_than_a_second(network, monkeypatch, what):
    release = threading.Event()
    if what in ("resolver", "all"):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(20) and [])
    with dead_address() as dead, serving({"/geo": GEOJS}) as (url, _):
        network(
            metadata=dead if what in ("metadata", "all") else None,
            geojs=f"{dead if what in ('geolocation', 'all') else url}/geo",
        )
        start = time.monotonic()
        found = place.look_up_site()
        taken_s = time.monotonic() - start
        release.set()
    assert taken_s < 5  # a busy machine is slow to wake a thread; what hangs does so for 20 s
    assert (found is not None) is (what == "metadata")


def test_the_clouds_answer_is_preferred_when_it_comes_later(network):
    with (
        serving({"/computeMetadata/v1/instance/zone": GCP}, wait_s=0.2) as (metadata, _),
        serving({"/geo": GEOJS}) as (
            url,
            _,
        ),
    ):
        network(metadata=metadata, geojs=f"{url}/geo")
        assert place.look_up_site().place.cloud_provider == "gcp"


def test_a_second_is_waited_for_an_answer(network):
    # As long as a distant server may take, and as short as nobody minds at the start of a training.
    assert place.DEADLINE_S == 1.0
    answers = {"/latest/api/token": "t", "/latest/dynamic/instance-identity/document": AWS}
    with serving(answers, wait_s=0.3) as (url, _):
        network(metadata=url)
        start = time.monotonic()
        assert place.look_up_site() is not None or time.monotonic() - start > 1  # the latter on a busy machine


def test_after_the_deadline_nobody_is_asked_any_more(network):
    answers = {"/computeMetadata/v1/instance/zone": GCP, "/metadata/instance": AZURE}
    with serving(answers, wait_s=0.5) as (url, asked):
        network(metadata=url)
        assert place.look_up_site(0.05) is None
        time.sleep(1.5)
    assert asked == ["PUT /latest/api/token"]


# What is given


def test_a_cloud_region_sets_all_that_is_known_of_it(out, monkeypatch, network):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "POL")  # a default, which what is said of this training replaces
    with serving({"/computeMetadata/v1/instance/zone": GCP, "/geo": GEOJS}) as (url, asked):
        network(metadata=url, geojs=f"{url}/geo")
        record = train(out, region="gcp:us-central1").record
    assert asked == []
    assert (record.cloud_provider, record.cloud_region, record.on_cloud) == ("gcp", "us-central1", True)
    assert (record.country_iso3, record.geographical_location) == ("USA", "Iowa, United States")
    assert record.intensity_basis == "combustion"
    written = block(card_text(out))
    assert (written["on_cloud"], written["geographical_location"]) == (True, "Iowa, United States")
    # What the provider publishes, as in an estimate.
    assert (record.boundary, record.pue) == ("facility", 1.09)
    assert "PUE 1.09 as gcp publishes it (2024)" in record.source
    energy_kwh = runs_of(ledger(out))[0].energy_kwh
    assert record.energy_kwh == pytest.approx(energy_kwh * 1.09, rel=0.005)
    assert record.emissions_g == pytest.approx(energy_kwh * 1.09 * record.intensity_g_per_kwh, rel=0.01)


def test_a_pue_that_is_given_replaces_the_providers(out):
    record = train(out, region="gcp:europe-west4", pue=1.3).record
    assert (record.pue, record.boundary) == (1.3, "facility")
    assert "publishes" not in record.source


def test_the_logs_say_the_facilitys_grams_too(out):
    callback = EmissionsCallback(region="gcp:europe-west4")
    trainer = tiny.trainer(out, callback)
    trainer.train()
    grams = [entry["emissions_g"] for entry in trainer.state.log_history if "emissions_g" in entry]
    energies = [entry["energy_kwh"] for entry in trainer.state.log_history if "emissions_g" in entry]
    assert grams
    assert energies[-1] == callback.record.energy_kwh == pytest.approx(1.09 * sum(segments_kwh(out)), rel=0.005)
    for gram, energy_kwh in zip(grams, energies, strict=True):
        assert gram == pytest.approx(energy_kwh * callback.record.intensity_g_per_kwh, rel=0.01)


def test_a_country_with_its_region_in_one_text(out):
    record = train(out, country="Canada/ON").record
    assert (record.country_iso3, record.geographical_location) == ("CAN", "Ontario, Canada")
    assert "grid CAN/ontario" in record.source


def test_where_hardly_anything_is_burned_hydropower_stands_for_it(out):
    """As in an estimate: 3.94 g/kWh are what Quebec's plants burn."""
    record = train(out, country="CA-QC").record
    assert (record.intensity_g_per_kwh, record.intensity_basis) == (pytest.approx(24), "life-cycle")
    assert record.intensity_source == "IPCC 2014, hydropower"
    assert "grid CAN/quebec 24 g/kWh life-cycle; hydropower's life cycle (IPCC 2014)" in record.source


def test_an_intensity_that_is_given_asks_nobody(out, network):
    with serving({"/computeMetadata/v1/instance/zone": GCP, "/geo": GEOJS}) as (url, asked):
        network(metadata=url, geojs=f"{url}/geo")
        record = train(out, intensity="0.056 kg/kWh").record
    assert asked == []
    assert record.intensity_g_per_kwh == pytest.approx(56)
    assert (record.country_iso3, record.geographical_location, record.intensity_basis) == (None, None, None)
    assert record.intensity_source == "given by the owner"
    assert record.emissions_g == pytest.approx(56 * record.energy_kwh, rel=0.01)
    assert block(card_text(out))["emissions"] == record.emissions_g


def test_an_intensity_beside_a_place_is_that_places(out):
    record = train(out, country="Liechtenstein", intensity=40).record
    assert (record.country_iso3, record.geographical_location) == ("LIE", "Liechtenstein")
    assert record.intensity_g_per_kwh == pytest.approx(40)
    assert "grid LIE 40 g/kWh; intensity given by the owner" in record.source


def test_an_intensity_of_a_cloud_region(out):
    record = train(out, region="azure:westeurope", intensity=300).record
    assert (record.cloud_provider, record.country_iso3, record.pue) == ("azure", "NLD", 1.17)
    assert record.intensity_g_per_kwh == pytest.approx(300)


def test_an_intensity_where_the_environment_names_the_country(out, monkeypatch):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "Deutschland")
    record = train(out, intensity=300).record
    assert (record.country_iso3, record.intensity_g_per_kwh) == ("DEU", pytest.approx(300))
    assert "country from HF_EMISSIONS_COUNTRY; intensity given by the owner" in record.source


def test_the_context_manager_takes_the_same(out):
    with record_emissions(out, region="aws:eu-north-1", intensity="30 g/kWh") as recording:
        time.sleep(0.3)
    record = recording.record
    assert (record.country_iso3, record.geographical_location) == ("SWE", "SE3, Sweden")
    assert (record.cloud_provider, record.cloud_region, record.on_cloud) == ("aws", "eu-north-1", True)
    assert record.intensity_g_per_kwh == pytest.approx(30)


@pytest.mark.parametrize("named", ["England", "Deutschland", "USA/CA", "SE3", "Paris, France", "Türkiye"])
def test_the_environment_takes_what_the_setting_takes(monkeypatch, named):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", named)
    from_environment, given = place.given_site(None, None), place.given_site(named, None)
    assert from_environment.place.known_by == "country from HF_EMISSIONS_COUNTRY"
    assert dataclasses.replace(from_environment.place, known_by="") == given.place
    assert from_environment.intensity == given.intensity


def test_the_metadatas_provider_has_its_pue_as_well(network, out):
    with serving({"/metadata/instance": AZURE}) as (url, _):
        network(metadata=url)
        record = train(out).record
    assert (record.cloud_provider, record.pue, record.boundary) == ("azure", 1.17, "facility")


@pytest.mark.parametrize(
    ("providers", "pue"),
    [
        (["gcp"], 1.09),
        (["gcp", "gcp"], 1.09),
        (["aws"], 1.15),
        (["gcp", "aws"], 1.0),
        (["gcp", None], 1.0),
        (["coreweave"], 1.0),
        ([None], 1.0),
        ([], 1.0),
    ],
    ids=str,
)
def test_a_published_pue_where_all_of_a_training_has_it(providers, pue):
    known = place.given_site("DEU", None)
    places = [dataclasses.replace(known.place, cloud_provider=provider) for provider in providers]
    sites = [dataclasses.replace(known, place=where) for where in places]
    assert place.published_pue(sites) == pue
    assert place.published_pue([*sites, None]) == 1.0


# What is refused


NO_COUNTRIES = {
    "Germny": "Germany (DEU)",
    "GERMANY2": "Germany (DEU)",
    "Korea": "(KOR)",
    "Georgia": "state of the USA",
    "276": "write DEU",
    "XXX": "is no country",
    "": "is no country",
    " ": "is no country",
}


@pytest.mark.parametrize(("country", "words"), NO_COUNTRIES.items(), ids=map(repr, NO_COUNTRIES))
@pytest.mark.parametrize("record", [EmissionsCallback, partial(record_emissions, "out")], ids=["callback", "context"])
def test_an_unknown_country(record, country, words):
    with pytest.raises(PlaceError) as refused:
        record(country=country)
    assert words in str(refused.value)


@pytest.mark.parametrize("country", [276, True, 1.5, ["DEU"], ("DEU",), {"DEU"}, b"DEU"], ids=repr)
def test_a_country_that_is_no_text(country):
    with pytest.raises(PlaceError) as refused:
        EmissionsCallback(country=country)
    assert len(str(refused.value).splitlines()) == 1
    assert ("DEU" in str(refused.value)) is True


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"country": "FRA", "region": "gcp:us-central1"}, "stands in Iowa, United States, and the country is 'FRA'"),
        ({"country": "USA/CA", "region": "TX"}, "two places"),
        ({"country": "USA", "region": "us-east-1"}, "did you mean aws:us-east-1?"),
        ({"region": "gcp:europe-west44"}, "europe-west4"),
        ({"region": "mars:north"}, "no provider"),
        ({"country": "gcp:us-central1"}, "a cloud's region is named as region"),
        ({"country": "DE/FR"}, "names Germany (DEU) and France (FRA)"),
        ({"country": "DEU", "region": "Bayern", "intensity": 300}, "Germany has no regions"),
        ({"country": "Atlantis", "intensity": 300}, "'Atlantis' is no country"),
        ({"region": 3}, "a region is a text"),
        ({"intensity": 0.3}, "kg/kWh"),
        ({"intensity": "300"}, "unit"),
    ],
    ids=str,
)
@pytest.mark.parametrize("record", [EmissionsCallback, partial(record_emissions, "out")], ids=["callback", "context"])
def test_a_place_that_contradicts_itself_is_refused_before_any_training(record, settings, words):
    with pytest.raises(HfEmissionsError) as refused:
        record(**settings)
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_the_variable_is_named_where_it_is_wrong(monkeypatch):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "Germny")
    with pytest.raises(
        PlaceError, match=r"HF_EMISSIONS_COUNTRY: 'Germny' is no country; did you mean Germany \(DEU\)\?"
    ):
        EmissionsCallback()
    assert EmissionsCallback(country="DEU").settings.country == "DEU"


@pytest.mark.parametrize("country", ["ATA", "Antarctica"])
def test_a_country_that_has_no_figures_is_refused_as_well(country):
    with pytest.raises(PlaceError, match="no intensity for Antarctica"):
        EmissionsCallback(country=country)


def test_a_region_beside_the_country_of_the_environment(monkeypatch):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "USA")
    assert EmissionsCallback(region="Virginia").settings.region == "Virginia"


# What a ledger may hold


LINE = {
    "words": "Germany",
    "intensity_g_per_kwh": 381,
    "intensity_basis": "life-cycle",
    "intensity_source": "codecarbon",
}


def test_a_place_of_a_ledger_is_read_as_it_was_written():
    where = Place(
        name="Iowa, United States",
        country_iso3="USA",
        region="iowa",
        cloud_provider="gcp",
        cloud_region="us-central1",
        on_cloud=True,
        known_by="given",
    )
    known = Site(where, Intensity(g_per_kwh=400.5, basis="combustion", source="x"))
    assert place.site_from_json(place.site_to_json(known)) == known
    assert place.site_to_json(known)["intensity_g_per_kwh"] == 400.5
    bare = Site(Place(), Intensity(g_per_kwh=0.0))
    assert place.site_to_json(bare) == {"intensity_g_per_kwh": 0.0}
    assert place.site_from_json(place.site_to_json(bare)) == bare


@pytest.mark.parametrize("intensity", [0, 3, 1400, 1400.0])
def test_intensities_of_a_ledger(intensity):
    assert place.site_from_json({**LINE, "intensity_g_per_kwh": intensity}).g_per_kwh == intensity


@pytest.mark.parametrize("intensity", [None, True, "381", -0.1, 1400.1, float("nan"), float("inf")])
def test_what_is_no_intensity_of_a_ledger(intensity):
    with pytest.raises(TypeError, match="no intensity"):
        place.site_from_json({**LINE, "intensity_g_per_kwh": intensity})


@pytest.mark.parametrize("wrong", [3, "", " ", "a\nb", None, ["DEU"]])
def test_what_is_no_text_of_a_ledger_is_left_out(wrong):
    found = place.site_from_json({**LINE, "words": wrong, "country_iso3": wrong, "intensity_source": wrong})
    assert found == Site(Place(), Intensity(g_per_kwh=381.0, basis="life-cycle"))
    assert place.site_from_json({**LINE, "intensity_basis": "guessed"}).intensity.basis is None


@pytest.mark.parametrize(
    ("g_per_kwh", "is_one"), [(None, True), (0.001, True), (1400, True), (0, False), (1400.1, False)]
)
def test_what_a_grid_may_have(g_per_kwh, is_one):
    if is_one:
        check_intensity(g_per_kwh)
        return
    with pytest.raises(PlaceError) as refused:
        check_intensity(g_per_kwh)
    assert str(refused.value) == f"no grid has {g_per_kwh:g} g/kWh; it lies between 3.5 and 1400"


def test_the_worlds_average_is_what_it_is():
    where = Place(name="world average", known_by="place unknown, world average assumed")
    intensity = Intensity(g_per_kwh=475.0, basis="life-cycle", source="IEA 2019", year=2019)
    assert world_average() == Site(where, intensity)


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("gcp", "PUE 1.09 as gcp publishes it (2024)"),
        ("azure", "PUE 1.17 as azure publishes it (2025)"),
        ("x", ""),
        (None, ""),
    ],
)
def test_a_published_pue_in_words(provider, words):
    assert place.pue_text(provider) == words


def test_the_clouds_are_asked_without_a_proxy_and_in_their_own_words(network, monkeypatch):
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    answers = {"/latest/api/token": "t", "/latest/dynamic/instance-identity/document": AWS}
    with serving(answers) as (url, asked):
        network(metadata=url)
        assert place.look_up_site().place.cloud_provider == "aws"
    assert asked == ["PUT /latest/api/token", "GET /latest/dynamic/instance-identity/document"]


def test_an_answer_is_not_waited_for_longer_than_said(network):
    with serving({"/computeMetadata/v1/instance/zone": GCP, "/geo": GEOJS}, wait_s=5.0) as (url, _):
        network(metadata=url, geojs=f"{url}/geo")
        begun = time.monotonic()
        assert place.look_up_site(0.05) is None
        assert time.monotonic() - begun < 4


def test_behind_the_clouds_answer_no_other_is_waited_for(network):
    answers = {"/computeMetadata/v1/instance/zone": GCP}
    with serving(answers) as (metadata, _), serving({"/geo": GEOJS}, wait_s=6.0) as (url, _):
        network(metadata=metadata, geojs=f"{url}/geo")
        begun = time.monotonic()
        assert place.look_up_site(20.0).place.cloud_provider == "gcp"
        assert time.monotonic() - begun < 5
