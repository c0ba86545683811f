"""`hf-emissions show`."""

from __future__ import annotations

import json

import pytest


def test_a_card(run, write, card_with_block):
    write("README.md", card_with_block)
    result = run("show", "README.md")
    assert result.out == "README.md: 12.5 g CO2eq\n  source: CodeCarbon 3.3.2\n"
    assert result.err == ""


def test_every_key(run, write):
    block = (
        "co2_eq_emissions:\n  emissions: 300000\n  source: CodeCarbon\n  training_type: fine-tuning\n"
        "  geographical_location: Paris, France\n  hardware_used: 8 x A100\n  energy_consumed: 1100.5\n"
        "  hours_used: 1.5\n  on_cloud: false\n  cpu_model: AMD EPYC\n  ram_total_size: 64\n"
    )
    write("README.md", f"---\n{block}---\n")
    assert run("show", "README.md").out == (
        "README.md: 300 kg CO2eq (90 % range: 150 kg to 650 kg)\n"
        "  source: CodeCarbon\n  training_type: fine-tuning\n"
        "  geographical_location: Paris, France\n  hardware_used: 8 x A100\n  energy_consumed: 1100.5\n"
        "  hours_used: 1.5\n  on_cloud: False\n  cpu_model: AMD EPYC\n  ram_total_size: 64\n"
    )


def test_a_card_without_a_figure(run, write, card):
    write("README.md", card)
    result = run("show", "README.md")
    assert (result.out, result.err) == ("", "this card has no figure\n")


def test_a_folder(run, write, card, card_with_block):
    write("models/one/README.md", card)
    write("models/two/README.md", card_with_block)
    write("models/two/notes.md", "no card")
    write("models/.cache/README.md", card)
    result = run("show", "models")
    assert result.out == "models/two/README.md: 12.5 g CO2eq\n  source: CodeCarbon 3.3.2\n"
    assert result.err == "1 of 2 cards have no figure\n"


def test_standard_input(run, card_with_block):
    assert run("show", "-", stdin=card_with_block).out == "<stdin>: 12.5 g CO2eq\n  source: CodeCarbon 3.3.2\n"


def test_a_card_that_is_named_twice_is_shown_once(run, write, card_with_block):
    write("README.md", card_with_block)
    assert run("show", "README.md", ".", "README.md", "--format", "quiet").out == "12.5\n"


def test_json(run, write, card, card_with_block):
    write("a/README.md", card)
    write("b/README.md", card_with_block)
    result = run("show", "a", "b", "--format", "json")
    assert json.loads(result.out) == {
        "schema": 1,
        "cards": [
            {"path": "a/README.md", "record": None},
            {
                "path": "b/README.md",
                "record": {
                    "emissions_g": 12.5,
                    "source": "CodeCarbon 3.3.2",
                    "method": "unknown",
                    "boundary": "node",
                    "pue": 1.0,
                },
            },
        ],
    }
    assert result.err == ""


RANGED = """\
---
co2_eq_emissions:
  emissions: 400
  source: {source}
  geographical_location: Germany
  energy_consumed: 1
---
"""


def shown(run):
    (card,) = json.loads(run("show", "README.md", "--format", "json").out)["cards"]
    return card["record"].get("range_g")


def test_the_range_of_a_tool_that_the_source_names(run, write):
    write("README.md", RANGED.format(source="CodeCarbon 3.3.2"))
    assert run("show", "README.md").out.splitlines()[0] == "README.md: 400 g CO2eq (90 % range: 270 g to 690 g)"
    assert run("show", "README.md", "--format", "quiet").out == "400\n"
    assert shown(run) == [270.0, 690.0]
    write("README.md", RANGED.format(source="a friend"))
    assert run("show", "README.md").out.splitlines()[0] == "README.md: 400 g CO2eq"
    assert shown(run) is None


def ledger_line(kind, **more):
    line = {"v": 1, "kind": kind, "run": "r", "segment": "s", "time": "2026-01-01T00:00:00Z", **more}
    return json.dumps(line) + "\n"


