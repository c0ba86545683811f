"""Bytes changed outside the block over every real card: by `patch_card`, and by huggingface_hub's load and save.

The section "Environmental Impact" is put onto each and taken off again, too.

    HF_EMISSIONS_SHARED=../shared python benchmarks/writer.py

Leaves with 1 where a promise of the writer is broken. What counts as readable front matter is judged here by
PyYAML's safe loader and the Hub's own regular expression, not by the code under test.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections import Counter

import corpus
import yaml
from huggingface_hub import ModelCard
from huggingface_hub.repocard import REGEX_YAML_BLOCK

from hf_emissions import EmissionsRecord, HfEmissionsError, patch_card, remove_block
from hf_emissions.card.file import decode
from hf_emissions.card.placeholders import count_hidden
from hf_emissions.card.section import put_section, remove_section
from hf_emissions.errors import CardError

RECORD = EmissionsRecord(
    emissions_g=12.5,
    energy_kwh=0.0328,
    duration_s=5400.0,
    source="CodeCarbon 3.3.2 (GPU measured, CPU and RAM modelled)",
    training_type="fine-tuning",
    geographical_location="Quebec, Canada",
    hardware_used="2 x NVIDIA A100-SXM4-80GB",
)
KEY = "co2_eq_emissions"
LABELS = ["Hardware Type", "Hours used", "Cloud Provider", "Compute Region", "Carbon Emitted"]
FILLED = ["- **Hardware Type:** 8 x A100\n", "- **Carbon Emitted:** none, by certificates\n"]


def data_of(text: str) -> tuple[str, object]:
    """What a card's front matter is to PyYAML: `none`, `mapping` with its data, or `unreadable`."""
    found = REGEX_YAML_BLOCK.search(text.removeprefix("\ufeff"))
    if found is None:
        return ("unclosed" if text.lstrip("\ufeff \r\n\t").split("\n")[0].rstrip("\r") == "---" else "none"), None
    try:
        data = yaml.load(found[2], Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, TypeError):
        return "unreadable", None
    return ("mapping", data) if isinstance(data, dict) or data is None else ("unreadable", None)


def body_of(text: str) -> str:
    """The text below the front matter, by the Hub's regular expression."""
    text = text.removeprefix("\ufeff")
    found = REGEX_YAML_BLOCK.search(text)
    return text[found.end() :] if found else text


def one_insertion(before: str, after: str) -> bool:
    """Whether `after` is `before` with nothing but a run of characters put in."""
    extra = len(after) - len(before)
    head = next((i for i, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))
    return extra >= 0 and after[head + extra :] == before[head:]


def judge(text: str, counts: Counter[str]) -> list[str]:
    """What is wrong with our edit of one card; counts what was seen."""
    kind, data = data_of(text)
    counts[kind] += 1
    try:
        patched = patch_card(text, RECORD, overwrite=True)
    except CardError as error:
        counts["refused"] += 1
        wrong = [] if kind in ("unreadable", "unclosed") else [f"refused although {kind}: {error}"]
        return wrong if error.line and error.column else [*wrong, f"no place: {error}"]
    counts["patched"] += 1
    return [message for message, fine in _promises(text, patched, kind, data, counts) if not fine]


def _promises(text, patched, kind, data, counts):
    yield "patched although unreadable", kind in ("mapping", "none")
    after_kind, after = data_of(patched)
    others = {key: value for key, value in (after or {}).items() if key != KEY}
    before = {key: value for key, value in (data or {}).items() if key != KEY}
    yield "other data changed", after_kind == "mapping" and repr(others) == repr(before)
    yield "wrong figure", (after or {}).get(KEY, {}).get("emissions") == RECORD.emissions_g
    yield "body changed", body_of(patched) == body_of(text)
    yield "not idempotent", patch_card(patched, RECORD, overwrite=True) == patched
    if data is None or KEY not in data:
        counts["without a block"] += 1
        yield "not one insertion", one_insertion(text, patched)
        yield "removing does not give back", remove_block(patched) == text


# The Hub's template as it writes it, its older wording, and with some lines filled in, which must all stay.
TEMPLATES = [
    "\n## Environmental Impact\n\n"
    + "".join(f"- **{label}:** {value}\n" for label, value in zip(LABELS, values, strict=True))
    for values in (
        ["[More Information Needed]"] * 5,
        ["More information needed"] * 5,
        ["8 x A100", "[More Information Needed]", "", "{{ cloud_region }}", "none, by certificates"],
    )
]


def judge_section(text: str, counts: Counter[str]) -> list[str]:
    """What is wrong with our section on one card, as it is and with one of the templates behind it."""
    wrong = []
    for card in (text, text + TEMPLATES[counts["cards"] % len(TEMPLATES)]):
        try:
            after = put_section(card, RECORD)
        except CardError:
            counts["section refused"] += 1
            continue
        counts["sections"] += 1
        counts["sections that hide lines"] += count_hidden(after) > 0
        wrong += [] if remove_section(after) == card else ["removing the section does not give back"]
        wrong += [] if put_section(after, RECORD) == after else ["the section is not idempotent"]
        wrong += [f"a line is lost: {line!r}" for line in FILLED if line in card and line not in after]
    return wrong


def hub_round_trip(text: str) -> tuple[bool, bool, bool]:
    """What the Hub's load and save does: refuses, changes bytes, changes data."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            saved = str(ModelCard(text))
    except Exception:  # noqa: BLE001 - whatever it raises, the card was not saved
        return True, False, False
    _, before = data_of(text)
    _, after = data_of(saved)
    # By value, so that moving a key, as it does, is no change of the data.
    return False, saved != text, (before or {}) != (after or {})


def main() -> int:
    """Print the counts; 1 where a promise is broken."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    counts: Counter[str] = Counter()
    hub: Counter[str] = Counter()
    broken = 0
    for name, data in (*corpus.cards(), *corpus.labelled_cards()):
        counts["cards"] += 1
        try:
            text = decode(data, "README.md")
        except HfEmissionsError as error:
            counts["not UTF-8, refused"] += 1
            print(f"{name}: {error}")
            continue
        for problem in judge(text, counts) + judge_section(text, counts):
            broken += 1
            print(f"BROKEN {name}: {problem}")
        refused, changed, data_changed = hub_round_trip(text)
        hub["refused"] += refused
        hub["bytes changed"] += changed
        hub["data changed"] += data_changed
    print("patch_card:     ", dict(counts), "promises broken:", broken)
    print(
        "huggingface_hub:",
        dict(hub),
        f"({hub['bytes changed'] / counts['cards']:.1%} of the cards changed,",
        f"the data of {hub['data changed'] / counts['cards']:.1%})",
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
