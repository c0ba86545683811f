"""Everything that is read from a file, field by field: what `readings.json` says, which was held against each file.

Where a reading changes on purpose, `python tests/importers/test_readings.py` writes the document anew; its difference
says what has changed.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from importers.flat import flat
from importers.readings import CASES

from hf_emissions.errors import HfEmissionsError
from hf_emissions.importers.detect import read_file
from hf_emissions.importers.tracked import Tracked

READINGS = Path(__file__).with_name("readings.json")
SAMPLES = Path(__file__).parent / "samples"


def read(path: Path) -> Any:
    """What is said of each run, and each error; what a run does not have is left out."""
    try:
        found = read_file(path, called=path.name)
        said = [*map(_said, found.runs), *map(str, found.stray)]
    except HfEmissionsError as error:
        said = [str(error)]
    # The other log of a pair is named by its path.
    return json.loads(json.dumps(said).replace(f"{path.parent}/", ""))


def _said(run: Tracked) -> dict[str, Any]:
    values = flat(run)
    usual = {"is_part": False, "whole_machine": False, "meters": True, "pue": 1.0, "pue_assumed": False}
    kept = {name: value for name, value in values.items() if value not in (None, ()) and value != usual.get(name)}
    return kept if values["pue"] is not None else {**kept, "pue": None}


def of_case(name: str, folder: Path) -> Any:
    for file, text in CASES[name].items():
        (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(folder / next(iter(CASES[name])))


def samples() -> list[str]:
    found = (path for path in SAMPLES.rglob("*") if path.suffix in (".csv", ".json", ".jsonl", ".log", ".md", ".tex"))
    return sorted(path.relative_to(SAMPLES).as_posix() for path in found)


EXPECTED = json.loads(READINGS.read_text(encoding="utf-8"))


def test_each_reading_is_of_a_file_that_is_there():
    assert set(EXPECTED) == {*CASES, *samples()}


@pytest.mark.parametrize("name", CASES)
def test_a_small_file(name, tmp_path):
    assert of_case(name, tmp_path) == EXPECTED[name]


@pytest.mark.parametrize("name", samples())
def test_a_file_that_a_tracker_wrote(name):
    assert read(SAMPLES / name) == EXPECTED[name]


def _write() -> None:
    found: dict[str, Any] = {}
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = of_case(name, Path(folder))
    found |= {name: read(SAMPLES / name) for name in samples()}
    READINGS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
