"""A powercap tree of files, and CodeCarbon pointed at it."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .curve import Counter

SCRIPT = "curve.json"


def build(root: Path, counters: list[Counter]) -> Path:
    """Write a tree of one package per counter below `root`."""
    for index, counter in enumerate(counters):
        package = root / "intel-rapl" / f"intel-rapl:{index}"
        package.mkdir(parents=True, exist_ok=True)
        (package / "name").write_text(f"package-{index}\n")
        (package / "max_energy_range_uj").write_text(f"{counter.range_uj}\n")
        (package / "energy_uj").write_text(f"{counter.start_uj}\n")
        (package / SCRIPT).write_text(json.dumps(counter.as_json()))
    return root


def counters_of(root: Path) -> list[Counter]:
    """The counters that a tree was built with."""
    return [Counter(**json.loads(path.read_text())) for path in sorted(root.glob(f"intel-rapl/*/{SCRIPT}"))]


def true_joules(root: Path, begin: float, end: float) -> float:
    """What all packages of a tree drew between two times."""
    return sum(counter.between(begin, end) for counter in counters_of(root))


def ram_power_w() -> float:
    """The constant with which CodeCarbon models the memory of this machine."""
    ram = importlib.import_module("codecarbon.external.ram").RAM(tracking_mode="machine")
    return float(ram.total_power().W)


def point_at(root: Path) -> None:
    """Have trackers that are made from now on find their counters below `root`."""
    cpu = importlib.import_module("codecarbon.core.cpu")
    hardware = importlib.import_module("codecarbon.external.hardware")
    # The folder "subsystem" of the real default would not be searched; its parent is.
    path = str(root / "intel-rapl")
    for function in (cpu.is_rapl_available, cpu.IntelRAPL.__init__, hardware.CPU.__init__):
        _set_default(function, "rapl_dir", path)
    with contextlib.suppress(ImportError):
        importlib.import_module("codecarbon.core.hardware_cache").clear_cache()


def drive(clock: Callable[[], float] = time.monotonic) -> None:
    """Have every counter read as its script says for the time of `clock`, at the moment in which it is read."""
    rapl = importlib.import_module("codecarbon.core.rapl")
    scripts: dict[str, Counter] = {}

    def read(path: Any, *args: Any, **kwargs: Any) -> Any:
        if path not in scripts:
            script = Path(path).with_name(SCRIPT)
            if Path(path).name != "energy_uj" or not script.exists():
                return open(path, *args, **kwargs)  # noqa: PTH123 - stands for the builtin
            scripts[path] = Counter(**json.loads(script.read_text()))
        return io.StringIO(scripts[path].text(clock()))

    rapl.open = read  # shadows the builtin in that module alone


@contextlib.contextmanager
def driven(clock: Callable[[], float]) -> Iterator[None]:
    """`drive` and `point_at` for a while; what was changed is put back."""
    cpu = importlib.import_module("codecarbon.core.cpu")
    hardware = importlib.import_module("codecarbon.external.hardware")
    rapl = importlib.import_module("codecarbon.core.rapl")
    functions = (cpu.is_rapl_available, cpu.IntelRAPL.__init__, hardware.CPU.__init__)
    before = [function.__defaults__ for function in functions]
    drive(clock)
    try:
        yield
    finally:
        del rapl.open
        for function, defaults in zip(functions, before, strict=True):
            function.__defaults__ = defaults
        with contextlib.suppress(ImportError):
            importlib.import_module("codecarbon.core.hardware_cache").clear_cache()


def _set_default(function: Any, name: str, value: str) -> None:
    with_default = [p.name for p in inspect.signature(function).parameters.values() if p.default is not p.empty]
    defaults = list(function.__defaults__)
    defaults[with_default.index(name)] = value
    function.__defaults__ = tuple(defaults)
