"""`hf-emissions estimate`: what is typed, what comes back, and what it writes."""

from __future__ import annotations

import json

import pytest
import yaml

pytest.importorskip("numpy")
pytest.importorskip("codecarbon")

EIGHT = ("--hardware", "A100 SXM", "--count", "8", "--hours", "96", "--country", "Germany")
CARD = "---\nlicense: mit # by the lawyers\n---\n# A model\n\nText.\n"


def block(text):
    return yaml.safe_load(text.split("---\n")[1]).get("co2_eq_emissions")


def test_a_figure_with_its_range_and_what_it_rests_on(run):
    said = run("estimate", *EIGHT).out
    assert "CO2eq (90 % range: " in said.splitlines()[0]
    for words in ("Tier B: 8 x A100 SXM, 96 h", "grid DEU 381 g/kWh life-cycle", "What would narrow the range most"):
        assert words in said


def test_the_fields_of_an_estimate_as_json(run):
    document = json.loads(run("estimate", *EIGHT, "--format", "json").out)
    assert document["schema"] == 1
    assert document["tier"] == "B"
    assert document["low_g"] < document["median_g"] < document["high_g"]
    assert len(document["energy_kwh"]) == 3
    assert document["narrow_by"]
    assert document["assumptions"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (("--country", "England"), "grid GBR"),
        (("--country", "Deutschland"), "grid DEU"),
        (("--country", "USA/CA"), "grid USA/california"),
        (("--country", "CA-QC"), "grid CAN/quebec 24 g/kWh life-cycle"),
        (("--country", "Canada", "--region", "QC"), "grid CAN/quebec"),
        (("--country", "USA", "--region", "gcp:us-central1"), "grid USA/iowa"),
    ],
    ids=str,
)
def test_a_place_as_people_write_it(run, place, words):
    assert words in run("estimate", *EIGHT[:6], *place).out


def test_what_the_figure_and_the_energy_cover(run):
    metered = ("estimate", "--energy", "100 kWh", "--energy-boundary", "accelerators", "--intensity", "400 g/kWh")
    alone = json.loads(run(*metered, "--boundary", "accelerators", "--format", "json").out)
    assert (alone["boundary"], alone["median_g"]) == ("accelerators", 40_000)
    node = run(*metered).out
    assert "a node draws 1.0 to 2.1 times what its accelerators draw" in node
    assert "Tier A: 100 kWh of the accelerators" in node
    refused = run(*metered, "--boundary", "accelerators", "--pue", "1.2", code=2)
    assert refused.err == (
        "Error: a figure of the accelerators alone has no overhead of the facility; leave the PUE out\n"
    )


def test_the_energy_of_a_card_can_be_said_to_be_of_its_accelerators(run, tmp_path):
    (tmp_path / "README.md").write_text("# A model\n\nThe training consumed 100 kWh of energy.\n")
    card = ("estimate", "--from-card", "README.md", "--intensity", "400 g/kWh", "--boundary", "accelerators")
    assert "what the energy covers is not known" in run(*card, code=2).err
    assert "Tier A: 100 kWh of the accelerators" in run(*card, "--energy-boundary", "accelerators").out


def test_quiet_is_the_grams_alone(run):
    assert float(run("estimate", *EIGHT, "--format", "quiet").out) > 10_000


def test_hours_can_have_a_unit_and_numbers_can_be_large(run):
    assert run("estimate", *EIGHT[:4], "--hours", "4 days", "--country", "DEU").out == run("estimate", *EIGHT).out
    one = run("estimate", "--parameters", "7B", "--tokens", "2T", "--hardware", "H100", "--country", "USA").out
    other = run(
        "estimate", "--parameters", "7e9", "--tokens", "2 trillion", "--hardware", "H100", "--country", "US"
    ).out
    assert one == other


def test_a_figure_goes_into_the_block_at_tier_b(run, tmp_path):
    (tmp_path / "README.md").write_text(CARD)
    run("estimate", *EIGHT, "--into", "README.md")
    text = (tmp_path / "README.md").read_text()
    written = block(text)
    assert written["emissions"] > 10_000
    assert written["source"].startswith("Estimated with hf-emissions ")
    assert "tier B" in written["source"]
    assert "90 % range" in written["source"]
    assert "license: mit # by the lawyers\n" in text
    # One of our own estimates is replaced without being asked.
    run("estimate", *EIGHT[:4], "--hours", "192", "--country", "DEU", "--into", "README.md")
    assert block((tmp_path / "README.md").read_text())["emissions"] > 1.8 * written["emissions"]


def test_an_authors_figure_is_not_replaced(run, tmp_path):
    card = "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: my own meter\n---\n"
    (tmp_path / "README.md").write_text(card)
    assert "README.md:3:14: the block already says" in run("estimate", *EIGHT, "--into", "README.md", code=2).err
    assert (tmp_path / "README.md").read_text() == card
    run("estimate", *EIGHT, "--into", "README.md", "--overwrite")
    assert block((tmp_path / "README.md").read_text())["emissions"] > 10_000


