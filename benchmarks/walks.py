"""The files that a figure passes through, in the order in which they are entered.

    python benchmarks/walks.py                     # all three walks
    python benchmarks/walks.py --package OTHER/src  # those of another checkout, without importing this one

Three walks: the end of a training to its README, a tracker's file to a card, a card in a folder to its audit row. Each
is run. Listed are the files of the package with a function that is given or returns what carries a figure, and counted
all whose functions are entered. `units`, `errors` and `terminal` are not: they know numbers and texts alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import FrameType

_NO_STATIONS = ("units", "errors", "terminal")
# Attributes and keys that carry a figure, in any of the package's types.
_CARRIED = frozenset({"emissions_g", "energy_kwh", "median_g", "reported_g", "total_kwh", "kwh"})
_CARD = "---\nlicense: mit\n---\n# A model\n\nTrained on 8 A100 SXM for 12 hours in Germany.\n"
_ROW = {
    "timestamp": "2026-11-01T10:00:00",
    "project_name": "p",
    "run_id": "0c2b7f5e-5a3c-4d38-9c64-1a7d34a1b7f1",
    "duration": "3600.0",
    "emissions": "0.381",
    "energy_consumed": "1.0",
    "country_name": "Germany",
    "country_iso_code": "DEU",
    "tracking_mode": "machine",
    "pue": "1.0",
}


class Walk:
    """Files of the package that are entered while it is traced, and those through which a figure passes, in order."""

    def __init__(self, package: Path) -> None:
        self._package = package
        self.entered: dict[str, None] = {}
        self.with_figure: dict[str, None] = {}
        self._on = False
        # From now on, since a thread that already runs is out of reach.
        threading.setprofile(self._see)
        sys.setprofile(self._see)

    def __enter__(self) -> Walk:
        self._on = True
        return self

    def __exit__(self, *raised: object) -> None:
        self._on = False

    def _see(self, frame: FrameType, event: str, given: object) -> None:
        code = frame.f_code
        if not self._on or event not in ("call", "return") or not code.co_filename.startswith(str(self._package)):
            return
        # The body of a module or a class, and what a dataclass does by itself.
        if code.co_name[0].isupper() or code.co_name.startswith(("<module>", "__")):
            return
        room = Path(code.co_filename).relative_to(self._package).with_suffix("").as_posix()
        if room.startswith(_NO_STATIONS):
            return
        self.entered.setdefault(room)
        if any(map(_is_figure, frame.f_locals.values() if event == "call" else [given])):
            self.with_figure.setdefault(room)


def _is_figure(value: object) -> bool:
    """A carrier of emissions or energy, or some of them, or the text of a card with its block."""
    if isinstance(value, str):
        return "co2_eq_emissions:" in value
    if isinstance(value, list | tuple):
        return any(map(_is_figure, value[:3]))
    if isinstance(value, dict):
        return not _CARRIED.isdisjoint(value)
    module = type(value).__module__
    return module.startswith("hf_emissions") and any(
        getattr(value, name, None) is not None and not callable(getattr(value, name)) for name in _CARRIED
    )


def _command(*arguments: str) -> Callable[[Walk], None]:
    def run(walk: Walk) -> None:
        from hf_emissions.cli.main import main

        with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as said, walk:
            try:
                main(list(arguments))
            except SystemExit as ended:
                if ended.code not in (0, None, 1):
                    raise RuntimeError(said.getvalue()) from ended

    return run


def _training(walk: Walk) -> None:
    import torch
    from transformers import Trainer, TrainerCallback, TrainerState, TrainingArguments

    from hf_emissions import EmissionsCallback

    class Starts(TrainerCallback):  # type: ignore[misc]
        """Begins to trace behind the last step."""

        def on_step_end(self, args: object, state: TrainerState, *_: object, **__: object) -> None:  # noqa: ARG002
            if state.global_step == state.max_steps:
                walk.__enter__()

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Linear(1, 1)

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"loss": self.weight(x).square().mean()}

    Path("out").mkdir()
    Path("out/README.md").write_text(_CARD, encoding="utf-8")
    arguments = TrainingArguments("out", max_steps=200, report_to=[], disable_tqdm=True, save_strategy="no")
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        data = [{"x": [float(i)]} for i in range(64)]
        callbacks = [Starts(), EmissionsCallback(country="DEU")]
        Trainer(Model(), arguments, train_dataset=data, callbacks=callbacks).train()
    walk.__exit__()
    assert "co2_eq_emissions" in Path("out/README.md").read_text(encoding="utf-8")


def _in_a_folder(run: Callable[[Walk], None], walk: Walk) -> None:
    """Run with a card, a tracker's file and a folder of one card at hand."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, chdir(folder):
        Path("README.md").write_text(_CARD, encoding="utf-8")
        Path("emissions.csv").write_text("\n".join([",".join(_ROW), ",".join(_ROW.values())]), encoding="utf-8")
        Path("cards").mkdir()
        stated = _CARD.replace("license: mit", "co2_eq_emissions:\n  emissions: 4200\n  source: CodeCarbon")
        Path("cards/README.md").write_text(stated, encoding="utf-8")
        run(walk)


def _walks() -> dict[str, Callable[[Walk], None]]:
    return {
        "the end of a training -> README": _training,
        "a tracker's file -> card": _command("import", "emissions.csv", "--into", "README.md"),
        "a card in a folder -> audit row": _command(
            "audit", "--cards", "cards", "--out", "rows.jsonl", "--processes", "1"
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--package", type=Path, default=Path(__file__).parent.parent / "src", help="folder with the package"
    )
    package = parser.parse_args().package.resolve()
    sys.path.insert(0, str(package))
    os.environ["HF_HUB_OFFLINE"] = "1"
    for name, run in _walks().items():
        _in_a_folder(run, Walk(package / "hf_emissions"))  # for the imports, which run functions of their own
        walk = Walk(package / "hf_emissions")
        _in_a_folder(run, walk)
        print(f"{name}: the figure passes through {len(walk.with_figure)} of {len(walk.entered)} files")
        print("  " + ", ".join(walk.with_figure))


if __name__ == "__main__":
    main()
