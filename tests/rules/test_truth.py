"""The rules that ask whether a figure can be true, on cards of our own; and that what they cannot judge they leave."""

from __future__ import annotations

import time

import pytest

from hf_emissions import EmissionsRecord, check_card

TRUTH = [
    *("kilograms-as-grams", "body-disagrees", "implausible-intensity", "copied-from-base-model", "market-based-zero"),
    *("inference-figure", "modelled-memory-dominates", "quebec-default", "classroom-factors"),
]


def card(body="", emissions="0.25", **block):
    """A card with a block of these entries."""
    entries = "".join(f"  {key}: {value}\n" for key, value in {"emissions": emissions, **block}.items())
    return f"---\nlicense: mit\nco2_eq_emissions:\n{entries}---\n# Ours\n\n{body}\n"


def found(text, base=None):
    return [finding.rule for finding in check_card(text, select=TRUTH, base=base)]


def one(text, rule):
    (finding,) = check_card(text, select=[rule])
    return finding


def mended(text, finding):
    (change,) = finding.fix.replacements
    return text[: change.start] + change.new + text[change.end :]


# --- kilograms-as-grams ----------------------------------------------------------------------------------------------

PRINTED = [
    "- **Emissions:** 0.25 KgCO2, in Lisbon",
    "Training emitted 0.25 kg of CO2eq in all.",
    "- CO2 Emissions (in grams): 250.1",
    "| Carbon Emitted | 0.25 kg |\n|---|---|\n",
    "- **Carbon Emitted**: 0.251 kg of CO2",
    "We estimate the total emissions at 0.25 kgCO$_2$eq.",
]


@pytest.mark.parametrize("body", PRINTED)
def test_a_body_with_another_unit(body):
    finding = one(card(body), "kilograms-as-grams")
    assert (finding.severity, finding.line) == ("error", 4)
    assert "0.25 g seems to be 0.25 kg: line 8 prints " in finding.message
    assert "write 250: hf-emissions check README.md --select kilograms-as-grams --fix" in finding.message
    assert mended(card(body), finding) == card(body, emissions="250")


@pytest.mark.parametrize("body", PRINTED)
@pytest.mark.parametrize("emissions", ["250", '"250"', "250.4", '"0.25 kg"', "0.25 kg"])
def test_a_figure_in_grams_beside_one_in_kilograms(body, emissions):
    assert found(card(body, emissions=emissions)) == []


def test_a_body_in_grams_that_says_the_same():
    assert found(card("- CO2 Emissions (in grams): 0.25")) == []


def test_energy_that_no_grid_makes_so_clean():
    finding = one(card(energy_consumed="0.52"), "kilograms-as-grams")
    assert "over the 0.52 kWh of this card that is 0.481 g/kWh, a thousandth of what grids give" in finding.message
    assert one(card("- **Energy Consumed**: 0.52 kWh"), "kilograms-as-grams")


def test_hardware_and_hours_that_take_more_on_any_grid():
    text = card("We trained the model on 8 V100 GPUs for 12 hours.", emissions="11.4")
    finding = one(text, "kilograms-as-grams")
    assert "96 hours of one V100 at a fifth of its 250 W are 4.8 kWh, 24 g at 5 g/kWh" in finding.message
    assert mended(text, finding) == text.replace("11.4", "11400")
    assert found(text.replace("11.4", "11400")) == []


@pytest.mark.parametrize("emissions", ["24.1", "96", "9600", "30000"])
def test_what_hardware_and_hours_allow_is_left(emissions):
    assert found(card("We trained the model on 8 V100 GPUs for 12 hours.", emissions=emissions)) == []


def test_a_thousandth_of_a_thousandth_is_no_kilogram():
    text = card("We trained the model on 8 V100 GPUs for 12 hours.", emissions="0.0114")
    assert found(text) == ["implausible-intensity"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Trained on 8 V100 GPUs.",
        "Training took 12 hours.",
        "It runs on a T4.",
        "An A100 hour on our grid is 0.25 kg per kWh of CO2.",
        "Generating text for an hour emits about 0.25 kg CO2 per 1000 queries.",
        "Trained on a Frobnicator 9000 for 90 hours.",
    ],
)
def test_nothing_to_compare_with_is_no_finding(body):
    assert "kilograms-as-grams" not in found(card(body))


