"""Cards at the edges of what the rules find, for `test_in_full.py`: just enough of it, and just not."""

from __future__ import annotations

from hf_emissions.rules.check import RULES

Entries = dict[str, object]


def block(body: str = "", **entries: object) -> str:
    """A card whose block has these entries."""
    lines = "".join(f"  {key}: {value}\n" for key, value in entries.items())
    return f"---\nlicense: mit\nco2_eq_emissions:\n{lines}---\n# Ours\n\n{body}\n"


def front(*lines: str, body: str = "") -> str:
    """A card with these lines of front matter."""
    return "---\n" + "".join(f"{line}\n" for line in lines) + f"---\n# Ours\n\n{body}\n"


EIGHT = "Trained on 8 x A100 SXM for 96 hours.\n"
CLIMATE = "- **Hardware Type:** T4\n- **Hours used:** {}\n- **Cloud Provider:** AWS\n- **Carbon Emitted:** {}\n"
TRUTH: dict[str, str] = {
    # 12.5 kWh: 3.5 to 1400 g/kWh are 43.75 g to 17.5 kg.
    **{
        f"{grams} g over 12.5 kWh": block(emissions=grams, energy_consumed=12.5)
        for grams in (0.04, 0.0438, 17.4, 17.6, 43.5, 43.8, 48.5, 49, 49.9, 50.1, 17499, 17501, 17600)
    },
    "2 g over energy of one digit in the body": block("Energy consumed: 0.6 kWh", emissions=2),
    "2 g over energy of one digit, in a unit of its label": block("- **Energy consumed (kWh):** 0.6", emissions=2),
    "1 g over energy of one digit, in a unit of its label": block("- **Energy consumed (kWh):** 0.6", emissions=1.2),
    "1 g over energy of one digit in the body": block("Energy consumed: 0.6 kWh", emissions=1.2),
    # 8 x A100 SXM for 96 h: at a fifth of 400 W 61.4 kWh; at 1.82 * 500 + 300 W, twice, 1.86 MWh.
    **{
        f"{grams} g of eight devices": block(EIGHT, emissions=grams)
        for grams in (0.3, 0.31, 305, 306.9, 307.5, 2_410_000, 2_417_000, 2_420_000, 2_440_000)
    },
    "too little, and Quebec": block(EIGHT, emissions=305, geographical_location="Quebec, Canada"),
    "too much of one device": block("Trained on one A100 SXM for 96 hours.", emissions=900_000),
    "too much of devices by hours in all": block("Trained for 96 GPU hours on A100 SXM.", emissions=900_000),
    # Two digits, and a hundredth of slack.
    **{
        f"{grams} g beside 1.9 kg": block("- **Carbon Emitted:** 1.9 kg", emissions=grams)
        for grams in (1.8, 1.83, 1.86, 1.97, 1.98, 1800, 1831, 1869, 1970, 2100)
    },
    "two figures alike": block("- **Carbon Emitted:** 1.9 kg\n\nIt emitted 2 kg of CO2eq in training.", emissions=5),
    "two figures not alike": block("- **Carbon Emitted:** 1.9 kg\n\nIt emitted 2.2 kg of CO2eq.", emissions=5),
    "a thousandth in the body": block("- **Carbon Emitted:** 1.9 g", emissions=1900),
    "a figure in exponents": block("- **Carbon Emitted:** 0.0025 kg", emissions="2.5e-3"),
    "a figure of text": block("- **Carbon Emitted:** 0.25 kg", emissions="'0.25 in g of CO2'"),
    "a figure of text in kilograms": block("- **Carbon Emitted:** 0.25 kg", emissions="0.25 kg"),
    "kilograms that are tonnes": block("- **Carbon Emitted:** 250 kg", emissions="0.25 kg"),
    "a figure alone": "---\nco2_eq_emissions: 0.25\n---\n- **Carbon Emitted:** 0.25 kg\n",
    # CodeCarbon 2 took 0.375 W a GB: 1000 GB for 10 h are 3.75 kWh.
    **{
        f"memory of {kwh} kWh in all": block(
            emissions=1800, source="CodeCarbon 2.8.3", energy_consumed=kwh, hours_used=10, ram_total_size=1000
        )
        for kwh in (3.7, 3.75, 7.5, 7.6)
    },
    "memory of CodeCarbon 3": block(
        emissions=1800, source="CodeCarbon 3.0", energy_consumed=4, hours_used=10, ram_total_size=1000
    ),
    "memory of no version": block(emissions=1800, energy_consumed=4, hours_used=10, ram_total_size=1000),
    "memory beside a device": block(
        "Trained on 1 x T4 with codecarbon==2.4.1", emissions=1800, hours_used=10, ram_total_size=187
    ),
    "less memory beside a device": block(
        "Trained on 1 x T4 with codecarbon==2.4.1", emissions=1800, hours_used=10, ram_total_size=186
    ),
    # 8 * 400 W * 96 h * 350 g/kWh
    "an exercise to four digits": block(EIGHT, emissions=107_520),
    "an exercise to three": block(EIGHT, emissions=107_590),
    "an exercise of a region": block(EIGHT + "In europe-west4.", emissions=61_440),
    "an exercise of another region": block(EIGHT + "In us-central1.", emissions=61_440),
    "an exercise of its own power": block("Training took 10 hours at a TDP of 250 W.", emissions=500),
    "an exercise with a PUE": block("Training took 10 hours at a TDP of 250 W; PUE 1.5.", emissions=750),
    "an exercise by its name": block("tds-carbon-card", emissions=1234),
    "an exercise named late": block("x" * 3000 + " tds-carbon-card", emissions=1234),
    # Quebec's 3.94.
    **{
        f"{grams} g over 10 kWh, as in Quebec": block(emissions=grams, energy_consumed=10)
        for grams in (38.9, 39, 40, 40.1)
    },
    "CodeCarbon in Quebec": block(emissions=500, source="CodeCarbon", geographical_location="Quebec, Canada"),
    "another in Quebec": block(emissions=500, source="a meter", geographical_location="Quebec, Canada"),
    "of a query": block("It emits 0.4 g CO2 per query.", emissions=0.4),
    "of a thousand requests": block("It emits 0.4 kg CO2 per 1,000 requests.", emissions=0.4),
    "of another query": block("It emits 0.5 g CO2 per query.", emissions=0.4),
    "of a query and of the training": block(
        "It emits 0.4 g CO2 per query.\n\nTraining emitted 0.4 g CO2eq.", emissions=0.4
    ),
    "of inference": block(emissions=5, training_type="inference"),
    "of inference in training": block(emissions=5, training_type="inference during training"),
    "nothing by certificate": block("Carbon-neutral.", emissions=0, source="renewable energy"),
    "nothing in the body": block("It ran on renewables, so that no carbon was emitted.", emissions=0),
    "nothing far off": block("It uses renewables." + " word" * 40 + " carbon", emissions=0),
    "nothing just in reach": block("It uses renewables" + "." * 153 + " carbon", emissions=0),
    "nothing just out of reach": block("It uses renewables" + "." * 160 + " carbon", emissions=0),
    "none was offset": block("Of the carbon emissions 0 percents were directly offset.", emissions=0),
    "copied": block("# Original model card\n\n- **Carbon Emitted:** 31.22 kg", emissions=31_220),
    "not copied": block("# Original model card\n\n- **Carbon Emitted:** 31.22 kg", emissions=31_225),
}
FORM: dict[str, str] = {
    **{
        f"emissions: {value}": block(emissions=value)
        for value in (
            "~",
            "''",
            "TBD",
            "'12.5'",
            "12.5 kg",
            "1,250",
            "'1,250 g'",
            "-3",
            ".nan",
            "much",
            "0",
            "0x1F",
            "012",
        )
    },
    **{
        f"hours_used: {value}": block(emissions=5, hours_used=value)
        for value in ("'3'", "3 h", "90 min", "'-3 h'", "0")
    },
    "a sequence": block(emissions="[1, 2]"),
    "an anchor": block(emissions="&a '5'", cpu_model="*a"),
    "a quoted text over two lines": block(emissions="'5\n    0'"),
    "texts": block(emissions=5, source="unknown", training_type="finetuning", on_cloud="unknown", cpu_model="nan"),
    "training types": block(emissions=5, training_type="pretrain"),
    "a long text": block(emissions=5, source="x" * 70, training_type="y" * 61),
    "keys": block(Emissions=5, energy_kwh=3, hardware="T4", co2=3, x=1, hour_used=2, geographic_location="DE"),
    "keys in other units": block(emissions_kg=5, hours_used_min=3, energy_consumed_mwh=5, emission=3),
    "keys with their units": block(emissions_g=5, energy_consumed_kwh=3, ram_total_size_gb=5, hours=5),
    "a long key": block(emissions=5, **{"k" * 60: 1, "k" * 61: 2}),
    "a list": front("co2_eq_emissions:", "- emissions: 5", "- source: x"),
    "a list in a line": front("co2_eq_emissions: [{emissions: 5}, {source: x}]"),
    "a flow block": front("co2_eq_emissions: {emissions: '5', source: TBD, cpu_model: x, bogus: 3}"),
    "a placeholder first": front("co2_eq_emissions: {source: TBD, emissions: 5}"),
    "twice alike": front("co2_eq_emissions:", "  emissions: 5", "  emissions: 5", "  source: x"),
    "twice not alike": front("co2_eq_emissions:", "  emissions: 5", "  emissions: 6"),
    "two blocks": front("co2_eq_emissions: 5", "license: mit", "co2_eq_emissions: 5"),
    "two licenses": front("license: mit", "license: mit", "co2_eq_emissions: 5"),
    "keys at the top": front("license: mit", "co2_eq_emissions:", "emissions: 5", "source: x", "tags: [a]"),
    "keys at the top without a block": front("license: mit", "emissions: 5", "source: x"),
    "keys at the top, apart": front("emissions: 5", "license: mit", "hardware_used: T4"),
    "a source at the top": front("co2_eq_emissions:", "  emissions: 5", "license: mit", "source: x"),
    "a source right below": front("co2_eq_emissions:", "  emissions: 5", "source: x"),
    "hardware further below": front("co2_eq_emissions:", "    emissions: 5", "license: mit", "hardware_used: T4"),
    "keys at the top that are in the block, too": front(
        "co2_eq_emissions:", "  emissions: 5", "  license: x", "emissions: 6", "license: mit"
    ),
    "one of two keys at the top that is in the block, too": front(
        "co2_eq_emissions:", "  emissions: 5", "emissions: 6", "hardware_used: T4"
    ),
    "an explicit null": front("co2_eq_emissions: null", "emissions: 5"),
    "a block below another key": front("model:", "  - a", "  - b: {co2_eq_emissions: 3}", "x: {y: co2_eq_emissions}"),
    "a block below a value of its name": front("model: {a: co2_eq_emissions, co2_eq_emissions: 3}"),
    "another name": front("co2_emissions: 5", "license: mit"),
    "nearly its name": front("co2_eq_emission:", "  emissions: 5"),
    "not its name": front("emissions_of_methane: 5"),
    "in the text": "---\nlicense: mit\n---\n\nco2_eq_emissions:\n  emissions: 5\n  source: x\n\n# Ours\n",
    "in the text behind dashes": "---\nlicense: mit\n---\nco2_eq_emissions:\n  emissions: 5\n---\n# Ours\n",
    "in the text, indented": "---\na: 1\n---\n\n  co2_eq_emissions:\n    emissions: 5\n    source: x\n\n# Ours\n",
    "in the text alone, indented": "   co2_eq_emissions:\n     emissions: 5\n\n# Ours\n",
    "in the text alone": "co2_eq_emissions: 5\n# Ours\n",
    "in code": "# Ours\n\n```yaml\nco2_eq_emissions: 5\n```\n",
    "indented like code": "# Ours\n\n    co2_eq_emissions: 5\n",
    "no YAML": "---\na: [\n---\n",
    "no YAML in the block": front("co2_eq_emissions: {emissions: *x}"),
    "empty": "",
}
PRESENCE: dict[str, str] = {
    "printed": "# Ours\n\n- **Carbon Emitted:** 1.9 kg\n",
    "a block without a figure": block("- **Carbon Emitted:** 1.9 kg", source="x"),
    "hours and a place": f"# Ours\n\n{CLIMATE.format(12.5, '')}- **Compute Region:** eu-west-3\n",
    "hours alone": f"# Ours\n\n{CLIMATE.format(12.5, '')}",
    "eight devices": f"# Ours\n\n{EIGHT}",
    "eight devices in France": f"# Ours\n\n{EIGHT}It ran in France.\n",
    "a placeholder for the figure": block("Trained on 8 x A100 for 96 hours in France.", emissions="TBD"),
    "one device": "# Ours\n\nTrained on one A100 SXM for 96 hours.\n",
    "hours in all": "# Ours\n\nTrained for 96 GPU hours on A100 SXM in France.\n",
    "energy": "# Ours\n\nTraining consumed 1234.5678 kWh of electricity.\n",
    "much energy": "# Ours\n\nTraining consumed 12345678 kWh of electricity in Finland.\n",
    "parameters and tokens": "# Ours\n\nA 7B parameter model trained on 2T tokens.\n",
    "parameters, tokens, a device": "# Ours\n\nA 7B parameter model trained on 2T tokens on A100.\n",
}
CASES: dict[str, str] = {
    **{f"truth: {name}": card for name, card in TRUTH.items()},
    **{f"form: {name}": card for name, card in FORM.items()},
    **{f"presence: {name}": card for name, card in PRESENCE.items()},
    **{f"{rule.id} fails": rule.fails for rule in RULES},
    **{f"{rule.id} passes": rule.passes for rule in RULES},
}
