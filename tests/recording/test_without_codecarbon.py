"""Without CodeCarbon: one line that says what to install, and training goes on. And importing does nothing."""

from __future__ import annotations

import pytest
from recording.helpers import run_script

pytest.importorskip("transformers")


def test_training_goes_on(out):
    done, said = run_script("without_codecarbon.py", out)
    assert done["import_changed_nothing"]
    assert done["steps"] == 12
    assert done["records"] == [None, None]
    assert "_emissions" not in done["made"]
    assert "README.md" in done["made"]  # Trainer's own
    lines = [line for line in said.splitlines() if "hf-emissions" in line]
    assert lines == [
        f"hf-emissions: recording emissions needs an extra: pip install 'hf-emissions[train]'; {what} without it"
        for what in ("training goes on", "the code runs")
    ]
