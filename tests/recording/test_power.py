"""How power was found: in the ledger per component, in few words in the source, and never a wrong word."""

from __future__ import annotations

import types

import pytest
from recording.helpers import block, card_text, ledger

tiny = pytest.importorskip("recording.tiny")

from codecarbon.external import hardware  # noqa: E402 - after the skip
from codecarbon.external.ram import RAM  # noqa: E402

from hf_emissions import EmissionsCallback  # noqa: E402
from hf_emissions.recording.power import Power, describe_power, in_words  # noqa: E402
from hf_emissions.recording.runs import runs_of  # noqa: E402
from hf_emissions.recording.summary import summarize  # noqa: E402


def train(out):
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback).train()
    return callback.record


def test_each_component_is_in_the_ledger_and_in_the_source(out):
    record = train(out)
    (start,) = [line for line in ledger(out) if line["kind"] == "start"]
    assert start["power"]["ram"] == ["modelled", "memory model"]
    how = start["power"]["cpu"][0]
    assert how in ("measured", "modelled")
    words = "CPU and RAM modelled" if how == "modelled" else "CPU measured, RAM modelled"
    assert record.source.startswith(f"CodeCarbon {record.tool_version} ({words}")
    assert record.method == ("modelled" if how == "modelled" else "mixed")
    assert record.modelled_share > 0


def test_a_modelled_run_carries_a_range(out):
    record = train(out)
    low, high = record.range_g
    assert low < record.emissions_g < high
    # Mostly memory, of which next to nothing is known; a metered processor would narrow it little.
    assert 0.3 < low / record.emissions_g < 0.7
    assert 1.6 < high / record.emissions_g < 3.1
    assert "90 % range" in card_text(out)
    assert "comes from a model of the machine's power" in card_text(out)


@pytest.mark.parametrize(("component", "attribute"), [("cpu", "_mode"), ("ram", "_force_ram_power")])
def test_a_codecarbon_that_has_renamed_its_attributes_gives_unknown(out, monkeypatch, component, attribute):
    kind = hardware.CPU if component == "cpu" else RAM

    # What CodeCarbon itself does with the attribute goes on; only a reader from outside finds nothing.
    import hf_emissions.recording.power as module

    original = module._parts

    class Renamed:
        def __init__(self, part):
            self.__dict__["part"] = part

        def __getattr__(self, name):
            if name == attribute:
                raise AttributeError(name)
            return getattr(self.__dict__["part"], name)

    def renamed(part):
        return type(type(part).__name__, (Renamed,), {})(part) if isinstance(part, kind) else part

    monkeypatch.setattr(module, "_parts", lambda tracker: [renamed(part) for part in original(tracker)])
    record = train(out)
    (start,) = [line for line in ledger(out) if line["kind"] == "start"]
    assert start["power"].get(component, ["unknown"])[0] == "unknown"
    assert f"{component.upper()} unknown" in record.source
    assert f"{component.upper()} measured" not in record.source
    # What is not known to be measured counts as modelled.
    assert record.modelled_share == 1.0 or component == "ram"
    assert block(card_text(out))["emissions"] > 0


def test_a_tracker_with_nothing_known_inside():
    for parts in ([], None, [object()], "text", [types.SimpleNamespace(_mode="intel_rapl")]):
        assert describe_power(types.SimpleNamespace(_hardware=parts)) == {}
    assert describe_power(object()) == {}
    for name in ("CPU", "GPU", "RAM"):
        hollow = types.SimpleNamespace(_hardware=[type(name, (), {})()])
        assert describe_power(hollow) == {name.lower(): Power("unknown", "CodeCarbon's own way")}


def test_nothing_known_is_said_to_be_unknown(out, monkeypatch):
    import hf_emissions.recording.power as module

    monkeypatch.setattr(module, "_parts", lambda tracker: [])
    record = train(out)
    assert (record.method, record.modelled_share) == ("unknown", 1.0)
    assert "how power was found is unknown" in record.source


def cpu(mode, files=()):
    names = [types.SimpleNamespace(name=name) for name in files]
    made = type("CPU", (), {})()
    made._mode, made._intel_interface = mode, types.SimpleNamespace(_rapl_files=names)
    return made


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (cpu("intel_rapl", ["Processor Energy Delta_0(kWh)"]), ("measured", "RAPL")),
        (cpu("intel_rapl", []), ("unknown", "RAPL without a counter")),
        (cpu("intel_rapl", ["dram"]), ("unknown", "RAPL without a counter")),
        (cpu("windows_emi"), ("measured", "EMI")),
        (cpu("cpu_load"), ("modelled", "load model")),
        (cpu("constant"), ("modelled", "constant")),
        (cpu("a mode of tomorrow"), ("unknown", "CodeCarbon's own way")),
    ],
)
def test_the_modes_of_a_processor(part, expected):
    assert describe_power(types.SimpleNamespace(_hardware=[part])) == {"cpu": Power(*expected)}


