"""Amounts in cards that are no figure of the training: rates, parts, somebody else's, and what never was."""

import pytest

from hf_emissions import extract_facts

SECTION = "## Environmental Impact\n\n"
NONE = {
    "a rate": [
        *(f"Training used 40 kWh {words}." for words in ("each day", "every day for 3 days", "daily", "in each epoch")),
        *(
            f"Training used 40 kWh {words}."
            for words in ("for each of the 5 seeds", "h\u207b\u00b9", "for every epoch")
        ),
        *(
            f"Training emitted 2 kg CO2 {words}."
            for words in ("an hour", "hourly", "for one epoch", "for the first epoch")
        ),
        *(f"{words} the training emitted 2 kg CO2." for words in ("Hourly,", "Every hour", "Per epoch,")),
        *(f"Das Training verursachte 4,2 kg CO2 {words}." for words in ("pro Epoche", "jede Stunde")),
        "Das Training verursachte st\u00fcndlich 4,2 kg CO2.",
        f"{SECTION}- **Carbon Emitted:** 12 g of CO2eq for each kWh",
        f"{SECTION}| Training emissions (gCO2eq/kWh) | 350 |\n|---|---|\n| Energy (kWh/epoch) | 12 |",
    ],
    "a part, or one of several": [
        f"{SECTION}- Energy consumed: 1 MWh 200 kWh",
        "Training emitted 3.5 &#215; 10^3 kg CO2.",
        f"{SECTION}- Energy: GPU 5 kWh, CPU 1 kWh, total 6 kWh",
        f"{SECTION}- Energy: 5 kWh (GPU only), 6 kWh overall",
        "A dishwasher cycle uses 1.2 kWh, our training used 5 kWh.",
    ],
    "another's": [
        *(
            f"{SECTION}- **Carbon Emitted:** 12 kg CO2eq{words}"
            for words in (" (inference)", " saved", " avoided", " for the teacher model", " (base model)")
        ),
        f"{SECTION}- **Carbon Emitted:** 12 kg CO2eq, by the authors of GPT-2",
        f"{SECTION}| Item | CO2eq |\n|---|---|\n| Average car per year | 4.6 t |",
        "Previous model's training consumed 50 MWh.",
        "Training the original BERT emitted 652 kg of CO2.",
        "The training energy is that of a household: 3500 kWh.",
        "Training emissions equal those of 3 cars, 12 t CO2.",
        "Serving the model used 12 kWh after training.",
        "Evaluation after training used 12 kWh.",
        "Training data generation emitted 7 kg CO2.",
    ],
    "what never was": [
        f"{SECTION}- **Carbon Emitted:** TBD (e.g. 12 kg CO2eq)",
        "If it had been trained on CPUs, training would have used 90 kWh.",
        "Training would emit 90 kg CO2 in Poland.",
        "Training used 90 kWh less than BERT.",
    ],
}


@pytest.mark.parametrize("text", [text for texts in NONE.values() for text in texts])
def test_it_is_not_read(text):
    assert extract_facts(f"{text}\n").known().keys() & {"reported_g", "energy_kwh"} == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Training used 40 kWh over 3 days.", {"energy_kwh": 40}),
        ("Training emitted 12 kg CO2eq, equivalent to driving 50 km by an average car.", {"reported_g": 12_000}),
        (f"{SECTION}- **Carbon Emitted:** 12 kg CO2eq (estimated with CodeCarbon)", {"reported_g": 12_000}),
        (f"{SECTION}- Carbon Emitted (kg CO2/eq): 12", {"reported_g": 12_000}),
        (f"{SECTION}- **Energy consumed:** 12 kWh, measured with CodeCarbon", {"energy_kwh": 12}),
        ("In total, 5 kg CO2eq were emitted, and 12 kWh consumed.", {"reported_g": 5000, "energy_kwh": 12}),
    ],
)
def test_the_training_s_own_is(text, found):
    known = extract_facts(f"{text}\n").known()
    assert {name: known[name] for name in found} == pytest.approx(found)
