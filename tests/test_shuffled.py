"""The tests run in any order, and in the same one for the same seed."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub.constants
from shuffled import shuffled

ITEMS = [SimpleNamespace(path=Path(file), number=number) for file in "abcdef" for number in range(6)]


def test_no_test_is_lost_and_files_stay_together():
    found = shuffled(ITEMS, 1)
    assert sorted(map(id, found)) == sorted(map(id, ITEMS))
    assert len([path for path, _ in itertools.groupby(found, lambda item: item.path)]) == 6


def test_the_seed_gives_the_order_of_files_and_of_the_tests_in_each():
    assert shuffled(ITEMS, 1) == shuffled(ITEMS, 1)
    orders = [shuffled(ITEMS, seed) for seed in range(20)]
    assert len({"".join(str(item.path) for item in order) for order in orders}) > 15
    assert len({tuple(item.number for item in order if item.path == Path("a")) for order in orders}) > 15


def collected(*options: str) -> str:
    """What a pytest of its own says of the tests of this file, in the order in which it would run them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", *options, __file__]
    around = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    folder = Path(__file__).parent.parent
    return subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, check=True).stdout


def test_without_a_seed_the_order_is_that_of_the_file_and_with_one_it_is_said():
    plain, other = collected(), collected("--shuffle=5")
    first, second = ([line.strip() for line in said.splitlines() if "<Function" in line] for said in (plain, other))
    written = [
        line.partition("(")[0] for line in Path(__file__).read_text().splitlines() if line.startswith("def test")
    ]
    assert first == [f"<Function {line.removeprefix('def ')}>" for line in written]
    assert (second != first, sorted(second) == sorted(first)) == (True, True)
    assert "the order of the tests is drawn with --shuffle=5" in other
    assert "--shuffle" not in plain


def test_the_hubs_client_is_told_to_stay_offline_before_it_is_imported():
    """It reads this once: whichever test imports it, alone or behind others, it is the same."""
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert huggingface_hub.constants.HF_HUB_OFFLINE