def gpu(*devices, ids=None):
    made = type("GPU", (), {})()
    made.gpu_ids, made.devices = ids, types.SimpleNamespace(devices=list(devices))
    return made


def device(kind, index=0, **attributes):
    made = type(kind, (), {})()
    made.gpu_index = index
    made.__dict__.update(attributes)
    return made


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (gpu(device("NvidiaGPUDevice", _has_counter=True)), ("measured", "NVML")),
        (gpu(device("NvidiaGPUDevice", _has_counter=False)), ("measured", "NVML power samples")),
        (gpu(device("AMDGPUDevice", _has_counter=True)), ("measured", "AMD SMI")),
        (gpu(device("NvidiaGPUDevice"), device("AMDGPUDevice", 1)), ("unknown", "unknown GPU")),
        (gpu(device("TomorrowsGPUDevice")), ("unknown", "unknown GPU")),
    ],
)
def test_the_kinds_of_gpus(part, expected):
    assert describe_power(types.SimpleNamespace(_hardware=[part])) == {"gpu": Power(*expected)}


def test_gpus_that_the_training_cannot_use_are_no_component():
    assert describe_power(types.SimpleNamespace(_hardware=[gpu(device("NvidiaGPUDevice"), ids=[])])) == {}


def test_the_words():
    measured, modelled, unknown = Power("measured", "NVML"), Power("modelled", "m"), Power("unknown", "u")
    assert in_words({"ram": modelled, "cpu": modelled, "gpu": measured}) == "GPU measured, CPU and RAM modelled"
    assert in_words({"cpu": unknown, "ram": modelled}) == "RAM modelled, CPU unknown"
    assert in_words({}) == ""


# Records of what no machine here can do


def run(*segments, **start):
    lines = []
    for number, (how, by_component) in enumerate(segments):
        about = {"run": "r", "segment": f"s{number}", "time": f"2026-01-01T00:00:0{number}Z"}
        power = {name: [word, "x"] for name, word in how.items()}
        place = {"intensity_g_per_kwh": 400.0, "intensity_source": "x", "country_iso3": "DEU", "words": "Germany"}
        common = {"node": "n", "launch": str(number), "tool": "CodeCarbon", "tool_version": "3.3.2"}
        lines.append({"v": 1, "kind": "start", **about, **common, "power": power, "place": place, **start})
        lines.append({"v": 1, "kind": "reading", **about, "t_s": 10.0, **by_component})
    return runs_of(lines)[0]


KWH = {"cpu_kwh": 0.2, "gpu_kwh": 0.7, "ram_kwh": 0.1}
MEASURED = {"cpu": "measured", "gpu": "measured", "ram": "modelled"}
MODELLED = dict.fromkeys(MEASURED, "modelled")


# Of 400 g: meters within 5 %, the memory's model, a grid of sigma 0.12, and up to half as much more that no meter sees.
def test_what_was_measured_has_a_range_and_what_was_modelled_a_wider_one():
    measured = summarize(run((MEASURED, KWH))).record
    assert measured.range_g == (320.0, 650.0)
    more = summarize(run(({**MEASURED, "cpu": "modelled"}, KWH))).record
    assert more.modelled_share == pytest.approx(0.3)
    assert more.method == "mixed"
    assert more.range_g == (310.0, 680.0)
    assert summarize(run((MODELLED, KWH))).record.range_g == (250.0, 800.0)


def test_sampled_power_of_gpus_is_wider_than_their_counter():
    sampled = run(({"gpu": "measured"}, {"cpu_kwh": 0.0, "gpu_kwh": 1.0, "ram_kwh": 0.0}))
    counted = summarize(sampled).record.range_g
    for segment in sampled.segments:
        segment.start["power"]["gpu"] = ["measured", "NVML power samples"]
    low, high = summarize(sampled).record.range_g
    assert low < counted[0] < counted[1] < high


