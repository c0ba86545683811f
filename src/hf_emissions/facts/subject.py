"""Whose training a sentence is about: this model's, or that of another model that its section names."""

from __future__ import annotations

import re
from functools import lru_cache

from .card_text import CardText

_TITLE = re.compile(r"^#{1,2}[ \t]+(?P<title>[^\n]{1,160})", re.MULTILINE)
_FINETUNED = re.compile(r"\bfine-? ?tuned\b|\bfine-?tuning of\b")
_PRETRAINING = re.compile(r"\bpre-? ?train(?:ed|ing)\b")
_CONTINUED = re.compile(
    r"\b(?:continu\w{1,4}|further|domain|additional|fine-?tun\w{2,4}|we) (?:[a-z]{1,12} )?(?:pre-?train"
    r"|pre-?training)|\bfine-? ?tun"
)
# A section about the model that this one was made from.
_ABOUT_ANOTHER = re.compile(
    r"^(?:about (?:the )?(?P<name>.{0,60})|(?:the )?(?:base|original|parent|teacher|source|backbone|foundation) "
    r"model\b|modelo base"
    r"|modèle de base|basismodell|modello di base|基座模型|ベースモデル)"
)
_ORIGINAL = re.compile(r"\b(?:original|upstream|base|parent|source)\b")
_NAME = re.compile(r"[a-z0-9]*[a-z][a-z0-9]*")
_LONGEST_SECTION = 3000


@lru_cache(maxsize=16)
def title_of(page: CardText) -> str:
    """The first heading, in lower case; empty if there is none."""
    found = _TITLE.search(page.low, page.body, page.body + _LONGEST_SECTION)
    return found["title"].strip() if found else ""


def is_of_another(page: CardText, sentence: str, place: int) -> bool:
    """True if a sentence of a card, in lower case, is about the training of another model than the card's."""
    title = title_of(page)
    heading = page.heading(place)
    about = _ABOUT_ANOTHER.match(heading)
    if about is not None and heading != title and not (about["name"] and _shares_name(about["name"], title)):
        return True
    line = page.text.rfind("\n", 0, place + 1) + 1
    if page.text.startswith(">", line) and _ORIGINAL.search(page.lead_in(place)):
        return True
    return bool(_FINETUNED.search(title) and _PRETRAINING.search(sentence) and not _CONTINUED.search(sentence))


def _shares_name(other: str, title: str) -> bool:
    generic = {"model", "the", "this", "a", "and", "of", "training"}
    names = set(_NAME.findall(other)) - generic
    return not names or bool(names & set(_NAME.findall(title)))
