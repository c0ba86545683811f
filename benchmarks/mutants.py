"""How many small changes of the code the tests notice: mutation testing by cosmic-ray, in a copy of the checkout.

    make mutants                                  # every module, up to 150 changes each: hours
    make mutants OF="record audit/totals"         # some of them
    make mutants OF=importers/sum_runs.py MOST=40    # a file, by the tests of its module; 40 changes
    make mutants OF=record SEED=7                 # other changes

Prints the changes that no test noticed, and for each module the score. Leaves with 1 where one is below 85 %.

cosmic-ray and not mutmut, because mutmut changes functions alone, and a threshold stands outside of them.
"""

from __future__ import annotations

import argparse
import ast
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import parso
from cosmic_ray.ast import ast_nodes, get_ast, is_number
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators import number_replacer
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider

ROOT = Path(__file__).parent.parent
SOURCE = Path("src/hf_emissions")
# Of each module what is changed, and the tests that have to notice: those beside it, the quick ones first.
MODULES: dict[str, tuple[str, str]] = {
    "units": ("units", "test_found_amounts.py test_units.py facts/test_amounts.py cli/test_estimate.py"),
    "record": ("record", "test_record.py test_site.py test_block.py"),
    "card": ("card", "test_block.py card cli/test_add.py cli/test_remove.py cli/test_show.py"),
    "importers": ("importers", "importers"),
    "estimation": ("estimation", "estimation"),
    "audit/totals": ("audit/totals.py", "audit/test_totals.py audit/test_sums.py"),
    "audit/trainings": ("audit/trainings.py", "audit/test_trainings.py audit/test_sums.py"),
    "recording/power": (
        "recording/power.py recording/reading_filter.py recording/gpus.py recording/sharing.py",
        "recording/test_reading_filter.py recording/test_power.py recording/test_gpus.py recording/test_sharing.py"
        " recording/test_late_meters.py recording/test_runs.py",
    ),
    "recording/place": ("recording/place.py", "recording/test_places.py recording/test_runs.py"),
    "rules": ("rules", "rules test_rules.py cli/test_check.py cli/test_check_fix.py"),
}
LEAST = 0.85
# Longer than the tests take undisturbed by so much is a change that made them hang, which they notice by that. Much,
# because a machine that something else keeps busy in between is no hang.
_TIMES_AS_LONG, _MORE_S = 6, 30

# What is no change of what the code does: a number by one, where a threshold is meant to be about right (ours changes
# it by half instead), and a decorator that remembers what was worked out.
_LEFT_OUT = {"NumberReplacer", "RemoveDecorator", "VariableReplacer", "VariableInserter"}
# Arguments which, where they are True, assert what holds anyway: that sizes agree, that nothing is set later on, and
# that fields are given by name.
_ASSERTED = {"zip": {"strict"}, "dataclass": {"frozen", "slots", "kw_only"}}


class Number(Operator):  # type: ignore[misc]
    """A number half as large again, and half as large; 0, 1 and 2 by one."""

    def mutation_positions(self, node):
        if is_number(node):
            yield from [(node.start_pos, node.end_pos)] * len(_others(node.value))

    def mutate(self, node, index):
        return parso.python.tree.Number(f" {_others(node.value)[index]}", node.start_pos)

    @classmethod
    def examples(cls):
        return (number_replacer.Example("x = 0.5", "x = 0.75"), number_replacer.Example("x = 2", "x = 3"))


