"""The property tests draw the same examples every time, whatever else a worker has loaded, and others on request."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DRAW = """
import importlib, sys
import chance
from hypothesis import given, settings, strategies as st

profile, *modules = sys.argv[1:]
for module in modules:
    importlib.import_module(module)
chance.register_profiles()
settings.load_profile(profile)
if profile == chance.SAME:
    chance.pin()

@given(st.lists(st.text() | st.integers() | st.floats()))
@chance.examples(30)
def draw(drawn):
    seen.append(drawn)

seen = []
draw()
print(len(seen), seen)
"""


def drawn(profile: str, *modules: str, hash_seed: int = 0) -> tuple[int, str]:
    """How many examples a process of its own draws, and which."""
    tests = Path(__file__).parent
    path = os.pathsep.join(filter(None, [str(tests), os.environ.get("PYTHONPATH")]))
    around = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": str(hash_seed), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", DRAW, profile, *modules]
    run = subprocess.run(command, cwd=tests.parent, env=around, capture_output=True, text=True, check=True)
    count, _, examples = run.stdout.partition(" ")
    return int(count), examples


def test_the_examples_are_the_same_whatever_is_loaded_and_however_sets_are_ordered():
    first = drawn("same")
    assert first == drawn("same", "hf_emissions.cli.main", "hf_emissions.units", "hf_emissions.card.patch", hash_seed=7)
    assert first[0] == 30


def test_a_random_run_has_ten_times_as_many_and_others_each_time():
    first, second = drawn("random"), drawn("random")
    assert (first[0], second[0]) == (300, 300)
    assert first[1] != second[1]