def test_the_ledger_beside_a_card_knows_more(run, write):
    """Of 1 kWh the GPU's meter gave 0.9: within 5 %, and not up to 40 % off as a figure of CodeCarbon may be."""
    source = "CodeCarbon 3.3.2 (GPU measured, CPU and RAM modelled); grid DEU 400 g/kWh life-cycle"
    write("README.md", RANGED.format(source=source))
    assert shown(run) == [270.0, 690.0]
    power = {"gpu": ["measured", "NVML"], "cpu": ["modelled", "load model"], "ram": ["modelled", "memory model"]}
    place = {"words": "Germany", "country_iso3": "DEU", "intensity_g_per_kwh": 400.0, "intensity_basis": "life-cycle"}
    start = ledger_line("start", tool="CodeCarbon", tool_version="3.3.2", power=power, place=place, node="n")
    reading = ledger_line("reading", t_s=60.0, cpu_kwh=0.06, gpu_kwh=0.9, ram_kwh=0.04)
    write("_emissions/r-s.jsonl", start + reading)
    assert shown(run) == [270.0, 690.0]  # the ledger does not say that this figure is its own
    write("_emissions/r-s.jsonl", start + reading + ledger_line("written", emissions_g=400.0))
    assert shown(run) == [330.0, 640.0]
    # Written with another place than the recorded one: the source has to do.
    write("README.md", RANGED.format(source=source).replace("400\n", "380\n"))
    write("_emissions/r-s.jsonl", start + reading + ledger_line("written", emissions_g=380.0))
    assert shown(run) == [260.0, 660.0]
    write("README.md", RANGED.format(source=source))
    write("_emissions/r-s.jsonl", "no ledger\n")
    assert shown(run) == [270.0, 690.0]


def test_quiet_is_the_grams_alone(run, write):
    write("README.md", "---\nco2_eq_emissions: 0.00001\n---\n")
    result = run("show", "README.md", "--format", "quiet")
    assert (result.out, result.err) == ("0.00001\n", "")


def test_energy_without_grams(run, write):
    write("README.md", "---\nco2_eq_emissions:\n  energy_consumed: 1.5\n---\n")
    assert run("show", "README.md").out == "README.md: unknown\n  energy_consumed: 1.5\n"


def test_one_card_that_cannot_be_read_does_not_hide_the_rest(run, write, card_with_block):
    write("a/README.md", "---\ntags: [a\n---\n")
    write("b/README.md", card_with_block)
    result = run("show", ".", "--format", "json", code=2)
    first, second = json.loads(result.out)["cards"]
    assert first["path"] == "a/README.md"
    assert first["error"].startswith("a/README.md:3:1: front matter cannot be read: ")
    assert second["record"]["emissions_g"] == 12.5
    assert result.err == f"Error: {first['error']}\n"


FIGURE = "---\nco2_eq_emissions:\n  emissions: 11880\n---\n"


def test_equivalents_stand_with_their_factor(run, write):
    write("README.md", FIGURE)
    assert run("show", "README.md", "--equivalents").out == (
        "README.md: 11.9 kg CO2eq\n"
        "  as much as 48 km in an average car with a combustion engine (247 g/km, EPA 2021)\n"
        "  as much as 290 km by train for one passenger (41 g/km, BEIS 2020)\n"
        "  as much as 5.95 kg of coal burned (1.995 kg/kg, EPA 2021)\n"
        "  as much as 0.2 tree seedlings grown for ten years (60 kg each, EPA 2021)\n"
        "  as much as 12.5 hours of a household's energy in the USA (953 g/h, EPA 2020)\n"
    )


def test_equivalents_for_programs(run, write, card):
    write("a/README.md", FIGURE)
    write("b/README.md", card)
    write("c/README.md", "---\nco2_eq_emissions:\n  energy_consumed: 1.5\n---\n")
    result = run("show", ".", "--equivalents", "--format", "json")
    first, *others = json.loads(result.out)["cards"]
    assert [item["key"] for item in first["equivalents"]] == [
        "car_km",
        "train_km",
        "coal_kg",
        "seedlings",
        "household_hours",
    ]
    car = first["equivalents"][0]
    assert car["amount"] * car["factor_g"] == pytest.approx(11880)
    assert car["words"] == "48 km in an average car with a combustion engine (247 g/km, EPA 2021)"
    assert [other["equivalents"] for other in others] == [[], []]


def test_equivalents_leave_quiet_and_cards_without_grams_as_they_are(run, write):
    write("README.md", FIGURE)
    assert run("show", "README.md", "--equivalents", "--format", "quiet").out == "11880\n"
    write("README.md", "---\nco2_eq_emissions:\n  energy_consumed: 1.5\n---\n")
    assert run("show", "README.md", "--equivalents").out == "README.md: unknown\n  energy_consumed: 1.5\n"


def test_a_source_cannot_pass_for_a_line_of_ours(run, write):
    block = 'co2_eq_emissions:\n  emissions: 5\n  source: "by hand\\n\\n90 % range: 900 kg to 1 g"\n'
    write("README.md", f"---\n{block}---\n")
    assert run("show", "README.md").out == "README.md: 5 g CO2eq\n  source: by hand\\n\\n90 % range: 900 kg to 1 g\n"


def test_a_huge_figure_leaves_the_others_to_be_shown(run, write):
    block = "co2_eq_emissions:\n  emissions: 1.7e308\n  source: CodeCarbon\n  geographical_location: Germany\n"
    write("a.md", f"---\n{block}---\n")
    write("b.md", "---\nco2_eq_emissions:\n  emissions: 5\n---\n")
    assert "b.md: 5 g CO2eq" in run("show", "a.md", "b.md").out