def test_a_dry_run_writes_nothing(run, tmp_path):
    (tmp_path / "README.md").write_text(CARD)
    assert "+co2_eq_emissions:" in run("estimate", *EIGHT, "--into", "README.md", "--dry-run").out
    assert (tmp_path / "README.md").read_text() == CARD


@pytest.mark.parametrize(
    ("arguments", "why", "says"),
    [
        (("--hardware", "A100", "--hours", "96"), "place is not known", "any grid would give between"),
        (("--parameters", "7B", "--tokens", "2T", "--hardware", "A100", "--country", "USA"), "tier D", "CO2eq (90 %"),
        (("--parameters", "7B", "--tokens", "2T"), "parameters and tokens alone", "in the order of tonnes"),
        (
            ("--hardware", "TPU v5e", "--hours", "9", "--country", "DEU"),
            "publishes no power",
            "this wide range is ours",
        ),
    ],
)
def test_other_tiers_go_into_the_section_alone(run, tmp_path, arguments, why, says):
    (tmp_path / "README.md").write_text(CARD)
    assert why in run("estimate", *arguments, "--into", "README.md").err
    text = (tmp_path / "README.md").read_text()
    assert block(text) is None
    assert "## Environmental Impact" in text
    assert says in text


def test_no_second_figure_beside_the_one_of_the_block(run, tmp_path):
    card = "---\nco2_eq_emissions:\n  emissions: 12500\n  source: CodeCarbon 3.3.2\n---\n# A model\n"
    for arguments in (EIGHT[:6], ("--parameters", "7B", "--tokens", "2T")):
        (tmp_path / "README.md").write_text(card)
        assert "the card has a figure, which stays" in run("estimate", *arguments, "--into", "README.md", code=2).err
        assert (tmp_path / "README.md").read_text() == card
    (tmp_path / "README.md").write_text(CARD)
    run("estimate", *EIGHT, "--into", "README.md")
    assert "an older estimate" in run("estimate", *EIGHT[:6], "--into", "README.md", code=2).err


def test_nothing_of_an_older_estimate_stays_beside_the_new_one(run, tmp_path):
    (tmp_path / "README.md").write_text(CARD)
    run("estimate", *EIGHT, "--training-type", "fine-tuning", "--into", "README.md")
    first = (tmp_path / "README.md").read_text()
    assert block(first)["training_type"] == "fine-tuning"
    run("estimate", "--energy", "3 kWh", "--country", "France", "--into", "README.md")
    assert not {"hardware_used", "hours_used", "training_type"} & block((tmp_path / "README.md").read_text()).keys()
    run("estimate", *EIGHT, "--training-type", "fine-tuning", "--into", "README.md")
    assert (tmp_path / "README.md").read_text() == first


def test_nothing_of_a_replaced_figure_stays_beside_the_estimate(run, tmp_path):
    card = "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n  cpu_model: Xeon\n  hours_used: 9\n---\n"
    (tmp_path / "README.md").write_text(card)
    run("estimate", "--energy", "3 kWh", "--country", "France", "--into", "README.md", "--overwrite")
    written = block((tmp_path / "README.md").read_text())
    assert not {"cpu_model", "hours_used"} & written.keys()


@pytest.mark.parametrize("arguments", [EIGHT[:6], (*EIGHT, "--section")])
def test_the_section_of_a_recorded_training_stays(run, tmp_path, arguments):
    (tmp_path / "README.md").write_text(before := section_alone(CARD))
    error = run("estimate", *arguments, "--into", "README.md", code=2).err
    assert "a section that is no estimate of ours" in error
    assert (tmp_path / "README.md").read_text() == before
    run("estimate", *arguments, "--into", "README.md", "--overwrite")
    # And the section of an estimate is replaced without asking.
    run("estimate", *arguments, "--into", "README.md")


def section_alone(text):
    """A card with the section of a recorded training whose place was not known, and so without a block."""
    from hf_emissions import EmissionsRecord
    from hf_emissions.card.section import put_section

    return put_section(text, EmissionsRecord(energy_kwh=3.0, source="CodeCarbon 3.3.2"))


def test_the_estimate_is_in_the_document_of_a_write_too(run, tmp_path):
    (tmp_path / "README.md").write_text(CARD)
    document = json.loads(run("estimate", *EIGHT, "--into", "README.md", "--format", "json").out)
    assert document["cards"][0]["written"]
    assert document["estimate"]["tier"] == "B"