@pytest.mark.parametrize(
    ("body", "emissions", "block"),
    [
        ("Fine-tuned on a single T4 for 20 seconds.", "0.08", {}),
        ("Training took 20 seconds on one A100.", "0.3", {"energy_consumed": "0.0008"}),
        ("- **Energy Consumed**: 0.002 kWh\n- **Carbon Emitted**: 0.001 kg of CO2", "0.71", {"source": "codecarbon"}),
        ("We fine-tuned it on one A100 for 3 hours.", "1.1", {"geographical_location": "Quebec, Canada"}),
    ],
)
def test_what_is_little_and_true(body, emissions, block):
    assert "kilograms-as-grams" not in found(card(body, emissions, **block))


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("0.25", "250"),
        ("'0.25'", "'250'"),
        ('"0.25 g"', '"250 g"'),
        ("0.25 grams of CO2eq", "250 grams of CO2eq"),
        ("2.5e-1", "250"),
        ("0.00025 kg", None),
        ('"0.25 gCO2" # ours', '"250 gCO2" # ours'),
    ],
)
def test_the_number_alone_is_mended(written, becomes):
    text = card("- **Carbon Emitted:** 0.25 kg", emissions=written)
    finding = one(text, "kilograms-as-grams")
    if becomes is None:
        assert finding.fix is None
        assert 'hf-emissions add README.md --emissions "250 g" --overwrite' in finding.message
    else:
        assert not finding.fix.safe
        assert mended(text, finding) == card("- **Carbon Emitted:** 0.25 kg", emissions=becomes)


def test_a_small_number_becomes_a_plain_decimal():
    text = card("- **Emissions:** 0.0000002 kg of CO2", emissions="2.0e-07")
    finding = one(text, "kilograms-as-grams")
    assert finding.fix.replacements[0].new == "0.0002"


def test_a_block_of_one_number_is_mended():
    text = "---\nco2_eq_emissions: 0.25\n---\n\n- **Carbon Emitted:** 0.25 kg\n"
    assert mended(text, one(text, "kilograms-as-grams")) == text.replace(": 0.25\n", ": 250\n")


def test_a_number_that_stands_elsewhere_is_not_mended():
    text = "---\nx: &x 0.25\nco2_eq_emissions:\n  emissions: *x\n---\n\n- **Carbon Emitted:** 0.25 kg\n"
    assert one(text, "kilograms-as-grams").fix is None


# --- body-disagrees --------------------------------------------------------------------------------------------------


def test_two_figures():
    finding = one(card("- **Carbon Emitted:** 1.9 kg", emissions="250"), "body-disagrees")
    assert 'the block says 250 g and line 8 prints "Carbon Emitted: 1.9 kg", 7.6 times apart' in finding.message


def test_a_body_with_too_small_a_unit():
    finding = one(card("- **Carbon Emitted:** 1.9 g", emissions="1900"), "body-disagrees")
    assert "a thousandth of it; 1.9 kg may be what was meant there" in finding.message


@pytest.mark.parametrize(
    ("emissions", "rules"),
    [
        ("1000", []),
        ("1009", []),
        ("991.5", []),
        ("1012", ["body-disagrees"]),
        ("1025", ["body-disagrees"]),
        ("988", ["body-disagrees"]),
        ("975", ["body-disagrees"]),
    ],
)
def test_figures_of_many_digits_may_differ_by_a_hundredth(emissions, rules):
    assert found(card("- **Carbon Emitted:** 1.00001 kg", emissions=emissions)) == rules


@pytest.mark.parametrize(
    "body",
    [
        "- **Carbon Emitted:** 0.3 kg",
        "- **Carbon Emitted:** 0.25 kg",
        "Training emitted about 300 g of CO2.",
        "The first phase emitted 100 g of CO2. The second phase emitted 151 g of CO2.",
        "Training emitted 2 kg of CO2 in all runs. The one that is kept emitted 251 g of CO2.",
        "A car emits 120 g CO2 per km.",
        "# Original model card\n\n- **Carbon Emitted:** 1.9 kg",
    ],
)
def test_no_disagreement(body):
    assert found(card(body, emissions="251.3")) == []


# --- implausible-intensity -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("emissions", "words"), [("0.9", "0.9 g/kWh, less than any"), ("900", None), ("2000", "2000 g/kWh, more than any")]
)
def test_grams_per_kwh(emissions, words):
    text = card(emissions=emissions, energy_consumed="1.0")
    if words is None:
        assert found(text) == []
    else:
        assert any(words.split(",")[0] in finding.message for finding in check_card(text, select=TRUTH))


