"""Facts behind labels: the Hub's template, trackers' and trainers' sections, tables, AutoTrain, the calculator."""

from __future__ import annotations

import pytest

from hf_emissions.facts.extract import extract_facts

TEMPLATE = """## Environmental Impact

<!-- Total emissions (in grams of CO2eq) and additional considerations go here. -->

- **Hardware Type:** {hardware}
- **Hours used:** {hours}
- **Cloud Provider:** {provider}
- **Compute Region:** {region}
- **Carbon Emitted:** {carbon}
"""


def template(hardware="", hours="", provider="", region="", carbon=""):
    return extract_facts(
        TEMPLATE.format(hardware=hardware, hours=hours, provider=provider, region=region, carbon=carbon)
    )


def test_the_template():
    facts = template("8 x A100 80GB", "72", "Google Cloud", "europe-west4", "12.5 kg")
    assert facts.known() == {
        "hardware": "A100 80GB",
        "count": 8,
        "hours": 72,
        "provider": "gcp",
        "region": "europe-west4",
        "country_iso3": "NLD",
        "reported_g": 12_500,
    }


@pytest.mark.parametrize(
    "nothing", ["[More Information Needed]", "N/A", "Unknown", "TBD", "Not specified", "{{ hours_used }}", "-", "0", ""]
)
def test_a_template_that_nobody_filled_in(nothing):
    assert template(nothing, nothing, nothing, nothing, nothing).known() == {}


def test_hours_used_of_one_device_are_time_on_the_clock():
    assert template("1 x T4", "3.5").wall_hours == 3.5
    assert template("T4", "3.5").hours == 3.5
    assert template("2 x T4", "3.5").wall_hours is None


@pytest.mark.parametrize(
    ("written", "field", "hours"),
    [
        ("~3.5 hours (training only)", "hours", 3.5),
        ("20 minutes", "hours", 1 / 3),
        ("500 GPU-hours", "device_hours", 500),
        ("1,200", "hours", 1200),
        ("2 days", "hours", 48),
        ("12 (h)", "hours", 12),
    ],
)
def test_ways_to_write_hours_used(written, field, hours):
    assert getattr(template(hours=written), field) == pytest.approx(hours)


@pytest.mark.parametrize(
    ("written", "grams"),
    [
        ("0.4 kg", 400),
        ("~0.4 kg CO2eq (from 250 W)", 400),
        ("Estimated 3.2 kgCO2eq", 3200),
        ("15 grams", 15),
        ("1.2 tonnes CO2", 1_200_000),
        ("2,290 tCO2eq", None),  # 2290 t, or 2.29 t where a comma marks decimals
        ("2290 tCO2eq", 2_290_000_000),
        ("2,290.5 tCO2eq", 2_290_500_000),
        ("3.5", None),
        ("very low", None),
        ("0.4 kg CO2eq/kWh", None),
        ("0 kg", None),
    ],
)
def test_ways_to_write_carbon_emitted(written, grams):
    assert template(carbon=written).reported_g == (grams and pytest.approx(grams))


@pytest.mark.parametrize(
    ("provider", "region", "expected"),
    [
        ("AWS", "us-east-1", ("aws", "us-east-1", "USA")),
        ("Microsoft Azure", "West Europe", ("azure", "westeurope", "NLD")),
        ("Azure", "US West 2", ("azure", "westus2", "USA")),
        ("", "europe-west4", ("gcp", "europe-west4", "NLD")),
        ("AWS", "europe-west4", ("aws", None, None)),
        ("my own cellar", "the cellar", (None, None, None)),
    ],
)
def test_provider_and_region(provider, region, expected):
    facts = template(provider=provider, region=region)
    assert (facts.provider, facts.region, facts.country_iso3) == expected


@pytest.mark.train
@pytest.mark.parametrize(
    ("region", "iso3"), [("Germany", "DEU"), ("Frankfurt, Germany", "DEU"), ("USA", "USA"), ("NA", None), ("No", None)]
)
def test_a_country_instead_of_a_region(region, iso3):
    pytest.importorskip("pycountry")
    facts = template(region=region)
    assert (facts.country_iso3, facts.region) == (iso3, None)


def test_the_sections_of_sentence_transformers():
    facts = extract_facts(
        "### Environmental Impact\n"
        "Carbon emissions were measured using [CodeCarbon](https://github.com/mlco2/codecarbon).\n"
        "- **Energy Consumed**: 0.219 kWh\n"
        "- **Carbon Emitted**: 0.085 kg of CO2\n"
        "- **Hours Used**: 0.756 hours\n\n"
        "### Training Hardware\n"
        "- **On Cloud**: No\n"
        "- **GPU Model**: 2 x NVIDIA GeForce RTX 3090\n"
        "- **CPU Model**: a processor of 16 cores\n"
        "- **RAM Size**: 31.78 GB\n"
    )
    assert facts.known() == {
        "hardware": "NVIDIA GeForce RTX 3090",
        "count": 2,
        "wall_hours": 0.756,
        "reported_g": 85,
        "energy_kwh": 0.219,
    }


def test_autotrain():
    facts = extract_facts("- Problem type: Summarization\n- Model ID: 41\n- CO2 Emissions (in grams): 7.25\n")
    assert facts.known() == {"reported_g": 7.25}


