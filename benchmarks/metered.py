"""Metered trainings as groups: the power of an accelerator over its rated power, of every set at hand.

    HF_EMISSIONS_SHARED=../shared python benchmarks/metered.py      # the rows of evidence.csv that follow from them

A group is one device in one number at one organisation. Sets: `metered_runs.csv` (rows marked as metered, with hours),
`codecarbon_gpu_runs.csv`, `cv_training_runs.csv` (GAISSA) of the shared data, and of `evidence.csv` what those do not
have. A run of less than a minute is none, nor is a reading that no board can draw; the same run in two files of a
repository counts once.

What is truth: CodeCarbon's GPU energy by NVML, over all GPUs that were listed, those that stood idle too, since a card
says "8 x RTX 3090" of them as well. What is none: Apple's chips, whose powermetrics counts the GPU cores alone, which
read 0 W where a network ran on the processor, and which have no rated power to compare with. Google's TPU v4 stands
apart: the power of its chip in the device table is the mean of those two trainings.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import corpus

from hf_emissions.estimation.evidence import PowerBoundary, PowerEvidence, power_evidence
from hf_emissions.factors.find_accelerator import find_accelerator

# Below this there is no training: the tracker's first reading alone takes 15 s.
LEAST_S = 60.0
# A mean over the rated power that no board draws: a meter that was read wrong.
MOST = 1.3
# The overhead of Google's facilities, where a row has none.
FLEET_PUE = 1.1
SIZES = {"mobilenet_v2": 3.5e6, "nasnet_mobile": 5.3e6, "resnet50": 25.6e6}
# Who is the same organisation under two names.
SAME = {"AI2/Azure": "AI2"}
# Rated power in W and setting of what the device table does not have.
OTHERS = {"NVIDIA GeForce GTX 1650 Ti": (50.0, "laptop")}


@dataclass(frozen=True, slots=True)
class Run:
    """One metered training, and what is known of it where an estimate is asked for."""

    organisation: str
    device: str
    rated_w: float
    setting: str
    count: int
    boundary: PowerBoundary
    wall_hours: float | None
    parameters: float | None
    tokens: float | None
    ratio: float
    name: str = ""
    task: str = ""
    source: str = ""

    @property
    def group(self) -> tuple[str, str, int]:
        """What counts once."""
        return self.organisation, self.device, self.count


def half_of(organisation: str) -> int:
    """0: the half to develop with, 1: the half to check with; by a hash of the name."""
    return hashlib.sha256(organisation.lower().encode()).digest()[0] % 2


def metered_groups() -> dict[tuple[str, str, int], list[Run]]:
    """All groups with their runs."""
    groups: dict[tuple[str, str, int], list[Run]] = defaultdict(list)
    for run in (*_metered(), *_codecarbon(), *_vision(), *_evidence()):
        groups[run.group].append(run)
    return dict(groups)


def _metered() -> Iterator[Run]:
    for row in rows("metered_runs.csv"):
        found = _device(row["hardware"])
        if row["metered"] != "yes" or not row["device_hours"] or found is None or _is_measured(row["hardware"]):
            continue
        watts = float(row["energy_kwh"]) * 1000 / float(row["device_hours"])
        if row["energy_scope"] == "facility":
            watts /= float(row["pue"] or FLEET_PUE)
        yield Run(
            SAME.get(row["org"], row["org"]),
            *found,
            int(row["count"]),
            "accelerators" if row["energy_scope"] == "gpu-only" else "node",
            _number(row["hours"]),
            _number(row["params"]),
            _number(row["tokens"]),
            watts / found[1],
            row["id"],
            "",
            row["source"],
        )


def _codecarbon() -> Iterator[Run]:
    seen: set[tuple[str, ...]] = set()
    for row in rows("codecarbon_gpu_runs.csv"):
        owner, found = row["repo"].partition("/")[0], _device(row["device"])
        key = (owner, row["run"] or row["path"], row["duration_s"], row["gpu_energy_kwh"][:8])
        seconds = float(row["duration_s"])
        if found is None or key in seen or seconds < LEAST_S or row["device"].startswith("Apple"):
            continue
        seen.add(key)
        ratio = float(row["gpu_energy_kwh"]) * 3.6e6 / seconds / int(row["count"]) / found[1]
        if ratio > MOST:
            continue
        yield Run(
            owner,
            *found,
            int(row["count"]),
            "accelerators",
            seconds / 3600,
            None,
            None,
            ratio,
            "",
            "",
            f"github.com/{row['repo']}: CodeCarbon gpu_energy over duration",
        )


def _vision() -> Iterator[Run]:
    for row in rows("cv_training_runs.csv"):
        found = _device(row["gpu"])
        assert found
        yield Run(
            "GAISSA",
            *found,
            1,
            "accelerators",
            float(row["duration_s"]) / 3600,
            SIZES[row["architecture"]],
            None,
            float(row["mean_gpu_power_w"]) / found[1],
            row["architecture"],
            "vision",
        )


def _evidence() -> Iterator[Run]:
    """What the table of evidence had before these sets, each group by its middle."""
    for row in power_evidence():
        if row.organisation == "GAISSA" or row.organisation not in BEFORE:
            continue
        yield Run(
            row.organisation,
            row.device,
            row.rated_power_w,
            row.setting,
            row.accelerators,
            row.boundary,
            None,
            row.parameters,
            None,
            row.ratio,
            row.group,
            row.task,
        )


BEFORE = {"Nkluge", "henryu-lin", "BigCode", "OpenAI", "Meta", "Brookhaven", "Fischer"}


def rows(name: str) -> list[dict[str, str]]:
    """A file of the shared metered power."""
    with corpus.shared().joinpath("data", "power", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _device(written: str) -> tuple[str, float, str] | None:
    """Name, rated power in W and setting; None where the maker gives no power."""
    if written in OTHERS:
        return (written, *OTHERS[written])
    found = find_accelerator(written)
    low, mode, high = found.power_low_w, found.power_w, found.power_high_w
    if low is None or mode is None or high is None:
        return None
    return found.canonical, (low + 4 * mode + high) / 6, found.devices[0].setting


def _is_measured(written: str) -> bool:
    return bool(find_accelerator(written).devices[0].measured_mean_w)


def _number(text: str) -> float | None:
    return float(text) if text else None


def evidence_rows() -> Iterator[PowerEvidence]:
    """Rows of the shipped evidence that follow from the shared data: one for each network of a group, else one."""
    networks: dict[tuple[object, ...], list[Run]] = defaultdict(list)
    for run in (*_metered(), *_codecarbon()):
        networks[(*run.group, run.name)].append(run)
    for runs in networks.values():
        one, ratios = runs[0], [run.ratio for run in runs]
        low, high = _ends(ratios)
        yield PowerEvidence(
            group=f"{one.name or one.organisation} on {one.count} x {one.device}",
            organisation=one.organisation,
            environment="",
            architecture="",
            device=one.device,
            setting=one.setting,
            boundary=one.boundary,
            accelerators=one.count,
            parameters=one.parameters,
            task=one.task,
            rated_power_w=round(one.rated_w, 1),
            ratio_low=low,
            ratio=round(statistics.median(ratios), 3),
            ratio_high=high,
            runs=len(runs),
            measured="GPU board" if one.boundary == "accelerators" else "node",
            source=one.source,
        )


def _ends(ratios: list[float]) -> tuple[float | None, float | None]:
    """5th and 95th percentile; none of a single run."""
    if len(ratios) == 1:
        return None, None
    cuts = statistics.quantiles(ratios, n=20, method="inclusive")
    return round(cuts[0], 3), round(cuts[-1], 3)


def main() -> None:
    """Print the rows as CSV, without a head."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in evidence_rows():
        known = dataclasses.asdict(row)
        writer.writerow(["" if value is None else _plain(value) for value in known.values()])


def _plain(value: object) -> object:
    return f"{value:.10g}" if isinstance(value, float) else value


if __name__ == "__main__":
    main()
