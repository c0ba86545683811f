"""Model parameters and training tokens, from sentences and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_text import CardText
from .extracted_fact import ExtractedFact
from .keywords import SIZES
from .numbers import DIGITS, SCALE, WORD, is_part, number
from .pairs import Pair, labels
from .sentence import Sentence, sentences

_PARAMETERS = re.compile(
    rf"(?<![\w.,/-])~?(?P<amount>{DIGITS})(?:[ -]?(?P<scale>{SCALE}))?\+?[ -]{{1,2}}(?:(?:total|model"
    rf"|learnable|weight|dense) )?param(?:eter)?s?\b(?! (?:per|each|more|fewer|less|smaller))"
)
_TOKENS = re.compile(
    rf"(?<![\w.,/-])~?(?P<amount>{DIGITS})[ -]?(?P<scale>{SCALE})\+? (?:(?:training|total|vision|and|multilingual"
    rf"|high-quality|text|english|subword|bpe|of|more|additional|unique|different"
    rf"|[a-z]{{3,12}}) ){{0,3}}?tokens\b(?! per| dataset| of context)"
)
# Tokens seen by a model, not those in a corpus.
_SEEN = re.compile(
    r"\b(?:(?:pre-?|fine-?)?(?:trained|training|tuned|tuning)(?: (?:for|on|with|using|over|to))?|seen|saw|sees"
    r"|consum\w{1,4}"
    r"|processed|amounts to|training budget of|token budget of|(?:trained|training)\b[^.;]{1,70}\b(?:for|on|over|to"
    r"|with))"
    r"(?: (?:an?|about|around|approximately|roughly|over|nearly|almost|more|than|total|of|up|to|the|some|only"
    r"|just|full|another|additional|initial)){0,6}"
    r"[ ~(]{0,3}$"
)
_EPOCHS = re.compile(rf"[^.;]{{0,40}}?\bfor (?P<epochs>\d{{1,3}}|{WORD}) epochs")
_NOT_SEEN = re.compile(
    r"context|window|vocab|length|per second|up to|maximum|max\b|output|generat|batch|per step|limit"
    r"|inference|throughput|support|sequence|corpus (?:of|has|contains)|dataset (?:of|has|contains"
    r"|with)"
)
_OTHER = re.compile(
    r"\b(?:compar|outperform|larger than|smaller than|than|like|such as|unlike|versus|vs|teacher"
    r"|original|gpt-?3|similar to|up to|trainable|lora|adapter|frozen|active|activated|only [\d.]+%"
    r"|instead of|fewer|less|range|from \d)\b"
)
_PARAMETER_LABELS = labels(
    "parameters, number of parameters, size, model size, params, parameter count, total parameters, model parameters, "
    "num parameters, n parameters, n params, number of params, # parameters, # params, total params, parameter size, "
    "#params, model params, nparameters, parameter"
)
_TOKEN_LABELS = labels(
    "training tokens, tokens seen, train tokens, tokens trained, number of training tokens, total training tokens, "
    "trained tokens, pretraining tokens, tokens seen in training, training data, pretraining data, pre-training data, "
    "pre-training tokens, number of tokens"
)
_TITLE = re.compile(r"^#[ \t]+(?P<name>[^\n]{1,120})|^<h1[^>\n]{0,80}>(?P<html>[^<\n]{1,120})", re.MULTILINE)
# Not `8x7B`, and no version, context length or size of a vocabulary.
_NAMED = re.compile(r"(?<![\w.])(?P<amount>[0-9]{1,4}(?:\.[0-9]{1,3})?)(?P<scale>[BbM])(?![\w])")
# Sizes of the data, and names of two models.
_OF_OTHERS = re.compile(r"\b(?:tokens?|steps?|samples?|words?|pairs|data(?:set)?|from|distill\w*|lora|adapter)\b")
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
        entry["amount"] + entry["scale"].lower(): entry for entry in _NAMED.finditer(page.text, *title.span("name"))
    }
    if len(found) == 1:
        (entry,) = found.values()
        value = number(entry["amount"], entry["scale"].lower())
        if value and value >= 1e6:
            yield ExtractedFact("parameters", value, entry.start("amount"), entry.end())


def _scale_of(unit: str) -> str | None:
    return unit if unit in ("m", "b", "k", "million", "millions", "billion", "billions") else None


def read_sizes(page: CardText) -> Iterator[ExtractedFact]:
    """Parameters and training tokens, each only if all sentences agree on one number."""
    if not page.has(SIZES):
        return
    places = [place for place in page.places(SIZES) if any(map(str.isdigit, page.low[max(0, place - 24) : place]))]
    found = [
        entry
        for index, unit in enumerate(page.units(places))
        for sentence in sentences(page, index, unit)
        for entry in sizes_in(sentence)
    ]
    for name in ("parameters", "tokens"):
        named = [entry for entry in found if entry.name == name]
        if named and len({entry.value for entry in named}) == 1:
            yield named[0]


def sizes_in(sentence: Sentence) -> Iterator[ExtractedFact]:
    """Parameters and tokens in a sentence."""
    low = sentence.low
    for found in _PARAMETERS.finditer(low) if "param" in low else ():
        value = None if is_part(low, found.start("amount")) else number(found["amount"], found["scale"])
        if value and value >= 10_000 and not _OTHER.search(low[max(0, found.start() - 60) : found.start()]):
            yield ExtractedFact("parameters", value, sentence.start + found.start(), sentence.start + found.end())
    for found in _TOKENS.finditer(low) if "tokens" in low else ():
        value = None if is_part(low, found.start("amount")) else number(found["amount"], found["scale"])
        head, near = low[max(0, found.start() - 90) : found.start()], low[found.start() : found.end() + 30]
        if value and value >= 1e6 and _SEEN.search(head) and not _NOT_SEEN.search(near):
            if sentence.against(found.start()):
                continue
            epochs = _EPOCHS.match(low, found.end())
            value *= (number(epochs["epochs"]) or 1) if epochs else 1
            yield ExtractedFact("tokens", value, sentence.start + found.start(), sentence.start + found.end())