def test_a_row_of_codecarbon():
    facts = extract_facts(
        "We used CodeCarbon.\n\n| key | value |\n| --- | --- |\n| duration | 720.5 |\n| emissions | 0.0125 |\n"
        "| energy_consumed | 0.25 |\n| cloud_provider | azure |\n| cloud_region | westus2 |\n"
    )
    assert facts.known() == {
        "wall_hours": pytest.approx(720.5 / 3600),
        "reported_g": 12.5,
        "energy_kwh": 0.25,
        "provider": "azure",
        "region": "westus2",
        "country_iso3": "USA",
    }


@pytest.mark.parametrize(
    "table",
    [
        "| Hardware | 4x V100 |\n|---|---|\n| Training time | 30 hours |\n| CO2 emitted | 3 kg |\n",
        "| What | Value |\n|:---|---:|\n| **GPU** | `4x V100` |\n| Training time (h) | 30 |\n| Emissions [kg] | 3 |\n",
        "| GPU | Training time | Emissions (kg) |\n|---|---|---|\n| 4x V100 | 30 h | 3 |\n",
        "<table>\n<tr><td>Hardware</td><td>4x V100</td></tr>\n<tr><td>Training time</td><td>30 hours</td></tr>\n"
        "<tr><td>CO2 emitted</td><td>3 kg</td></tr></table>\n",
        "<table>\n<tr>\n<th>GPU</th>\n<td>4x V100</td>\n</tr>\n<tr>\n<th>Training time</th>\n<td>30 hours</td>\n</tr>\n"
        "<tr>\n<th>Emissions</th>\n<td>3 kg</td>\n</tr>\n</table>\n",
    ],
)
def test_tables(table):
    facts = extract_facts(table)
    assert (facts.hardware, facts.count, facts.wall_hours, facts.reported_g) == ("V100", 4, 30, 3000)


def test_a_table_of_several_models_says_nothing_of_one():
    facts = extract_facts(
        "| Model | Hardware | Training time |\n|---|---|---|\n"
        "| small | 4x V100 | 3 days |\n| large | 8x A100 | 9 days |\n"
    )
    assert facts.known() == {}


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Training Time: 05:30:00", "wall_hours", 5.5),
        ("**Training time (GPU hours):** 1200", "device_hours", 1200),
        ("Training duration (min): 90", "wall_hours", 1.5),
        ("Number of GPUs: 16", "count", 16),
        ("Total Energy Consumption: 0.32 kWh", "energy_kwh", 0.32),
        ("Energy consumption (kWh): 12.5", "energy_kwh", 12.5),
        ("- **Emissions:** 0.15 KgCO2 (Singapore)", "reported_g", 150),
        ("- **Size:** 124,441,344 parameters", "parameters", 124_441_344),
        ("Parameters: 7B", "parameters", 7e9),
        ("Training tokens: 300B", "tokens", 3e11),
    ],
)
def test_single_lines(line, field, value):
    assert extract_facts(line + "\n").known() == {field: pytest.approx(value)}


@pytest.mark.parametrize(
    "line",
    [
        *("Time: smaller than a day", "Duration: see below", "Energy: low", "GPU: yes", "Hardware: CPU"),
        *("Size: 500 MB", "Emissions: 3.5", "device: cuda", "Parameters: see config.json"),
    ],
)
def test_lines_that_say_nothing(line):
    assert extract_facts(line + "\n").known() == {}


def test_hardware_for_use_is_not_that_of_training():
    assert extract_facts("## Hardware requirements\n\n- GPU: A100\n").known() == {}
    assert extract_facts("## Inference speed\n\n- GPU: A100\n- Time: 3 hours\n").known() == {}


CALCULATOR = (
    "Experiments were conducted using Google Cloud Platform in region asia-east1, which has a carbon efficiency of "
    "0.56 kgCO$_2$eq/kWh. A cumulative of {hours} of computation was performed on hardware of type {hardware} "
    "(TDP of 221W).\n\nTotal emissions are estimated to be 11.88 kgCO$_2$eq of which 100 percents were directly "
    "offset by the cloud provider.\n"
)


def test_the_calculators_sentences():
    facts = extract_facts(CALCULATOR.format(hours="96 hours", hardware="TPUv2 Chip"))
    assert facts.known() == {
        "hardware": "TPUv2 Chip",
        "hours": 96,
        "provider": "gcp",
        "region": "asia-east1",
        "country_iso3": "TWN",
        "reported_g": 11_880,
    }


def test_the_calculators_sentences_with_hours_of_devices():
    facts = extract_facts(CALCULATOR.format(hours="7.7M GPU hours", hardware="H100-80GB"))
    assert (facts.device_hours, facts.hardware, facts.count, facts.hours) == (7_700_000, "H100-80GB", None, None)


@pytest.mark.parametrize(
    ("sentence", "grams"),
    [
        ("We estimate that training emitted 58.5 kgCO2eq.", 58_500),
        ("The training run caused 1.2 tons of CO2.", 1_200_000),
        ("Total emissions: 12.5 g CO2e for the whole run.", 12.5),
        ("The carbon footprint of training was 3.5 kg.", 3500),
        ("The grid has a carbon intensity of 0.4 kg CO2 per kWh.", None),
        ("Each query emits 2 g of CO2 at inference.", None),
        ("This saved 30 kg of CO2 compared to training from scratch.", None),
        ("A car emits 4.6 tonnes of CO2 a year.", None),
        ("Carbon steel weighs 30 kg.", None),
    ],
)
def test_figures_in_sentences(sentence, grams):
    assert extract_facts(sentence).reported_g == (grams and pytest.approx(grams))


def test_energy_in_a_sentence():
    assert extract_facts("Training consumed 420 kWh of electricity.").energy_kwh == 420
    assert extract_facts("Electricity costs 0.30 euro per kWh here.").energy_kwh is None
