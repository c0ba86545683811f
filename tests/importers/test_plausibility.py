"""What is doubted: sound files hardly ever, and each kind of fault by its numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from importers.generated import COLUMNS, files
from in_process import call

SAMPLES = Path(__file__).parent / "samples"
# Doubts that are right: tasks set the clock back to 2 s of 5 s; and of epochs eco2AI counted memory alone.
RIGHT = {
    "codecarbon/flush_then_task.csv": "of the last task alone",
    "codecarbon/with_tasks.csv": "of the last task alone",
    "eco2ai/emission.csv": "a part of it was not metered",
}
# One sound file of twenty may be doubted, and no more.
MOST_FALSE = 0.05


def warned(done) -> list[str]:
    return [words for one in json.loads(done.out or '{"runs": []}')["runs"] for words in one["warnings"]]


@pytest.mark.parametrize("seed", [17, 18, 19])
def test_sound_files_are_hardly_ever_doubted(run, tmp_path, seed):
    for number, text in enumerate(files(seed)):
        (tmp_path / f"{number}.csv").write_text(text)
    found = [warned(run(f"{number}.csv", "--format", "json")) for number in range(50)]
    false = [words for words in found if words]
    print(f"seed {seed}: {len(false)} of {len(found)} generated files are doubted falsely: {false[:3]}")
    assert len(false) <= MOST_FALSE * len(found)


def test_samples_are_doubted_where_that_is_right(tmp_path):
    found = {}
    for path in sorted(SAMPLES.rglob("*.*")):
        done = call(["import", str(path), "--format", "json"], tmp_path)
        if warned(done):
            found[str(path.relative_to(SAMPLES))] = warned(done)
    false = {name: words for name, words in found.items() if RIGHT.get(name, "?") not in words[0]}
    count = len(list(SAMPLES.rglob("*.*")))
    print(f"{len(false)} of {count} samples are doubted falsely: {false}")
    assert len(false) <= MOST_FALSE * count


@pytest.fixture
def sound(tmp_path):
    """A sound run with some cells changed: 10 h of an A100 in Germany with CodeCarbon 3.0.4."""

    def write(name: str = "e.csv", **changes: object) -> str:
        cells = {
            **dict.fromkeys(COLUMNS, ""),
            "timestamp": "2025-03-04T10:00:00",
            "project_name": "p",
            "run_id": "a1",
            "duration": 36_000.0,
            "emissions": 1.3716,
            "energy_consumed": 3.6,
            "cpu_energy": 0.3,
            "gpu_energy": 3.0,
            "ram_energy": 0.3,
            "cpu_power": 30.0,
            "gpu_power": 28.0,
            "ram_power": 30.0,
            "country_name": "Germany",
            "country_iso_code": "DEU",
            "os": "Linux-6.1",
            "codecarbon_version": "3.0.4",
            "cpu_count": 8,
            "gpu_count": 1,
            "gpu_model": "1 x NVIDIA A100-SXM4-80GB",
            "tracking_mode": "machine",
            "pue": 1.0,
        } | changes
        (tmp_path / name).write_text(",".join(COLUMNS) + "\n" + ",".join(map(str, cells.values())) + "\n")
        return name

    return write


def doubted(run, path: str, *more: str) -> str:
    return " / ".join(warned(run(path, *more, "--format", "json")))


class TestDuration:
    def test_a_gpu_that_is_idle_at_the_end_is_no_doubt(self, run, sound):
        assert doubted(run, sound()) == ""

    @pytest.mark.parametrize(
        ("duration_s", "is_doubted"),
        # 0.3 kWh at 30 W are 10 h; half as long again is told apart, and what is nearer is not.
        [(36_000, False), (25_000, False), (24_100, False), (23_900, True), (1_800, True), (90_000, False)],
    )
    def test_against_memory(self, run, sound, tmp_path, duration_s, is_doubted):
        path = sound(duration=duration_s)
        assert ("of the last task alone" in doubted(run, path)) == is_doubted
        run(path, "--into", "README.md")
        assert ("hours_used" not in (tmp_path / "README.md").read_text()) == is_doubted

    def test_a_process_has_no_constant_memory(self, run, sound):
        assert doubted(run, sound(duration=20_000, tracking_mode="process")) == ""

    @pytest.mark.parametrize(("release", "power_w"), [("2.8.4", 30.0), ("3.3.2", 48.0)])
    def test_a_pue_is_no_duration(self, run, sound, release, power_w):
        # 10 h at 30 W and a PUE of 1.6.
        path = sound(codecarbon_version=release, pue=1.6, ram_energy=0.48, ram_power=power_w)
        assert doubted(run, path) == ""

    def test_hours_of_a_sum_lack_a_doubted_one(self, run, sound, tmp_path):
        one = Path(tmp_path, sound("a.csv")).read_text()
        other = Path(tmp_path, sound("b.csv", run_id="b", duration=340, timestamp="2025-04-01T10:00:00")).read_text()
        (tmp_path / "both.csv").write_text(one + other)
        done = json.loads(run("both.csv", "--all", "--format", "json").out)["runs"][0]
        assert done["record"]["energy_kwh"] == 7.2
        assert "duration_s" not in done["record"]


class TestIntensity:
    @pytest.mark.parametrize(
        ("code", "region", "g_per_kwh", "words"),
        [
            ("CAN", "quebec", 3.94, ""),
            ("CAN", "quebec", 24.0, "24 g/kWh, and the grid of Quebec, Canada has 3.94"),
            ("USA", "california", 179.1, ""),
            ("USA", "california", 40.0, "40 g/kWh, and the grid of California, United States has"),
            ("FRA", "", 56.0, ""),
            ("FRA", "", 270.0, "270 g/kWh, and the grid of France has 56"),
        ],
    )
    def test_within_one_basis(self, run, sound, code, region, g_per_kwh, words):
        name = {"CAN": "Canada", "USA": "United States", "FRA": "France"}[code]
        path = sound(country_name=name, country_iso_code=code, region=region, emissions=3.6 * g_per_kwh / 1000)
        assert words in doubted(run, path)
        assert bool(doubted(run, path)) == bool(words)


class TestReleases:
    @pytest.mark.parametrize(
        ("system", "release", "is_doubted"),
        [
            ("Windows-11-10.0.22631-SP0", "3.0.2", True),
            ("Windows-10-10.0.19045-SP0", "3.2.2", True),
            ("Windows-10-10.0.19045-SP0", "3.2.3", False),
            ("Windows-10-10.0.19045-SP0", "2.8.4", False),
            ("Linux-6.1", "3.1.0", False),
        ],
    )
    def test_windows_that_took_cores_for_processors(self, run, sound, system, release, is_doubted):
        assert ("mlco2/codecarbon#1054" in doubted(run, sound(os=system, codecarbon_version=release))) == is_doubted

    def test_the_power_of_the_processor_is_said(self, run, sound):
        model = "Intel(R) Core(TM) i7-9700 CPU @ 3.00GHz"
        path = sound(os="Windows-10", codecarbon_version="3.1.0", cpu_power=520.0, cpu_model=model)
        assert "cpu_power is 520 W, 8 x 65 W" in doubted(run, path)

    @pytest.mark.parametrize(
        ("changes", "is_doubted"),
        [
            ({"gpu_energy": 0.0}, True),
            ({"gpu_energy": 1e-6}, True),
            ({"gpu_energy": 0.006}, False),
            ({"gpu_energy": 0.0, "duration": 50.0, "ram_energy": 0.3 * 50 / 36_000}, False),
            ({"gpu_energy": 0.0, "gpu_model": "", "gpu_count": ""}, False),
            ({"gpu_energy": "", "gpu_model": "1 x Tesla V100"}, False),
            ({"gpu_energy": 0.0, "gpu_model": "Apple M1 Pro"}, False),
        ],
    )
    def test_gpus_without_a_counter(self, run, sound, changes, is_doubted):
        # 0.6 kWh without the GPU, in 10 h or in 50 s of them.
        share = changes.get("duration", 36_000.0) / 36_000
        path = sound(**{"energy_consumed": 0.6 * share, "emissions": 0.2286 * share, **changes})
        assert ("mlco2/codecarbon#1316" in doubted(run, path)) == is_doubted
