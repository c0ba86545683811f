"""What `extract_facts` reads from cards that state trainings, beside labels made by hand; in two halves by owner.

    HF_EMISSIONS_SHARED=../shared python benchmarks/training_facts.py              # totals of both halves
    HF_EMISSIONS_SHARED=../shared python benchmarks/training_facts.py --misses     # and what was missed in the first

The readers are developed on the first half. The second is the one that counts: its misses are never printed. An owner
is in one half, by a hash of the name. Several values of a label, apart by `|`, are all right. Hours are right within
2 % of a label of their kind, parameters and tokens within 5 %.

`several`: of the cards whose label says that they state several trainings, those where every hour that was read is one
of the label or of its note (or the sum of the note's, for stages), and where several trainings were read if the note
has two times.

Besides F1, two counts: cards with a count or hours that their labels do not have (`wrong`), and cards that say nothing
of their own training's hardware or time of which some was read (`negatives`).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import corpus
from facts import same_hardware

from hf_emissions.facts.durations import durations
from hf_emissions.facts.extract import extract_facts
from hf_emissions.facts.facts import Facts, Training

FIELDS = ("hardware", "count", "hours", "parameters", "tokens", "provider")
Row = dict[str, str]


class Compared(NamedTuple):
    """One field of one card: its label, what was read, and whether they agree."""

    card: str
    field: str
    label: str
    read: str
    right: bool
    evidence: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="list what was missed or misread in the first half")
    asked = parser.parse_args()
    texts = _texts()
    halves: dict[int, list[list[Compared]]] = defaultdict(list)
    several: dict[int, list[bool]] = defaultdict(list)
    for row in _rows():
        facts = extract_facts(texts[row["sha256"]])
        halves[half_of(row["file"])].append(compare(row, facts))
        if row["several"]:
            several[half_of(row["file"])].append(are_the_notes(row, facts))
    for half, name in ((0, "the half to develop with"), (1, "the half to check with")):
        print(f"{name}: {len(halves[half])} cards")
        _report(halves[half])
        print(f"  several trainings as the note has them: {sum(several[half])} of {len(several[half])} cards")
        if half == 0 and asked.misses:
            for one in (one for card in halves[half] for one in card if not one.right):
                print(
                    f"    {one.field:10} {one.card}: label {one.label or '-'}, read {one.read or '-'}  [{one.evidence}]"
                )


def half_of(file: str) -> int:
    """0 or 1, by the owner of the model."""
    *_, folder, last = file.removesuffix("/README.md").split("/")
    owner = last.split("__")[0] if folder == "training-facts" else folder
    return hashlib.sha256(owner.lower().encode()).digest()[0] % 2


def _rows() -> list[Row]:
    with (corpus.shared() / "data" / "labels" / "training_facts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _texts() -> dict[str, str]:
    """Texts of the labelled cards by the hash of their bytes."""
    wanted = {row["sha256"] for row in _rows()}
    cards = [path.read_bytes() for path in (corpus.shared() / "data" / "cards" / "training-facts").rglob("*.md")]
    named = {row["file"] for row in _rows()}
    with tarfile.open(corpus.shared() / "data" / "cards" / "hub-2022-02.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name in named else None
            cards += [file.read()] if file else []
    by_hash = {hashlib.sha256(data).hexdigest(): data.decode("utf-8") for data in cards}
    return {name: by_hash[name] for name in wanted}


def compare(row: Row, facts: Facts) -> list[Compared]:
    """Each field of one labelled card."""
    read = {
        "hardware": facts.hardware or "",
        "count": _number(facts.count),
        "hours": " ".join(f"{kind} {hours:g}" for kind, hours in _hours(facts)),
        "parameters": _number(facts.parameters),
        "tokens": _number(facts.tokens),
        "provider": facts.provider or "",
    }
    label = {name: row.get(name, "") for name in FIELDS}
    label["hours"] = " ".join(f"{kind} {row[f'{kind}_hours']}" for kind in ("wall", "device") if row[f"{kind}_hours"])
    # Of a card with several trainings its label has one.
    stated = facts.own_trainings if row["several"] and len(facts.own_trainings) > 1 else ()
    right = {
        "hardware": any(
            same_hardware(one or None, read_one.hardware)
            for one in label["hardware"].split("|")
            for read_one in (facts, *stated)
        ),
        "count": _is_near(label["count"], facts.count, 0.0)
        or any(_is_near(label["count"], one.count, 0.0) for one in stated),
        "hours": _is_right_hours(row, facts) or any(_is_right_hours(row, one) for one in stated),
        "parameters": _is_near(label["parameters"], facts.parameters, 0.05),
        "tokens": _is_near(label["tokens"], facts.tokens, 0.05),
        "provider": label["provider"].casefold() == read["provider"].casefold(),
    }
    if stated and not read["hours"]:
        read["hours"] = " or ".join(" ".join(f"{kind} {hours:g}" for kind, hours in _hours(one)) for one in stated)
    return [Compared(row["file"], name, label[name], read[name], right[name], row["evidence"]) for name in FIELDS]


def are_the_notes(row: Row, facts: Facts) -> bool:
    """True if a card with several trainings was read as its label's note has it."""
    noted = [time.hours for time in durations(f"{row['note']} . {row['evidence']}".lower())]
    labelled = [float(one) for kind in ("wall", "device") for one in row[f"{kind}_hours"].split("|") if one]
    known = [*noted, *labelled, sum(noted)]
    read = [hours for one in (facts, *facts.trainings) for _, hours in _hours(one)]
    if any(not any(math.isclose(hours, other, rel_tol=0.02) for other in known) for hours in read):
        return False
    # A note without two times says of several devices or sizes alone, of which nothing is to be read.
    return len(facts.trainings) > 1 or (len(set(noted)) < 2 and bool(labelled) == bool(read))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _hours(facts: Facts | Training) -> Iterator[tuple[str, float]]:
    for kind, value in (
        ("wall", facts.wall_hours),
        ("device", facts.device_hours),
        ("hours", getattr(facts, "hours", None)),
    ):
        if value is not None:
            yield kind, value