def test_a_section_without_a_place_has_energy_and_no_grams(run, tmp_path):
    (tmp_path / "README.md").write_text(CARD)
    run("estimate", *EIGHT[:6], "--into", "README.md")
    text = (tmp_path / "README.md").read_text()
    assert "**Carbon Emitted:** [More Information Needed]" in text
    assert "kWh" in text
    assert "With the country it becomes a figure" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--section",), "--section goes with --into"),
        (("--dry-run",), "--dry-run goes with --into"),
        (("--check",), "--check goes with --into"),
        (("--overwrite",), "--overwrite goes with --into"),
        (("--into", "README.md", "--reused", "5"), "--reused is not written into a card"),
        (("--into", ""), "--into is empty"),
        (("--cpu", "9", "--cores", "2"), "green-algorithms alone"),
        (("--method", "ml-co2-impact", "--energy", "3 kWh"), "takes no energy_kwh"),
        (("--method", "ml-co2-impact", "--memory", "3"), "green-algorithms alone"),
    ],
)
def test_options_that_would_do_nothing_are_refused(run, arguments, words):
    assert words in run("estimate", *EIGHT, *arguments, code=2).err


def test_the_published_calculators(run):
    site = run("estimate", "--hardware", "TPU v2", "--hours", "96", "--intensity", "0.56 kg/kWh", *CALCULATOR)
    assert site.out.startswith("11.88 kg CO2eq (ml-co2-impact, no range)")
    four = run("estimate", "--hardware", "TPU v2", "--count", "4", "--hours", "96", *ASIA, *CALCULATOR)
    assert four.out.startswith("47.52 kg CO2eq")
    green = run(
        *("estimate", "--hardware", "A100 SXM", "--hours", "10", "--intensity", "100 g/kWh"),
        *("--method", "green-algorithms", "--memory", "64", "--cpu", "10", "--cores", "8", "--pue", "1.2"),
    )
    # (8 x 10 + 400 + 64 x 0.3725) W x 10 h x 1.2 x 100 g/kWh
    assert "6.046 kWh" in green.out


CALCULATOR = ("--method", "ml-co2-impact")
ASIA = ("--region", "gcp:asia-east1")


def test_what_it_compares_to_and_what_was_saved(run):
    said = run("estimate", *EIGHT, "--equivalents", "--reused", "1000").out
    assert "km in an average car with a combustion engine (247 g/km, EPA 2021)" in said
    assert "Downloads are not trainings" in said
    document = json.loads(run("estimate", *EIGHT, "--equivalents", "--reused", "10", "--format", "json").out)
    assert document["reused"]["trainings"] == 10
    assert len(document["equivalents"]) == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--hardware", "A1000 SXM", "--hours", "3"), "did you mean A100"),
        (("--hardware", "A100", "--hours", "0"), "--hours: '0' must be above zero"),
        (("--hardware", "A100", "--hours", "-2"), '--hours: "-2" is negative'),
        (("--hardware", "A100", "--hours", "2", "--count", "1.5"), "--count: 1.5 is no whole number"),
        (("--hardware", "A100", "--hours", "2", "--count", "0"), "--count: '0' must be above zero"),
        (("--hardware", "A100", "--hours", "3", "--device-hours", "3"), "give one of them"),
        (("--hardware", "H100", "--hours", "200000"), "more than H100 has existed for"),
        (("--hardware", "H100", "--count", "2", "--device-hours", "400000"), "more than H100 has existed for"),
        (("--hardware", "A100", "--hours", "3", "--region", "gcp:europe-west99"), "europe-west9"),
        (("--hardware", "A100", "--hours", "3", "--region", "mars:north"), "no provider"),
        (
            ("--hardware", "A100", "--hours", "3", "--region", "Bavaria"),
            "needs its country, or its provider",
        ),
        (("--hardware", "A100", "--hours", "3", "--country", "Atlantis"), "Atlantis"),
        (("--hardware", "A100", "--hours", "3", "--country", "Korea"), "South Korea (KOR) or North Korea (PRK)"),
        (("--hardware", "A100", "--hours", "3", "--country", "276"), "numeric code of Germany; write DEU"),
        (("--hardware", "A100", "--hours", "3", "--country", ""), "--country is empty"),
        (("--energy", "3 kWh", "--country", "FRA", "--region", "gcp:us-central1"), "stands in Iowa, United States"),
        (("--energy", "3 kWh", "--region", "us-east-1"), "needs its country, or its provider, such as aws:us-east-1"),
        (("--hardware", "A100", "--hours", "3", "--pue", "0.5"), "PUE lies between"),
        (("--hardware", "A100", "--hours", "3", "--intensity", "5"), "--intensity"),
        (("--hours", "3"), "alone gives no estimate"),
        ((), "nothing alone gives no estimate"),
        (("--energy", "3"), "has no unit"),
        (("--parameters", "many"), "--parameters"),
        (("--hardware", "", "--hours", "3"), "--hardware"),
        (("--hardware", "\x1b[31mA100", "--hours", "3"), "A100"),
    ],
)
def test_bad_input_is_one_line(run, arguments, words):
    result = run("estimate", *arguments, code=2)
    assert result.out == ""
    assert result.err.startswith("Error: ")
    assert len(result.err.strip().splitlines()) == 1
    assert words in result.err
    assert "\x1b[31mA100" not in result.err
