"""Model parameters and training tokens, from sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_text import CardText
from .extracted_fact import ExtractedFact
from .foreign_numbers import AMOUNT, SCALE_WORD, foreign_number
from .keywords import FOREIGN_SCALES, SIZES
from .numbers import DIGITS, SCALE, WORD, is_part, number
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
_SEEN_BEHIND = re.compile(
    r" (?:seen|in total|of training|for training|were (?:used|seen)|over (?:the )?(?:whole|entire|course))\b"
)
# `a batch size of about 3.15M tokens`, without another number in between.
_OF_A_BATCH = re.compile(
    r"\b(?:batch\w*|context|window|vocab\w*|corpus|corpora|dataset|length|sequences?|limit|output|maximum|max|chunks?)\b[^\d.;,]{0,28}$"
)
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
_FOREIGN_PARAMETERS = (
    r"(?:param(?:eter|etern|etri|etros|etrów|etry|etre|etra)\b|paramètres|parámetros|parâmetros|параметр\w{0,3}|参数|參數"
    r"|パラメータ|파라미터|매개변수|tham số)"
)
_FOREIGN_TOKENS = r"(?:tokens?\b|token\w{1,4}|токен\w{0,3}|トークン|토큰|词元|詞元)"
_FOREIGN = re.compile(
    rf"(?<![\d.,])(?P<amount>{AMOUNT}) ?(?P<scale>{SCALE_WORD}) ?(?:di |de |d'|von |个|個|개의|の)?"
    rf"(?:(?P<parameters>{_FOREIGN_PARAMETERS})|(?P<tokens>{_FOREIGN_TOKENS}))"
)
_FOREIGN_BEHIND = re.compile(
    rf"(?:(?P<parameters>(?:参数量|参数规模|参数|参數量|パラメータ数|파라미터 수))|(?P<tokens>(?:学習トークン数"
    rf"|训练数据|训练token数|학습 토큰 수)))"
    rf"(?:为|約|约|共|达|達|规模|\uff1a|:|は| ){{0,4}}(?P<amount>{AMOUNT}) ?(?P<scale>{SCALE_WORD})"
)
# Every scale word in ASCII has one of these parts.
_SCALE_PARTS = ("mil", "bil", "tril", "mio", "mrd")
_FOREIGN_CONTEXT = re.compile(r"kontext|contexto|contesto|контекст|上下文|长度|コンテキスト|문맥")


def read_sizes(page: CardText) -> Iterator[ExtractedFact]:
    """Parameters and training tokens, each only if all sentences agree on one number."""
    places = [place for place in page.places(SIZES) if any(map(str.isdigit, page.low[max(0, place - 24) : place]))]
    places += [*page.places(FOREIGN_SCALES), *page.foreign_sizes]
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
    yield from _tokens(sentence)
    yield from _foreign(sentence)


def _tokens(sentence: Sentence) -> Iterator[ExtractedFact]:
    """Tokens that a training saw: said to be, or the only number of tokens in a sentence on training."""
    found = list(_token_counts(sentence)) if "tokens" in sentence.low else []
    seen = [fact for fact, is_seen in found if is_seen]
    if seen:
        yield from seen
    elif len(found) == 1 and sentence.cue >= 2 and not _opens_bracket(sentence, found[0][0]):
        yield found[0][0]  # in brackets is the size of the data


def _opens_bracket(sentence: Sentence, fact: ExtractedFact) -> bool:
    return sentence.low[: fact.start - sentence.start].rstrip().endswith("(")


def _token_counts(sentence: Sentence) -> Iterator[tuple[ExtractedFact, bool]]:
    """Numbers of tokens, and whether they are said to be seen in training."""
    low = sentence.low
    for found in _TOKENS.finditer(low):
        value = None if is_part(low, found.start("amount")) else number(found["amount"], found["scale"])
        head, near = low[max(0, found.start() - 90) : found.start()], low[found.start() : found.end() + 30]
        if not value or value < 1e6 or _NOT_SEEN.search(near) or _OF_A_BATCH.search(head):
            continue
        if sentence.against(found.start()):
            continue
        epochs = _EPOCHS.match(low, found.end())
        value *= (number(epochs["epochs"]) or 1) if epochs else 1
        fact = ExtractedFact("tokens", value, sentence.start + found.start(), sentence.start + found.end())
        yield fact, bool(_SEEN.search(head) or _SEEN_BEHIND.match(low, found.end()))


def _foreign(sentence: Sentence) -> Iterator[ExtractedFact]:
    """Parameters and tokens in another language than English."""
    low = sentence.low
    if low.isascii() and not any(map(low.__contains__, _SCALE_PARTS)):
        return
    for pattern in (_FOREIGN, _FOREIGN_BEHIND):
        for found in pattern.finditer(low):
            name = "parameters" if found["parameters"] else "tokens"
            value = foreign_number(found["amount"], found["scale"])
            if not value or sentence.against(found.start()) or _FOREIGN_CONTEXT.search(low[: found.start()][-20:]):
                continue
            if name == "parameters" or sentence.cue >= 2 or pattern is _FOREIGN_BEHIND:
                yield ExtractedFact(name, value, sentence.start + found.start(), sentence.start + found.end())
