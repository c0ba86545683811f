"""CodeCarbon's tracker as a meter that is read on demand. The only module that drives a tracker.

Always the offline tracker with every setting given, so that no `CODECARBON_*` variable or configuration file makes it
use the network or write a file. Its own timer never fires: two threads measuring at once see a counter go back, take
it for a wrap, and invent energy. Grams are computed by this package.
"""

from __future__ import annotations

import importlib
import math
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from operator import methodcaller
from typing import Any, NoReturn

from ..errors import HfEmissionsError, MissingExtraError
from . import installed
from .codecarbon_log import CapturedMessages, words
from .counters import Counters
from .cpu_model import provide_cpu_model
from .guard import attempt
from .power import Power, describe_power


class MeterError(HfEmissionsError):
    """The tracker failed or gave an invalid figure."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Energy per component since the meter was started, in kWh."""

    cpu_kwh: float = 0.0
    gpu_kwh: float = 0.0
    ram_kwh: float = 0.0

    @property
    def energy_kwh(self) -> float:
        """Energy of all components, in kWh."""
        return self.cpu_kwh + self.gpu_kwh + self.ram_kwh


@dataclass(frozen=True, slots=True)
class Hardware:
    """The metered hardware."""

    cpu_model: str | None = None
    cpu_threads: int | None = None
    ram_gb: float | None = None
    gpus: tuple[str, ...] = ()


_NEVER_S = 1e8

# Every setting that the environment or a file could otherwise set.
_SETTINGS: dict[str, Any] = {
    "allow_multiple_runs": True,
    "api_call_interval": -1,
    "cloud_provider": None,
    "cloud_region": None,
    "country_iso_code": None,
    "electricitymaps_api_token": "",  # None would fall back to the configuration
    "emissions_endpoint": None,
    "experiment_id": "hf-emissions",
    "experiment_name": "hf-emissions",
    "force_carbon_intensity_g_co2e_kwh": 0.0,  # skips the look-up of a place
    "force_cpu_power": None,
    "force_mode_cpu_load": False,
    "force_ram_power": None,
    "log_level": "warning",
    "measure_power_secs": _NEVER_S,
    "output_file": "emissions.csv",
    "output_methods": [],
    "project_name": "hf-emissions",
    "pue": 1.0,
    "rapl_include_dram": False,
    "rapl_prefer_psys": False,
    "region": None,
    "tracking_mode": "machine",
    "wue": 0,
}


