"""Watch the processors' energy counters between readings.

A counter that goes back has wrapped, or was reset by a suspend or a driver reload. CodeCarbon cannot tell the two
apart, and adds the counter's full range, some 260 kJ. Polling every second can: before a wrap the counter is close to
its maximum. CodeCarbon also silently skips the time in which a counter cannot be read.

Reads private attributes as of 3.2.9 and 3.3.2; if they have changed, nothing is detected.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .. import units

if TYPE_CHECKING:
    from codecarbon.core.rapl import RAPLFile

# Twice the rating of the largest processor package (500 W, AMD EPYC 9965).
_MOST_PACKAGE_W = 1_000.0
_SHORTEST_S = 0.1


class Counters:
    """RAPL counters of a running tracker; `reset` if one went back without a wrap, until the consumer clears it."""

    def __init__(self, tracker: object) -> None:
        self._tracker = tracker
        self._last: dict[str, tuple[float, float]] = {}
        self.reset = False

    def poll(self, now_s: float) -> None:
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
        return any(getattr(file, "sample_skipped", False) is True for file in self._files())

    def missing(self) -> list[str]:
        """Note on processor packages beside the metered ones whose counters cannot be read."""
        metered = {_folder(file).resolve() for file in self._files() if str(getattr(file, "path", ""))}
        packages = {package for folder in metered for package in _packages(folder.parent)}
        # A readable one was left out by CodeCarbon because it mirrors another.
        unread = [package for package in packages - metered if not _is_readable(package)]
        if not unread:
            return []
        return [
            f"the counters of {len(unread)} of {len(packages)} processor packages cannot be read; what they drew is "
            "missing (sudo chmod a+r /sys/class/powercap/intel-rapl/*/energy_uj)"
        ]

    def _files(self) -> list[RAPLFile]:
        found: list[RAPLFile] = []
        for part in getattr(self._tracker, "_hardware", None) or ():
            files = getattr(getattr(part, "_intel_interface", None), "_rapl_files", None)
            found += files if isinstance(files, list) else []
        return found


def _folder(file: RAPLFile) -> Path:
    return Path(str(file.path)).parent


def _packages(base: Path) -> set[Path]:
    """Folders of whole packages in a powercap tree; subdomains have another colon in their name."""
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
