"""Rule: a figure of 0 that rests on certificates, offsets or a green tariff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ..terminal import one_line
from .rule import CardView, Rule, RuleMatch

_WORDS = re.compile(
    r"renewables?\b|carbon[ -]{0,2}(?:neutral|free)|(?:climate|co2)[ -]{0,2}neutral|(?:net|carbon)[ -]{0,2}zero"
    r"|zero[ -](?:carbon|emissions?)|market[ -]based|\boffsets?\b|offsetting|compensated"
    r"|\bgreen[ -](?:energy|electricity|power|grid|data)|100 ?% green|hydro(?:power|[ -]?electric)"
    r"|(?:wind|solar) (?:power|energy)|solar panels?"
)
_CARBON = ("carbon", "co2", "co₂", "emission", "energy", "electricity", "kwh")
# Distance in characters within which words belong to the same topic.
_REACH = 160
# "of which 0 percents were directly offset", in the paragraph of the ML CO2 Impact calculator, offsets nothing.
_NOTHING = re.compile(r"\b(?:0(?:\.0)?|no|none|not) ?(?:%|percents?)?(?: \w{2,10}){0,4} $")
_MOST_HITS = 200


def _look(card: CardView) -> Iterator[RuleMatch]:
    if card.record is None or card.record.emissions_g != 0 or card.parsed is None or card.parsed.block is None:
        return
    words = _in_block(card) or _in_body(card)
    if words is None:
        return
    message = (
        f'0 g stands beside "{one_line(words)}": certificates and offsets change what is paid for, not what the grid '
        f"emitted; give the grams of the grid and keep those words in `source`: "
        f"hf-emissions estimate --hardware ... --count ... --hours ... --country ... --into {card.name} --overwrite"
    )
    yield RuleMatch(card.place_of_figure, message)


def _in_block(card: CardView) -> str | None:
    record = card.record
    texts = (record.source, record.geographical_location, record.training_type, record.hardware_used) if record else ()
    found = (_WORDS.search(text.lower()) for text in texts if text)
    return next((match[0] for match in found if match), None)


def _in_body(card: CardView) -> str | None:
    low = card.text.lower()
    front = card.parsed.front_matter if card.parsed else None
    body = front.body if front else 0
    for found in islice(_WORDS.finditer(low, body), _MOST_HITS):
        before, after = low[max(body, found.start() - _REACH) : found.start()], low[found.end() : found.end() + _REACH]
        if not _NOTHING.search(before) and any(word in before or word in after for word in _CARBON):
            return found[0]
    return None


RULE = Rule(
    id="market-based-zero",
    severity="warning",
    looks_for="A figure of 0 with words such as renewable, offset, carbon-neutral or 100 % green.",
    why="Accounting by certificates makes figures differ by contracts, not by electricity. A figure of 0 "
    "says that nothing was used.",
    fails="---\nco2_eq_emissions:\n  emissions: 0\n  source: 100 % renewable energy\n---\n# A model\n",
    passes="---\nco2_eq_emissions:\n  emissions: 310\n  source: CodeCarbon; 100 % renewable by contract\n---\n",
    look=_look,
    of="block",
)
