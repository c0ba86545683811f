"""What others rely on: the names and signatures of the package, and the keys of every JSON document.

`public_face.json` is what they were. Where one changes on purpose, `make docs` writes the file again; its difference
belongs into CHANGELOG.md.
"""

from __future__ import annotations

import inspect
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers")
pytest.importorskip("codecarbon")

from in_process import call

import hf_emissions

FACE = Path(__file__).with_name("public_face.json")
CARD = "---\nlicense: mit\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon 3.3.2\n---\n\n# A model\n"
RUN = "timestamp,project_name,run_id,duration,emissions,energy_consumed,country_iso_code,codecarbon_version\n"
RUN += "2026-11-01T10:00:00,p,a,60,0.762,2.0,DEU,3.3.2\n"
COMMANDS = {
    "show": ["show", "README.md", "--equivalents"],
    "add": ["add", "README.md", "--emissions", "13 g", "--overwrite", "--dry-run"],
    "remove": ["remove", "README.md", "--dry-run"],
    "check": ["check", "README.md", "--with-estimates"],
    "rules": ["rules"],
    "import": ["import", "emissions.csv"],
    "estimate": ["estimate", "--energy", "2 kWh", "--country", "DEU", "--equivalents"],
    "audit": ["audit", "--cards", "cards"],
    "runs": ["runs", "out"],
}


def attributes(value: type) -> list[str]:
    """Public attributes of a class that are its own, not those of a base class of somebody else."""
    return sorted(name for name in vars(value) if not name.startswith("_"))


def names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in hf_emissions.__all__:
        value = getattr(hf_emissions, name)
        found[name] = attributes(value) if inspect.isclass(value) else str(inspect.signature(value))
    return found


def keys(value: Any) -> Any:
    """The keys of a document with the kinds of their values; a list is known by its first item."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [keys(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def documents() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "README.md").write_text(CARD)
        (folder / "emissions.csv").write_text(RUN)
        (folder / "cards" / "a").mkdir(parents=True)
        (folder / "cards" / "a" / "README.md").write_text(CARD)
        with hf_emissions.record_emissions(folder / "out", country="DEU", training_type="fine-tuning"):
            time.sleep(1.0)  # one that ends before its meter begins has no range
        said = {name: call([*words, "--format", "json"], folder).out for name, words in COMMANDS.items()}
    return {name: keys(json.loads(document)) for name, document in said.items()}


@pytest.mark.train
def test_names_and_documents_are_as_they_were():
    assert {"names": names(), "documents": documents()} == json.loads(FACE.read_text("utf-8")), "see the docstring"


def _write() -> None:
    face = {"names": names(), "documents": documents()}
    FACE.write_text(json.dumps(face, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