def _others(written: str) -> list[str]:
    value = ast.literal_eval(written)
    if not isinstance(value, (int, float)):
        return []
    if isinstance(value, float):
        return [repr(value * 1.5 if value else 1.0), repr(value / 2 if value else -1.0)]
    return [str(value + max(1, value // 2)), str(value - max(1, value // 2))]


class Mutant(NamedTuple):
    """One change of one file: the operator's name, its how-manieth place, and where that is."""

    file: Path
    operator: str
    occurrence: int
    start: tuple[int, int]
    end: tuple[int, int]


def operators() -> dict[str, Operator]:
    provider = OperatorProvider()
    kept = {name: provider[name]() for name in provider if name not in _LEFT_OUT}
    return {**kept, "Number": Number()}


def mutants_of(file: Path) -> Iterator[Mutant]:
    """Every change of a file, without those of types, which nothing runs, and of what asserts alone."""
    text = (ROOT / file).read_text(encoding="utf-8")
    tree, unread = get_ast(text), list(_without_behaviour(text))
    for name, operator in operators().items():
        places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
        for number, (start, end) in enumerate(places):
            if not any(first <= start and end <= last for first, last in unread):
                yield Mutant(file, name, number, start, end)


def _without_behaviour(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where annotations stand, what only a type checker reads, and assertions that always hold."""
    for node in ast.walk(ast.parse(text)):
        for one in _unread(node):
            yield (one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    """What of a node changes no behaviour."""
    yield from filter(None, (getattr(node, name, None) for name in ("annotation", "returns")))
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        yield node
    if isinstance(node, ast.Call):
        asserted = _ASSERTED.get(ast.unparse(node.func), ())
        yield from (one for one in node.keywords if one.arg in asserted and ast.unparse(one.value) == "True")
    if isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == ["__slots__"]:
        yield node


def drawn(mutants: Sequence[Mutant], most: int, seed: int) -> list[Mutant]:
    """So many of them at most, from as many places as there are."""
    shuffled = random.Random(seed).sample(list(mutants), len(mutants))
    rounds: dict[tuple[Path, tuple[int, int]], int] = {}
    ranked = []
    for index, mutant in enumerate(shuffled):
        place = mutant.file, mutant.start
        rounds[place] = rounds.get(place, 0) + 1
        ranked.append((rounds[place], index, mutant))
    return [mutant for _, _, mutant in sorted(ranked)[:most]]


def python_files(names: Iterable[str]) -> list[Path]:
    paths = [SOURCE / name for name in names]
    return [
        file.relative_to(ROOT)
        for path in paths
        for file in (sorted((ROOT / path).rglob("*.py")) if (ROOT / path).is_dir() else [ROOT / path])
    ]


class Copy:
    """A copy of the checkout, in which one mutant after the other is tried."""

    def __init__(self, folder: Path, python: str, tests: str) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        )
        for name in filter(None, listed.stdout.decode().splitlines()):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        self._command = [python, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow and not shared"]
        self._command += [f"tests/{name}" for name in tests.split()]
        self._around = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        self._around |= {"OMP_WAIT_POLICY": "PASSIVE", "PYTHONHASHSEED": "0"}

    def passes(self, most_s: float | None = None) -> bool:
        """Whether the tests pass; in a session of their own, so that none of their processes outlives them."""
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                self._command, cwd=self.folder, env=self._around, stdout=said, stderr=said, start_new_session=True
            )
            try:
                code = process.wait(most_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                return False
            if code and most_s is None:
                said.seek(0)
                sys.exit(f"{said.read().decode(errors='replace')[-2000:]}\nthe tests fail without any change")
        return code == 0

    def survives(self, mutant: Mutant, most_s: float) -> bool:
        path = self.folder / mutant.file
        before = path.read_text(encoding="utf-8")
        try:
            path.write_text(mutated(mutant), encoding="utf-8")
            return self.passes(most_s)
        finally:
            path.write_text(before, encoding="utf-8")


def mutated(mutant: Mutant) -> str:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    found = mutate_code(text, operators()[mutant.operator], mutant.occurrence)
    assert found is not None
    return str(found)


def shown(mutant: Mutant) -> str:
    """Where a mutant is, and what has become of its line."""
    before = (ROOT / mutant.file).read_text(encoding="utf-8").splitlines()
    after = mutated(mutant).splitlines()
    old, new = next((pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]), ("", ""))
    return f"  {mutant.file}:{mutant.start[0]}: {mutant.operator}\n    - {old.strip()}\n    + {new.strip()}"


def score(name: str, sources: str, tests: str, how: argparse.Namespace) -> float:
    """The part of the mutants that the tests noticed; the others are printed."""
    every = [mutant for file in python_files(sources.split()) for mutant in mutants_of(file)]
    chosen = drawn(every, how.most, how.seed)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: queue.Queue[Copy] = queue.Queue()
        for number in range(how.processes):
            copies.put(Copy(Path(folder) / str(number), how.python, tests))
        began, first = time.monotonic(), copies.get()
        first.passes()
        most_s = _TIMES_AS_LONG * (time.monotonic() - began) + _MORE_S
        copies.put(first)

        def lives(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                alive = copy.survives(mutant, most_s)
            finally:
                copies.put(copy)
            print("S" if alive else ".", end="", file=sys.stderr, flush=True)
            return alive

        with ThreadPoolExecutor(how.processes) as pool:
            living = [mutant for mutant, alive in zip(chosen, pool.map(lives, chosen), strict=True) if alive]
    print(file=sys.stderr)
    for mutant in sorted(living):
        print(shown(mutant), flush=True)
    killed = len(chosen) - len(living)
    share = killed / len(chosen) if chosen else 1.0
    print(
        f"{name}: {killed} of {len(chosen)} noticed ({share:.0%}), {len(every)} possible, seed {how.seed}", flush=True
    )
    return share


def module_of(name: str) -> tuple[str, str]:
    """What is changed and tested for a module, or for a file or folder of one."""
    if name in MODULES:
        return MODULES[name]
    for sources, tests in MODULES.values():
        if (
            any(name == one or name.startswith(f"{one}/") for one in sources.split())
            and (ROOT / SOURCE / name).exists()
        ):
            return name, tests
    sys.exit(f"{name} is no module that is tested so: {', '.join(MODULES)}, or a file of one")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("of", nargs="*", default=list(MODULES), help="modules, or files of them")
    parser.add_argument("--most", type=int, default=150, help="so many changes a module")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--python", default=str(ROOT / ".venv/test/bin/python"), help="that runs the tests")
    how = parser.parse_args()
    scores = [score(name, *module_of(name), how) for name in how.of]
    return 1 if min(scores) < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
