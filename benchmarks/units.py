"""Precision and recall of `kilograms-as-grams`, for what the rule can compare a figure with.

    HF_EMISSIONS_SHARED=../shared python benchmarks/units.py --verbose

The sets: the 85 labelled versions of cards, the further labelled cards, and every card with a block once as it is and
once with the figure in its block divided by a thousand. As few cards have a block and no figure in the body, there are
also bare cards made of published figures, with their hardware and hours or their energy, as they are and divided.

Cards that print a figure in the body are counted apart from those that give only energy, or hardware and hours, and
from those that hold nothing to compare with; of the last none may be flagged. Leaves with 1 where a goal is missed.

What a card holds is told without the rule: the body has a figure of mass, the card names kWh, or the facts have
hardware and hours.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import corpus

from hf_emissions.card.parsed import parse_card
from hf_emissions.errors import HfEmissionsError
from hf_emissions.facts.extract import extract_facts
from hf_emissions.rules import kilograms_as_grams
from hf_emissions.rules.rule import view
from hf_emissions.units import g_to_kg, plain_decimal

PRECISION, RECALL = 0.98, 0.9
KINDS = ("figure in the body", "energy only", "hardware and hours only", "nothing to compare")
# A number with a unit of mass behind it, or behind a label that names one; on a line that speaks of carbon.
FIGURE = re.compile(
    r"^(?=.*(?:co2|co₂|carbon|emission))"
    r".*?(?:\d ?(?:kg|g|t|tons?|tonnes?|grams?)(?:co2\w*)?\b|\((?:in )?(?:kg|g|grams?|t)\)\D*\d)",
    re.IGNORECASE | re.MULTILINE,
)


class Case(NamedTuple):
    """A card, whether its figure is in kilograms, and what it holds to compare the figure with."""

    set_: str
    name: str
    text: str
    is_kilograms: bool
    kind: str


class Score(NamedTuple):
    """How often the rule was right and wrong."""

    right: int
    missed: int
    false: int
    silent: int

    def line(self) -> str:
        """Precision, recall, and what they are made of."""
        flagged, wanted = self.right + self.false, self.right + self.missed
        precision = f"{self.right / flagged:.3f}" if flagged else "-    "
        recall = f"{self.right / wanted:.3f}" if wanted else "-    "
        return (
            f"precision {precision}  recall {recall}  ({self.right} of {wanted} in kilograms found, "
            f"{self.false} of {self.false + self.silent} in grams flagged)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbose", action="store_true", help="list what was missed or flagged in error")
    chosen = parser.parse_args()
    cases = [*dated(), *more(), *real(), *published()]
    found = [(case, finding_of(case.text)) for case in cases]
    for set_ in dict.fromkeys(case.set_ for case in cases):
        print(set_)
        for kind in KINDS:
            some = [entry for entry in found if (entry[0].set_, entry[0].kind) == (set_, kind)]
            if some:
                print(f"  {len(some):4} cards, {kind:24} {score(some).line()}")
    comparable = score([entry for entry in found if entry[0].kind != KINDS[-1]])
    nothing = score([entry for entry in found if entry[0].kind == KINDS[-1]])
    print(f"all that hold something: {comparable.line()}")
    print(f"hold nothing: {sum(nothing)} cards, {nothing.right + nothing.false} of them flagged")
    fixes(found)
    if chosen.verbose:
        tell(found)
    met = score(found).false <= (1 - PRECISION) * (comparable.right + comparable.false)
    if not met or comparable.right < RECALL * (comparable.right + comparable.missed) or nothing.right or nothing.false:
        sys.exit(1)


def dated() -> Iterator[Case]:
    """The dated versions of cards."""
    for row in rows("kg_as_g.csv"):
        text = (corpus.shared() / "data" / "cards" / "kg-as-g" / row["file"]).read_text(encoding="utf-8")
        yield Case("dated versions (kg_as_g.csv)", row["file"], text, row["label"] == "kg_as_g", kind_of(text))


def more() -> Iterator[Case]:
    """The further labelled cards, as they are."""
    labels = {row["model_id"]: row["label"] for row in rows("unit_errors_more.csv")}
    for name, text in with_block():
        if name in labels:
            yield Case("further (unit_errors_more.csv)", name, text, labels[name] == "kg_as_g", kind_of(text))


def real() -> Iterator[Case]:
    """Every card with a block, as it is and with its figure divided by a thousand."""
    labels = {row["model_id"]: row["label"] for row in rows("unit_errors_more.csv")}
    for name, text in with_block():
        if labels.get(name) == "kg_as_g":  # wrong as it is, and beyond kilograms when divided again
            continue
        yield Case("with a block, as they are", name, text, False, kind_of(text))
        divided = divide(text)
        if divided is not None:
            yield Case("with a block, divided by 1000", name, divided, True, kind_of(divided))


def published() -> Iterator[Case]:
    """Bare cards of published figures, as they are and divided by a thousand."""
    for row in rows("published_emissions.csv"):
        grams, lines = float(row["reported_emissions_g"]), []
        if row["device_hours"]:
            hours = plain_decimal(float(row["device_hours"]))
            lines.append(f"- **Hardware Type:** {row['hardware']}\n- **Hours used:** {hours}")
        if row["energy_kwh"]:
            lines.append(f"- **Energy consumed:** {plain_decimal(float(row['energy_kwh']))} kWh")
        for line in lines:
            for set_, figure in (("as they are", grams), ("divided by 1000", g_to_kg(grams))):
                text = f"---\nco2_eq_emissions:\n  emissions: {plain_decimal(figure)}\n---\n\n{line}\n"
                yield Case(f"published figures, {set_}", row["model_id"], text, figure != grams, kind_of(text))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of labels."""
    with (corpus.shared() / "data" / "labels" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_block() -> Iterator[tuple[str, str]]:
    """The real cards with a block."""
    for name, data in corpus.cards():
        if b"co2_eq_emissions" in data:
            yield name, data.decode("utf-8")


def divide(text: str) -> str | None:
    """The card with its figure divided by a thousand."""
    return scale(text, g_to_kg(1.0))


def scale(text: str, factor: float) -> str | None:
    """The card with the number of its figure times a factor, whatever unit stands behind it; None where it has none."""
    try:
        card = parse_card(text)
        node = card.block_scalars.get("emissions") if card.record is not None else None
    except HfEmissionsError:
        return None
    if node is None or card.front_matter is None:
        return None
    begin, end = (card.front_matter.start + mark.index for mark in (node.start_mark, node.end_mark))
    found = re.compile(r"\d+(?:\.\d+)?").search(text, begin, end)
    if found is None:
        return None
    return text[: found.start()] + plain_decimal(float(found[0]) * factor) + text[found.end() :]


def kind_of(text: str) -> str:
    """What a card holds to compare its figure with, the strongest of it."""
    body = parse_card(text).front_matter
    if FIGURE.search(text, body.body if body else 0):
        return KINDS[0]
    facts = extract_facts(text)
    if facts.energy_kwh is not None:
        return KINDS[1]
    hours = (facts.wall_hours, facts.device_hours, facts.hours, facts.train_runtime_s)
    return KINDS[2] if facts.hardware is not None and any(hours) else KINDS[3]


def finding_of(text: str):
    """The finding of the rule, or None."""
    return next(iter(kilograms_as_grams.RULE.findings(view(text, "README.md"))), None)


def score(found) -> Score:
    """How the rule did on some cards."""
    counts = Counter((case.is_kilograms, finding is not None) for case, finding in found)
    return Score(counts[True, True], counts[True, False], counts[False, True], counts[False, False])


def fixes(found) -> None:
    """Prints how many findings bring a fix, and whether a fixed card has a finding still."""
    mended = still = 0
    flagged = [(case.text, finding) for case, finding in found if finding is not None]
    for text, finding in flagged:
        if finding.fix is not None:
            (change,) = finding.fix.replacements
            mended += 1
            still += finding_of(text[: change.start] + change.new + text[change.end :]) is not None
    print(f"fixes: {mended} of {len(flagged)} findings bring one; {still} of the fixed cards are flagged again")


def tell(found) -> None:
    """Prints what was missed, and what was flagged in error."""
    for case, finding in found:
        if case.is_kilograms and finding is None:
            print(f"  missed  {case.kind}: {case.name} ({case.set_})")
        elif finding is not None and not case.is_kilograms:
            print(f"  false   {case.kind}: {case.name} ({case.set_}): {finding.message}")


if __name__ == "__main__":
    main()