def test_nothing_is_said_of_a_way_or_a_grid_that_is_not_known():
    unknown = {**MEASURED, "cpu": "unknown"}
    assert summarize(run((unknown, KWH))).record.range_g is None
    assert summarize(run(({}, KWH))).record.range_g is None
    nowhere = run((MEASURED, KWH))
    nowhere.segments[0].place.pop("country_iso3")
    assert summarize(nowhere).record.range_g is None


def test_a_figure_of_which_something_is_missing_has_no_range():
    """No range around a part of the energy holds all of it."""
    partial = summarize(run((MEASURED, KWH), nodes_expected=2))
    assert partial.problems == ("Only 1 of 2 nodes were recorded; the rest is missing.",)
    assert partial.record.range_g is None


def test_a_given_intensity_is_exact_and_the_worlds_is_nearly_none():
    alone = run((MEASURED, KWH))
    alone.segments[0].place["intensity_source"] = "given by the owner"
    low, high = summarize(alone).record.range_g
    assert (low, high) == (370.0, 630.0)
    alone.segments[0].place = {"words": "world average", "intensity_g_per_kwh": 475.0, "intensity_source": "IEA 2019"}
    low, high = summarize(alone).record.range_g
    assert high / low > 10


def test_errors_of_one_way_do_not_average_out_over_segments():
    one, four = (summarize(run(*[(MODELLED, KWH)] * count)).record for count in (1, 4))
    assert four.range_g == pytest.approx([4 * end for end in one.range_g], rel=0.03)


def test_errors_of_two_grids_do():
    found = []
    for second in ("FRA", "SWE"):  # two grids whose sources differ as much
        both = run((MEASURED, KWH), (MEASURED, KWH))
        for segment, country in zip(both.segments, ("FRA", second), strict=True):
            segment.place["country_iso3"] = country
        found.append(summarize(both).record.range_g)
    same, (low, high) = found
    assert same[0] < low
    assert high < same[1]


def test_a_published_pue_has_a_range_and_a_given_one_does_not():
    place = {"cloud_provider": "gcp", "cloud_region": "europe-west3"}
    published = run((MEASURED, KWH))
    published.segments[0].place |= place
    given = run((MEASURED, KWH), pue=1.09)
    given.segments[0].place |= place
    wide, narrow = (summarize(found).record for found in (published, given))
    assert wide.emissions_g == narrow.emissions_g == 436.0
    assert wide.range_g[1] > narrow.range_g[1]


def test_a_component_that_changed_its_way_between_segments_is_partly_measured():
    record = summarize(run((MEASURED, KWH), (MODELLED, KWH))).record
    assert "RAM modelled" in record.source
    assert "GPU and CPU partly measured" in record.source
    assert record.modelled_share == pytest.approx((0.1 + 1.0) / 2)
    unknown = dict.fromkeys(MEASURED, "unknown")
    assert "GPU and CPU and RAM unknown" in summarize(run((MODELLED, KWH), (unknown, KWH))).record.source


def test_gpus_are_named_and_counted():
    gpus = {"gpus": ["NVIDIA A100-SXM4-80GB"] * 2, "cpu_model": "AMD EPYC", "cpu_threads": 64, "ram_gb": 512.0}
    record = summarize(run((MEASURED, KWH), hardware=gpus)).record
    assert record.hardware_used == "2 x NVIDIA A100-SXM4-80GB"
    assert record.cpu_model == "AMD EPYC"


def test_a_training_that_moved_to_other_hardware_names_both():
    first = {"gpus": ["NVIDIA A100-SXM4-80GB"] * 2}
    found = run((MEASURED, KWH), (MEASURED, KWH))
    found.segments[0].start["hardware"] = first
    found.segments[1].start["hardware"] = {"gpus": ["NVIDIA H100 PCIe"]}
    assert summarize(found).record.hardware_used == "2 x NVIDIA A100-SXM4-80GB and 1 x NVIDIA H100 PCIe"


def test_the_power_of_two_readings_that_come_at_once_is_that_of_the_one_before():
    from hf_emissions.recording.meter import Reading
    from hf_emissions.recording.reading_filter import ReadingFilter

    judged, powers = ReadingFilter(), []
    # 36 W are 1e-5 kWh a second; CodeCarbon gives the same figure again within 50 ms, and next to none at first.
    for at_s, kwh in [(0.04, 1e-9), (1.0, 1e-5), (1.01, 1e-5), (1.2, 1e-5), (2.0, 2e-5)]:
        judged.take(Reading(cpu_kwh=kwh), at_s)
        powers.append(round(judged.power_w, 6))
    assert powers == [0.0, 36.0, 36.0, 36.0, 36.0]