def test_what_kilograms_as_grams_says_is_not_said_twice():
    assert found(card(emissions="0.4", energy_consumed="1.0")) == ["kilograms-as-grams"]


def test_energy_of_one_digit_may_be_off_by_half():
    assert found(card("- Energy: 0.1 kWh", emissions="230")) == ["implausible-intensity"]
    assert found(card("- Energy: 0.1 kWh", emissions="145")) == []


def test_more_than_hardware_and_hours_emit():
    text = card("We trained the model on 1 V100 GPU for 2 hours.", emissions="990000")
    assert "too much: 2 hours of one V100 take" in one(text, "implausible-intensity").message
    uncounted = text.replace("1 V100 GPU", "V100 GPUs")
    assert found(uncounted) == []


@pytest.mark.parametrize(
    ("share", "rules"), [(0.5, []), (0.98, []), (1.03, ["implausible-intensity"]), (1.5, ["implausible-intensity"])]
)
@pytest.mark.parametrize(("device", "watts"), [("V100 SXM2", 300), ("L4", 72), ("T4", 70)])
def test_the_most_that_hardware_and_hours_emit(device, watts, share, rules):
    """A node of 1.82 times the accelerators' rating and a desktop's 300 W, at a PUE of 2, on the dirtiest grid."""
    most_kwh = (1.82 * watts + 300) * 2 / 1000 * 10
    text = card(f"We trained the model on 1 {device} GPU for 10 hours.", emissions=f"{most_kwh * 1300 * share:.0f}")
    assert found(text) == rules


@pytest.mark.parametrize(
    ("share", "rules"), [(0.5, ["kilograms-as-grams"]), (0.97, ["kilograms-as-grams"]), (1.03, []), (2.0, [])]
)
def test_the_least_that_hardware_and_hours_emit(share, rules):
    """A fifth of the rating, on a grid of 5 g/kWh; a thousand times as much is what hardware and hours allow."""
    text = card("We trained the model on 8 T4 GPUs for 100 hours.", emissions=f"{0.2 * 0.07 * 800 * 5 * share:.3f}")
    assert found(text) == rules


# --- copied-from-base-model ------------------------------------------------------------------------------------------


def test_the_figure_of_the_base_model():
    base = EmissionsRecord(emissions_g=250.5)
    assert found(card(emissions="250.5"), base) == ["copied-from-base-model"]
    assert found(card(emissions="0.2505 kg"), base) == ["copied-from-base-model"]
    assert found(card(emissions="250.6"), base) == []
    assert found(card(emissions="250.5"), EmissionsRecord(energy_kwh=1.0)) == []


# --- market-based-zero -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "block"),
    [
        ("", {"source": "carbon-neutral data centre"}),
        ("", {"geographical_location": "Norway, 100% green"}),
        ("The cluster runs on renewable energy, so training emitted nothing.", {}),
        ("All carbon emissions were offset by the provider.", {}),
    ],
)
def test_nothing_by_certificate(body, block):
    assert found(card(body, emissions="0", **block)) == ["market-based-zero"]
    assert found(card(body, emissions="310", **block)) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Returns the offsets of each token.",
        "An energy forecast for solar cells.",
        "Emissions of which 0 percent were directly offset.",
    ],
)
def test_nothing_without_such_words(body):
    assert found(card(body, emissions="0")) == []


# --- inference-figure ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "block"),
    [
        ("", {"training_type": "inference"}),
        ("", {"source": "CodeCarbon, per 1000 requests"}),
        ("It emits 0.25 g CO2 per query.", {}),
        ("Using it emits 0.25 gCO2eq/image on an L4.", {}),
        ("We measured 0.25 g of CO2 for inference.", {}),
    ],
)
def test_a_figure_of_use(body, block):
    assert found(card(body, **block)) == ["inference-figure"]


@pytest.mark.parametrize(
    ("body", "block"),
    [
        ("Training emitted 0.25 g of CO2. It emits 0.25 g CO2 per query.", {}),
        ("It emits 0.4 g CO2 per query.", {}),
        ("", {"source": "training and inference, CodeCarbon"}),
        ("", {"source": "https://example.org/inference/images"}),
    ],
)
def test_a_figure_of_training(body, block):
    assert found(card(body, **block)) == []


# --- modelled-memory-dominates ---------------------------------------------------------------------------------------

NODE = {"energy_consumed": "4.8", "hours_used": "10", "ram_total_size": "1008"}


