"""Which changes of the code an audit notices, so that no result has rows of both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from in_process import ENVIRONMENT
from pyarrow import parquet

import hf_emissions

# Stops when its rows are done, and before they are in the result.
STOPPED = """
import os
from hf_emissions.audit import audit
audit.write_rows = lambda *_: os._exit(9)
"""
AUDIT = """
from hf_emissions.cli.main import main
main(["audit", "--dump", "dump.parquet", "--out", "out.parquet", "--processes", "1"])
"""
VERSIONS = """
from hf_emissions.audit.sources.dumps import Dumps
from hf_emissions.audit.versions import factors_version, rules_version, source_version
print(rules_version(), factors_version(), source_version(Dumps))
"""


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A copy of the package, to be changed."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(hf_emissions.__file__).parent, tmp_path / "src" / "hf_emissions", ignore=ignored)
    return tmp_path


def python(checkout: Path, code: str, expected: int = 0) -> str:
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(checkout / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, cwd=checkout, env=environment, capture_output=True, text=True)
    assert done.returncode == expected, done
    return done.stderr if expected else done.stdout


def change(checkout: Path, *names: str) -> None:
    for name in names:
        with (checkout / "src" / "hf_emissions" / name).open("a") as file:
            file.write("# changed\n")


CHANGES = {
    "audit/boundary.py": (True, False, False),
    "audit/scan.py": (True, False, False),
    "audit/wording.py": (True, False, False),
    "units/amounts.py": (True, False, False),
    "factors/cloud_regions.csv": (False, True, False),
    "estimation/calculators/green_algorithms.py": (False, True, False),
    "audit/sources/columns.py": (False, False, True),
    "audit/sources/hub.py": (False, False, False),
    "audit/totals.py": (False, False, False),
}


def test_a_version_covers_the_modules_that_decide_what_a_row_says(checkout):
    last = python(checkout, VERSIONS).split()
    for name, changed in CHANGES.items():
        change(checkout, name)
        now = python(checkout, VERSIONS).split()
        assert tuple(one != other for one, other in zip(last, now, strict=True)) == changed, name
        last = now


def test_a_changed_checkout_does_not_go_on_with_the_rows_of_the_old_one(checkout):
    parquet.write_table(pa.table({"id": ["lab/model"], "card": ["# Model\n"]}), checkout / "dump.parquet")
    python(checkout, STOPPED + AUDIT, expected=9)
    change(checkout, "audit/wording.py", "audit/sources/columns.py")
    assert python(checkout, AUDIT, expected=2) == (
        "Error: out.parquet.partial: an audit with another rules, source was begun here; give --restart to begin anew\n"
    )


def test_a_change_that_no_row_depends_on_is_not_in_the_way(checkout):
    parquet.write_table(pa.table({"id": ["lab/model"], "card": ["# Model\n"]}), checkout / "dump.parquet")
    python(checkout, STOPPED + AUDIT, expected=9)
    change(checkout, "audit/totals.py")
    assert python(checkout, AUDIT).startswith("1 model\n")
