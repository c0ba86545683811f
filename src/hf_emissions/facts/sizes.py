"""Model parameters and training tokens, from labels and from the name of the model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_text import CardText
from .extracted_fact import ExtractedFact
from .keywords import SIZES
from .numbers import DIGITS, SCALE, number
from .pairs import Pair, labels

_PARAMETER_LABELS = labels(
    "parameters, number of parameters, size, model size, params, parameter count, total parameters, model parameters, "
    "num parameters, n parameters, n params, number of params, # parameters, # params, total params, parameter size, "
    "#params, model params, nparameters, parameter"
)
_TOKEN_LABELS = labels(
    "tokens, total tokens, data, data tokens, "
    "training tokens, tokens seen, train tokens, tokens trained, number of training tokens, total training tokens, "
    "trained tokens, pretraining tokens, tokens seen in training, training data, pretraining data, pre-training data, "
    "pre-training tokens, number of tokens"
)
_TITLE = re.compile(r"^#[ \t]+(?P<name>[^\n]{1,120})|^<h1[^>\n]{0,80}>(?P<html>[^<\n]{1,120})", re.MULTILINE)
# Not `8x7B`, and no version, context length or size of a vocabulary.
_NAMED = re.compile(
    r"(?<![A-Za-z0-9.])(?P<amount>[0-9]{1,4}(?:\.[0-9]{1,3})?)(?P<scale>[BbM])(?:(?P<late>[0-9])(?![0-9]))?(?![\w])"
)
# Sizes of the data, and names of two models.
_OF_OTHERS = re.compile(r"\b(?:tokens?|steps?|samples?|words?|pairs|data(?:set)?|from|distill\w*)\b")
_NUMBER_NEAR = re.compile(r"[:|=].{0,30}\d")
_LABELLED = re.compile(rf"~?(?P<amount>{DIGITS})(?: ?(?P<scale>{SCALE}))?(?P<tail>[ \w]{{0,14}})")


def has_labelled_size(page: CardText) -> bool:
    """True if a number may follow one of the keywords as its label."""
    return any(_NUMBER_NEAR.search(page.low, max(0, place - 40), place + 40) for place in page.places(SIZES))


def read_labelled_sizes(pairs: list[Pair]) -> Iterator[ExtractedFact]:
    """Labelled parameters and tokens."""
    for pair in pairs:
        if pair.label in _PARAMETER_LABELS or pair.label in _TOKEN_LABELS:
            found = _LABELLED.match(pair.value.lower())
            value = number(found["amount"], found["scale"] or _scale_of(pair.unit)) if found else None
            is_size = pair.label in ("size", "model size")
            if not found or not value or (is_size and not re.match(r" ?param", found["tail"]) and not found["scale"]):
                continue
            if re.match(r" ?(?:[gmk]?i?b\b|x\b)", found["tail"]) or (is_size and found["scale"] in ("k", "t")):
                continue
            if pair.label.endswith("data") and not re.match(r" ?tokens\b", found["tail"]):
                continue
            yield ExtractedFact(
                "tokens" if pair.label in _TOKEN_LABELS else "parameters", value, pair.start, pair.start + found.end()
            )


def read_named_size(page: CardText) -> Iterator[ExtractedFact]:
    """Parameters in the name of the model, as the first heading has it: `llama-7b`, `BART-139M`."""
    title = _TITLE.search(page.text, page.body, page.body + 2000)
    if title is None or _OF_OTHERS.search(title[0].lower()):
        return
    found = {
        entry["amount"] + entry["scale"].lower() + (entry["late"] or ""): entry
        for entry in _NAMED.finditer(page.text, *title.span("name"))
    }
    if len(found) == 1:
        (entry,) = found.values()
        # `1B7` is 1.7 B.
        late = f".{entry['late']}" if entry["late"] and "." not in entry["amount"] else ""
        value = number(entry["amount"] + late, entry["scale"].lower())
        if value and value >= 1e6:
            yield ExtractedFact("parameters", value, entry.start("amount"), entry.end())


def _scale_of(unit: str) -> str | None:
    return unit if unit in ("m", "b", "k", "million", "millions", "billion", "billions") else None