@pytest.mark.parametrize("source", ["CodeCarbon 2.8.3", "codecarbon==2.1.4", "codecarbon v2.3"])
def test_memory_before_version_3(source):
    finding = one(card(emissions="1800", source=source, **NODE), "modelled-memory-dominates")
    assert "takes 1008 GB of memory for 378 W (0.375 W a GB), 3.78 of the 4.8 kWh" in finding.message


def test_memory_beside_accelerators_of_less_power():
    node = {**NODE, "hardware_used": "1 x A100 PCIe 40GB", "source": "CodeCarbon 2.8.3"}
    del node["energy_consumed"]
    text = card(emissions="1800", **node)
    assert "more than the 250 W of the accelerators" in one(text, "modelled-memory-dominates").message
    assert found(text.replace("1 x A100", "8 x A100")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "CodeCarbon 3.0.1"},
        {"source": "CodeCarbon"},
        {"ram_total_size": "64"},
        {"hours_used": None},
        {"ram_total_size": None},
        {"energy_consumed": "20"},
    ],
)
def test_memory_that_does_not_dominate_or_is_not_known(changes):
    block = {"source": "CodeCarbon 2.8.3", **NODE, **changes}
    text = card(emissions="1800", **{key: value for key, value in block.items() if value is not None})
    assert found(text) == []


# --- quebec-default --------------------------------------------------------------------------------------------------


def test_the_place_that_codecarbon_assumes():
    by_energy = one(card(emissions="3.94", energy_consumed="1"), "quebec-default")
    assert by_energy.severity == "info"
    assert "3.94 g over 1 kWh is 3.94 g/kWh" in by_energy.message
    assert "(1 kWh are 475 g on the world's average grid)" in by_energy.message
    assert found(card(emissions="12", source="CodeCarbon", geographical_location="Québec, Canada")) == [
        "quebec-default"
    ]


@pytest.mark.parametrize(
    "block", [{"geographical_location": "Quebec, Canada"}, {"source": "CodeCarbon"}, {"energy_consumed": "1"}]
)
def test_another_place_or_another_source(block):
    assert found(card(emissions="12", **block)) == []


# --- classroom-factors -----------------------------------------------------------------------------------------------

RUN = "Trained on 8 x A100 SXM for 96 hours in europe-west4, PUE 1.75."


def test_a_figure_of_a_course():
    finding = one(card(RUN, emissions="107520"), "classroom-factors")
    assert finding.severity == "info"
    assert "400 W x 768 h x 1.75 x 200 g/kWh = 107520 g" in finding.message
    assert "nothing is wrong with the card" in finding.message
    # 350 is the factor of another region.
    assert found(card(RUN, emissions="188160")) == []
    assert found(card(RUN, emissions="107600")) == []


def test_the_power_that_the_card_states():
    text = card("We trained it on a Frobnicator 9000 (TDP 310 W). Training took 100 GPU hours.", emissions="14880")
    assert "310 W x 100 h x 480 g/kWh = 14880 g" in one(text, "classroom-factors").message
    assert found(text.replace("310 W", "311 W")) == []


def test_the_name_of_an_exercise():
    assert found(card().replace("# Ours", "# tds-carbon-card")) == ["classroom-factors"]
    assert found(card().replace("# Ours", "# yoga8")) == []


# --- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "---\n---\n", "# Ours\n\nTraining emitted 0.25 kg of CO2.", "---\na: [\n---\n"])
def test_a_card_without_a_block_has_none(text):
    assert found(text) == []


def test_words_of_a_card_do_not_reach_the_terminal():
    text = card("- **Carbon Emitted:** 0.25 kg\x1b[31m\u202e of CO2", source="'CodeCarbon \\x1b]0;x'")
    assert all(char.isprintable() for finding in check_card(text, select=TRUTH) for char in finding.message)


@pytest.mark.parametrize(
    "piece",
    [
        "0.25 g per query ",
        "0.25 kg CO2 ",
        "tdp 300 w pue 1.5 ",
        "9",
        "renewable ",
        "emissions: 1 kg\n",
        "g/",
        "offset 0 ",
    ],
)
@pytest.mark.parametrize("emissions", ["0", "0.25"])
def test_long_cards_take_time_in_line_with_their_length(piece, emissions):
    begin = time.perf_counter()
    check_card(card(piece * (500_000 // len(piece)), emissions=emissions), select=TRUTH)
    assert time.perf_counter() - begin < 10