class Meter:
    """A tracker from start to stop. Not thread-safe, and unusable in a forked child.

    Args:
        gpu_ids: NVML indices of the GPUs to meter; None for CodeCarbon's default.
    """

    def __init__(self, gpu_ids: Sequence[int] | None = None) -> None:
        self._gpu_ids = None if gpu_ids is None else list(gpu_ids)
        self._tracker: Any = None
        self._total: Any = None
        self._process = os.getpid()
        self._heard = CapturedMessages()
        self.counters = Counters(None)

    def prepare(self) -> None:
        """Import CodeCarbon and detect the hardware; takes 0.25 s, once per process.

        Raises:
            MeterError: import or detection failed.
        """
        if self._tracker is not None:
            return
        attempt(self._detect, partial(_fail, "CodeCarbon could not be made ready"))

    def start(self) -> None:
        """Start metering; energy counts from this call, if the meter was prepared before.

        Raises:
            MeterError: CodeCarbon did not start.
        """
        self.prepare()
        self._call("start")
        self.counters = Counters(self._tracker)
        self.read()

    def read(self) -> Reading:
        """Measure now; return the energy since the start.

        Raises:
            MeterError: CodeCarbon failed, or gave no figure.
        """
        self._total = None
        self._call("flush")
        return _reading(self._total, self._heard.last)

    @property
    def age_s(self) -> float:
        """Age of the last reading: CodeCarbon repeats it within 50 ms.

        Reads a private attribute; if that is missing, the age is 0.
        """
        measured_s = getattr(self._tracker, "_last_measured_time", None)
        return max(time.perf_counter() - measured_s, 0.0) if isinstance(measured_s, float) else 0.0

    def stop(self) -> None:
        """Stop for good; idempotent. Errors are swallowed: nothing can be done about them."""
        tracker, self._tracker = self._tracker, None
        if tracker is None:
            self._heard.leave()
            return
        # stop() can miss a timer that is just firing, so stop the timers explicitly too.
        timers = [getattr(tracker, name, None) for name in ("_scheduler", "_scheduler_monitor_power")]
        for stop in (tracker.stop, *(getattr(timer, "stop", None) for timer in timers)):
            if stop is not None:
                attempt(stop, lambda _: None)
        self._heard.leave()

    @property
    def wants_gpus(self) -> bool:
        """True if asked to meter GPUs."""
        return any(index >= 0 for index in self._gpu_ids or ())

    @property
    def warnings(self) -> list[str]:
        """CodeCarbon's warnings so far, deduplicated; exceptions by type only."""
        return self._heard.warnings

    def power(self) -> dict[str, Power]:
        """Power source of each component; see `describe_power`."""
        return describe_power(self._tracker)

    def hardware(self) -> Hardware:
        """The metered hardware according to CodeCarbon; valid after `start`."""
        return _hardware(self._tracker, self._total)

    def out(self, total: Any, delta: Any) -> None:  # noqa: ARG002 - CodeCarbon's signature
        """Receive a figure from CodeCarbon; `total` is cumulative since the start."""
        self._total = total

    def _call(self, name: str) -> None:
        if os.getpid() != self._process:
            raise MeterError("a forked process does not meter; its parent does")
        attempt(partial(methodcaller(name), self._tracker), partial(_fail, f"CodeCarbon failed in {name}()"))

    def _detect(self) -> None:
        self._tracker = self._make()
        self._tracker.get_detected_hardware()

    def _make(self) -> Any:
        self._heard.join()
        trackers = installed.load()
        _forget_slurm_without_scontrol()
        provide_cpu_model()
        base = importlib.import_module("codecarbon.output_methods.base_output").BaseOutput
        sink = type("Sink", (base,), {"out": lambda _, total, delta: self.out(total, delta)})()
        settings = {**_SETTINGS, "output_dir": tempfile.gettempdir(), "gpu_ids": self._gpu_ids}
        return trackers.OfflineEmissionsTracker(output_handlers=[sink], **settings)


def _fail(what: str, error: Exception) -> NoReturn:
    said = str(error) if isinstance(error, MissingExtraError) else f"{what}: {words(error)}"
    raise MeterError(said) from error


def _reading(total: Any, warned: str | None) -> Reading:
    if total is None:
        why = f": {warned}" if warned else ""
        raise MeterError(f"CodeCarbon gave no figure{why}")
    values = [getattr(total, name, None) for name in ("cpu_energy", "gpu_energy", "ram_energy")]
    if not all(isinstance(value, (int, float)) and math.isfinite(value) and value >= 0 for value in values):
        raise MeterError(f"CodeCarbon gave energies that are none: {values}")
    return Reading(*(float(value) for value in values if value is not None))


def _hardware(tracker: Any, total: Any) -> Hardware:
    gpus: list[str] = []
    for part in getattr(tracker, "_hardware", None) or ():
        if type(part).__name__ == "GPU":
            gpus += _gpu_names(part)
    ram = getattr(total, "ram_total_size", None)
    threads = getattr(total, "cpu_count", None)
    return Hardware(
        cpu_model=getattr(total, "cpu_model", None) or None,
        cpu_threads=int(threads) if threads else None,
        ram_gb=round(float(ram), 1) if ram else None,
        gpus=tuple(gpus),
    )


def _gpu_names(part: Any) -> list[str]:
    # The tracker's gpu_model names every GPU of the host, including those hidden from this process.
    try:
        static = part.devices.get_gpu_static_info()
        return [str(gpu["name"]) for gpu in static if part.gpu_ids is None or gpu["gpu_index"] in part.gpu_ids]
    except (AttributeError, KeyError, TypeError):
        return []


def _forget_slurm_without_scontrol() -> None:
    """Hide SLURM from CodeCarbon if `scontrol` is missing, as in a container: it would silently fail to start."""
    if "SLURM_JOB_ID" not in os.environ or shutil.which("scontrol"):
        return
    for name in ("codecarbon.core.util", "codecarbon.external.ram"):
        module = importlib.import_module(name)
        if hasattr(module, "SLURM_JOB_ID"):
            module.SLURM_JOB_ID = None  # type: ignore[attr-defined]