def _is_near(label: str, read: float | None, tolerance: float) -> bool:
    if not label or read is None:
        return not label and read is None
    return any(math.isclose(float(one), read, rel_tol=tolerance) for one in label.split("|"))


def _is_right_hours(row: Row, facts: Facts | Training) -> bool:
    labels = {kind: row[f"{kind}_hours"].split("|") for kind in ("wall", "device") if row[f"{kind}_hours"]}
    read = dict(_hours(facts))
    if not read or not labels:
        return not read and not labels
    either = [one for several in labels.values() for one in several]
    return all(
        any(math.isclose(float(one), value, rel_tol=0.02) for one in labels.get(kind, either))
        for kind, value in read.items()
    )


def _report(cards: list[list[Compared]]) -> None:
    for name in FIELDS:
        several = [one for card in cards for one in card if one.field == name]
        right = sum(one.right and bool(one.label) for one in several)
        read, labels = sum(bool(one.read) for one in several), sum(bool(one.label) for one in several)
        precision, recall = right / max(read, 1), right / max(labels, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        counts = f"{right} of {labels} right, {read} read"
        print(f"  {name:10}  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  ({counts})")
    wrong = sum(any(one.read and not one.right for one in card if one.field in ("count", "hours")) for card in cards)
    negatives = [card for card in cards if not any(one.label for one in card[:3])]
    misread = sum(any(one.read for one in card[:3]) for card in negatives)
    print(f"  wrong count or hours: {wrong} of {len(cards)} cards ({wrong / len(cards):.1%})")
    print(f"  negatives read as a training: {misread} of {len(negatives)}")


if __name__ == "__main__":
    main()
