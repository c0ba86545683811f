"""The provider of the machines, where sentences on training, or of thanks for machines, name it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_text import CardText
from .extracted_fact import ExtractedFact
from .keywords import CLOUDS
from .places import provider_named
from .sentence import Sentence, sentences

_THANKS = re.compile(
    r"\b(?:thank\w*|sponsor\w*|grateful|acknowledg\w*|support(?:ed|s)? (?:by|from)|courtesy|credits?|donat\w*"
    r"|provid(?:ed|ing)"
    r"|grant\w*|access to|powered by|hosted on|infrastructure|compute)\b"
)
_GOOGLE = re.compile(r"google(?:'s)? (?:cloud|compute|tpu|research|colab)")
_MACHINES = re.compile(
    r"\b(?:tpus?|gpus?|cloud|comput\w{1,8}|credits?|research cloud|trc|tfrc|machines?|servers?|cluster|resources?)\b"
)
_TRAINED_ON = re.compile(
    r"\b(?:trained|fine-?tuned|epochs) (?:on|in|at|with|using) (?:an? |the |a single |one )?(?:free )?(?:google|aws"
    r"|amazon|azure|gcp|kaggle|colab|sagemaker|lambda|runpod|vast)\b"
    r"|\b(?:pre-?|fine-?)?(?:trained|tuned|training|tuning|used|computation|done)\b.{0,80}\b(?:on|in|from|using|with) "
    r"(?:an? |the |free ){0,2}(?:google )?colab"
    # Kaggle is a place of data too.
    r"|\b[gt]pus? (?:on|from|of|by|via|at|in) kaggle\b|\bkaggle(?:'s)? (?:free )?(?:[gt]pus?|kernels?)\b"
)
_NOTEBOOK = re.compile(
    r"\bnotebooks?\b|open in colab|\bdemos?\b|\bbadge\b|\bexamples?\b|\btutorials?\b|\btry (?:it|this)\b"
)


def read_providers(page: CardText, *, has_training: bool) -> Iterator[ExtractedFact]:
    """The provider of the machines, if all sentences on training or on thanks for machines name one only.

    In a card that says nothing else of a training, only thanks for machines count.
    """
    if not page.has(CLOUDS):
        return
    found = [
        (name, sentence)
        for index, unit in enumerate(page.units(_places(page)))
        for sentence in sentences(page, index, unit)
        if (name := provider_named(sentence.low)) is not None
        and (_is_of_training(sentence) if has_training else _is_of_machines(sentence))
        and not _NOTEBOOK.search(sentence.low)
        and not sentence.against(len(sentence.low))
    ]
    if len({name for name, _ in found}) == 1:
        name, sentence = found[0]
        yield ExtractedFact("provider", name, sentence.start, sentence.start + len(sentence.text))


def _places(page: CardText) -> list[int]:
    """Offsets of providers; `google` alone is mostly the maker of a model, but for a cloud TPU beside it."""
    low = page.low
    if "cloud tpu" in low:
        return page.places(CLOUDS)
    return [place for place in page.places(CLOUDS) if not low.startswith("google", place) or _GOOGLE.match(low, place)]


def _is_of_training(sentence: Sentence) -> bool:
    return sentence.cue >= 2 or _THANKS.search(sentence.low) is not None


def _is_of_machines(sentence: Sentence) -> bool:
    """True for thanks for machines, and for a completed training with its provider: `trained on AWS SageMaker`."""
    thanks = _THANKS.search(sentence.low) and _MACHINES.search(sentence.low)
    return bool(thanks) or _TRAINED_ON.search(sentence.low) is not None
