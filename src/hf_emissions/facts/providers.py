"""The provider of the machines, where sentences on training, or of thanks for machines, name it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_text import CardText
from .extracted_fact import ExtractedFact
from .keywords import CLOUDS
from .places import provider_named
from .sentence import sentences

_THANKS = re.compile(
    r"\b(?:thank\w*|sponsor\w*|grateful|acknowledg\w*|support(?:ed|s)? (?:by|from)|courtesy|credits?|donat\w*"
    r"|provid(?:ed|ing)"
    r"|grant\w*|access to|powered by|hosted on|infrastructure|compute)\b"
)
_NOTEBOOK = re.compile(
    r"\bnotebooks?\b|open in colab|\bdemos?\b|\bbadge\b|\bexamples?\b|\btutorials?\b|\btry (?:it|this)\b"
)


def read_providers(page: CardText) -> Iterator[ExtractedFact]:
    """The provider of the machines, if all sentences on training or on thanks for machines name one only."""
    found = [
        (name, sentence)
        for index, unit in enumerate(page.units(page.places(CLOUDS)))
        for sentence in sentences(page, index, unit)
        if (name := provider_named(sentence.low)) is not None
        and (sentence.cue >= 2 or _THANKS.search(sentence.low))
        and not _NOTEBOOK.search(sentence.low)
        and not sentence.against(len(sentence.low))
    ]
    if len({name for name, _ in found}) == 1:
        name, sentence = found[0]
        yield ExtractedFact("provider", name, sentence.start, sentence.start + len(sentence.text))
