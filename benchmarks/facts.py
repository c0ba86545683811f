"""Precision, recall and F1 of `extract_facts` for hardware, count and hours, on the labelled cards.

    HF_EMISSIONS_SHARED=../shared python benchmarks/facts.py --verbose

Hardware is right where both names stand for one device, memory and form aside; a label that names no model is no
hardware. Hours are right within 2 %: wall hours and device hours against the label of their kind, hours of which the
card does not say the kind against either. Leaves with 1 where an F1 is below `--at-least`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
import re
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import corpus

from hf_emissions.factors.find_accelerator import UnknownDeviceError, find_accelerator
from hf_emissions.facts.extract import extract_facts
from hf_emissions.facts.facts import Facts


class Compared(NamedTuple):
    """One field of one card: the label, what was read, and whether they agree; None where there is nothing."""

    model: str
    field: str
    label: str | None
    read: str | None
    right: bool
    evidence: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbose", action="store_true", help="list what was missed or misread")
    parser.add_argument(
        "--at-least", type=float, default=0.9, help="the F1 that hardware, count and hours each must have"
    )
    chosen = parser.parse_args()
    by_sha = {hashlib.sha256(data).hexdigest(): data.decode("utf-8") for _, data in _labelled(corpus.cards())}
    with (corpus.shared() / "data" / "labels" / "facts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    compared = [
        entry for row in rows if row["sha256"] in by_sha for entry in compare(row, extract_facts(by_sha[row["sha256"]]))
    ]
    scores = {
        field: report(field, [entry for entry in compared if entry.field == field])
        for field in ("hardware", "count", "hours")
    }
    if chosen.verbose:
        for entry in compared:
            if not entry.right:
                print(f"  {entry.field:8} {entry.model}: label {entry.label}, read {entry.read}  [{entry.evidence}]")
    speed()
    if min(scores.values()) < chosen.at_least:
        sys.exit(1)


def _labelled(cards: Iterator[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    with (corpus.shared() / "data" / "labels" / "facts.csv").open(encoding="utf-8", newline="") as file:
        wanted = {row["sha256"] for row in csv.DictReader(file)}
    return [(name, data) for name, data in cards if hashlib.sha256(data).hexdigest() in wanted]


def compare(row: dict[str, str], facts: Facts) -> list[Compared]:
    """The three fields of one labelled card."""
    named = row["hardware"] if row["hardware"] and not row["hardware"].startswith("GPU (") else None
    count = int(row["count"]) if row["count"] else None
    hours = (
        f"wall {row['wall_hours']} device {row['device_hours']}" if row["wall_hours"] or row["device_hours"] else None
    )
    read = next((f"{name} {value:g}" for name, value in _hours(facts)), None)
    return [
        _compared(row, "hardware", named, facts.hardware, same_hardware(named, facts.hardware)),
        _compared(row, "count", count, facts.count, count == facts.count),
        _compared(row, "hours", hours, read, same_hours(row, facts)),
    ]


def _compared(row: dict[str, str], field: str, label: object, read: object, right: bool) -> Compared:
    texts = [None if value is None else str(value) for value in (label, read)]
    return Compared(row["model_id"], field, *texts, right, row["evidence"])


def same_hardware(label: str | None, read: str | None) -> bool:
    """Whether both name one device, or neither names one."""
    if label is None or read is None:
        return label is read
    models = [_models(label), _models(read)]
    return bool(models[0] & models[1])


_FORM = re.compile(r"\b(?:sxm\d?|pcie|nvl)\b|\b\d{1,3} ?gb\b", re.IGNORECASE)


def _models(written: str) -> set[tuple[str, float]]:
    written = " ".join(_FORM.sub(" ", written.replace("-SXM", " SXM")).split())
    try:
        meant = find_accelerator(written)
    except UnknownDeviceError:
        return {(written.casefold(), 1.0)}
    return {(str(sorted(map(sorted, device.needs))), meant.chips) for device in meant.devices}


def _hours(facts: Facts) -> list[tuple[str, float]]:
    named = (("wall", facts.wall_hours), ("device", facts.device_hours), ("hours", facts.hours))
    return [(name, value) for name, value in named if value is not None]


def same_hours(row: dict[str, str], facts: Facts) -> bool:
    """Whether every kind of hours that was read is within 2 % of a label that it may stand for."""
    labels = {kind: float(row[f"{kind}_hours"]) for kind in ("wall", "device") if row[f"{kind}_hours"]}
    read = _hours(facts)
    if not read or not labels:
        return not read and not labels
    wanted = [(value, [labels[kind]] if kind in labels else list(labels.values())) for kind, value in read]
    return all(any(math.isclose(value, label, rel_tol=0.02) for label in several) for value, several in wanted)


def report(field: str, compared: list[Compared]) -> float:
    """Prints the line of one field and gives its F1."""
    right = sum(entry.right and entry.label is not None for entry in compared)
    read = sum(entry.read is not None for entry in compared)
    labels = sum(entry.label is not None for entry in compared)
    precision, recall = right / max(read, 1), right / max(labels, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    counted = f"{right} of {labels} right, {read} read"
    print(f"{field:8}  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  ({counted})")
    return f1


def speed() -> None:
    """Prints microseconds per card over the whole corpus, the best of three runs."""
    texts = corpus.texts()
    runs = []
    for _ in range(3):
        begin = time.perf_counter()
        for text in texts:
            extract_facts(text)
        runs.append((time.perf_counter() - begin) / len(texts) * 1e6)
    length = sum(map(len, texts)) / len(texts)
    print(f"speed     {min(runs):.0f} us per card, over {len(texts)} cards of {length:.0f} characters")


if __name__ == "__main__":
    main()
