"""docs/import.md: one training that four trackers recorded at the same time, as the files in `compare/` have it.

`make/compare.py` recorded it; `python tests/importers/test_compare.py` writes the table.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from in_process import call

from hf_emissions import read_card, units

HERE = Path(__file__).parent / "compare"
PAGE = Path(__file__).parents[2] / "docs" / "import.md"
TABLE = re.compile(r"(?<=<!-- compare -->\n).*?(?=<!-- end of compare -->)", re.DOTALL)
BEFORE = (
    "The demo's model was fine-tuned for 71 s on two cores, without a meter or a network. Each tracker that can be\n"
    "told a place was told Germany:"
)
AFTER = (
    "The figures for the same seconds differ by a factor of 100, because the tools assume different power, count\n"
    "different things, and use different grids. Only the callback says that the power is modelled and not metered.\n"
    "`import` takes over what the files say, in grams, with boundary, PUE and intensity, and no place that the\n"
    "tracker did not find. `--country` makes the grids equal. Nothing makes the models equal."
)
FILES = {
    "CodeCarbon 3.3.2": (
        "codecarbon.csv",
        "82 % of the energy is the 20 W that it takes this memory to draw; the processor, by its load, 4 W",
    ),
    "eco2AI 0.3.12": (
        "eco2ai.csv",
        "counts the load of its own process; recording from beside the training, it saw next to none of it",
    ),
    "Carbontracker 2.4.7": (
        "job_carbontracker_output.log",
        "60 W, half of the rated power of a processor that it takes for this one; PUE 1.58; the world's mean grid",
    ),
}


def imported(name: str, *more: str) -> dict:
    """What `import` says of a file, whether or not it takes the figure over."""
    with tempfile.TemporaryDirectory() as folder:
        done = call(["import", str(HERE / name), *more, "--format", "json"], Path(folder))
    return json.loads(done.out)["runs"][0]


def line(tool: str, written: dict, covers: str, taken: str, again_g: float | None, why: str) -> str:
    grams, kwh = written["emissions_g"], written["energy_kwh"]
    parts = [
        tool,
        units.format_mass(grams),
        units.format_energy(kwh),
        f"{kwh * 3.6e6 / written['duration_s']:.3g} W",
        covers,
        f"{grams / kwh:.0f} g/kWh",
        taken,
        "" if again_g is None else units.format_mass(again_g),
        why,
    ]
    return f"| {' | '.join(parts)} |\n"


def line_of_file(tool: str, name: str, why: str) -> str:
    run, again = imported(name), imported(name, "--country", "DE")["record"]
    covers = f"{again['boundary']}{', PUE 1.58' if again['pue'] != 1.0 else ''}"
    taken = (
        "no figure: the place is not known"
        if run["record"] is None
        else units.format_mass(run["record"]["emissions_g"])
    )
    return line(tool, run["as_written"], covers, taken, again["emissions_g"], why)


def table() -> str:
    head = (
        "| tracker | says | energy | mean power | covers | intensity | `import` | with `--country DE` | why |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
    )
    own = read_card((HERE / "callback.md").read_text()).known()
    why = "CodeCarbon, from inside the training"
    rows = [line("`EmissionsCallback`", own, own.get("boundary", "node"), "", None, why)]
    rows += [line_of_file(tool, name, why) for tool, (name, why) in FILES.items()]
    return f"\n{BEFORE}\n\n{head}{''.join(rows)}\n{AFTER}\n\n"


def test_the_table_is_what_the_files_say():
    assert TABLE.search(PAGE.read_text(encoding="utf-8"))[0] == table(), f"run: python {Path(__file__).name}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(table().replace("\\", "\\\\"), text), encoding="utf-8")
