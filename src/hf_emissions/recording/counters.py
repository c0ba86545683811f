"""The processors' energy counters, looked at between readings.

A counter that goes back has wrapped, or was reset: by a suspend, or a driver that was loaded anew. CodeCarbon cannot
tell, and adds the counter's whole range, some 260 kJ. Who looks every second can: before a wrap the counter stands
close below its range. And where a counter cannot be read, CodeCarbon leaves the time out and says nothing.

Reads private attributes; where they are not what they were (3.2.9, 3.3.2), nothing is seen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import units

# Twice what the largest processor package is rated (500 W, AMD EPYC 9965).
_MOST_PACKAGE_W = 1_000.0
_SHORTEST_S = 0.1


class Counters:
    """The RAPL counters of a running tracker.

    Attributes:
        reset: whether one went back that cannot have wrapped; for who has taken note of it to set back.
        skipped: whether one could not be read when CodeCarbon last measured.
    """

    def __init__(self, tracker: Any) -> None:
        self._tracker = tracker
        self._last: dict[str, tuple[float, float]] = {}
        self.reset = False

    def look(self, now_s: float) -> None:
        """Compare every counter with what it was when it was last looked at."""
        for file in self._files():
            try:
                value, largest, path = file._get_value(), file.max_energy_reading.kWh, str(file.path)
                if value is not None:
                    self._compare(path, float(value.kWh), float(largest), now_s)
            except (AttributeError, TypeError, ValueError):
                continue

    def _compare(self, path: str, kwh: float, largest_kwh: float, now_s: float) -> None:
        before_kwh, before_s = self._last.get(path, (kwh, now_s))
        self._last[path] = (kwh, now_s)
        if kwh < before_kwh:
            power_w = units.mean_power_w(largest_kwh - before_kwh + kwh, max(now_s - before_s, _SHORTEST_S))
            self.reset = self.reset or not 0 <= power_w <= _MOST_PACKAGE_W

    @property
    def skipped(self) -> bool:
        """See the class."""
        return any(getattr(file, "sample_skipped", False) is True for file in self._files())

    def missing(self) -> list[str]:
        """What is not counted of the processors, in words: packages beside the metered ones that cannot be read."""
        metered = {_folder(file).resolve() for file in self._files() if str(getattr(file, "path", ""))}
        packages = {package for folder in metered for package in _packages(folder.parent)}
        # One that can be read was left out by CodeCarbon because it mirrors another.
        unread = [package for package in packages - metered if not _is_readable(package)]
        if not unread:
            return []
        return [
            f"the counters of {len(unread)} of {len(packages)} processor packages cannot be read; what they drew is "
            "missing (sudo chmod a+r /sys/class/powercap/intel-rapl/*/energy_uj)"
        ]

    def _files(self) -> list[Any]:
        found: list[Any] = []
        for part in getattr(self._tracker, "_hardware", None) or ():
            files = getattr(getattr(part, "_intel_interface", None), "_rapl_files", None)
            found += files if isinstance(files, list) else []
        return found


def _folder(file: Any) -> Path:
    return Path(str(file.path)).parent


def _packages(base: Path) -> set[Path]:
    """The folders of whole packages in a powercap tree; their parts have names with one colon more."""
    found = set()
    for folder in base.glob("intel-rapl:*"):
        try:
            name = (folder / "name").read_text(encoding="ascii")
        except (OSError, UnicodeError):
            continue
        if folder.name.count(":") == 1 and name.startswith("package"):
            found.add(folder.resolve())
    return found


def _is_readable(package: Path) -> bool:
    try:
        float((package / "energy_uj").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return True
