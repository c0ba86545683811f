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
# Nearly all cards are shorter; it bounds the search for one name.
_LONGEST_TEXT = 20_000
_LEAD_OF_OTHERS = re.compile(
    r"\b(?:original|upstream|base|parent|teacher)(?:'s)? (?:model|team|card|readme|authors)\b|\bfor (?:reference"
    r"|comparison)\b"
    r"|\breference points?\b"
)
_NAME_PART = re.compile(r"[a-z]{3,}")


# The card says which one of several it is about.
_THIS_IS = re.compile(
    r"\b(?:this (?:repo(?:sitory)?|model|checkpoint|card|page)(?: card)? (?:is|contains|holds|documents|hosts|provides)"
    r"(?: for)?|you are looking at|this is) (?:the |our )?(?:model )?[*_`]{0,3}(?P<name>[a-z0-9][\w.-]{1,40})"
)
_RELATED = (
    r"\b(?:unlike|than|based on|built on|on top of|(?:version|variant|tune|tuning|derivative|distillation|merge"
    r"|copy|sft|dpo) of"
    r"|tuned from|from|starting (?:from|with)|initiali[sz]ed (?:from|with|by)|base(?:_model)?:?|teacher:?|vs\.?|versus"
    r"|compared? (?:to|with)|compete with|beats?|outperforms?)[\s\[*_`\"'(-]{1,6}(?:the |our |original |google's "
    r"|meta's )?"
    r"(?:[\w.-]{1,40}/)?"
)
# A name of a model: letters of both cases or with digits, as in `MusicGen`, `DeBERTa`, `GPT-2`; not a word of training.
_NAME_OF_MODEL = (
    r"(?P<name>(?!GPUs?\b|TPUs?\b|CPUs?\b|NPUs?\b|SFT\b|DPO\b|ORPO\b|PPO\b|GRPO\b|RLHF\b|RL\b|LoRA\b|QLoRA\b"
    r"|CPT\b|PEFT\b|FSDP\b|DeepSpeed|[AHVPTLKB]\d{1,3}|RTX|GTX|DGX|HPC|AWS|GCP|MLM\b|LM\b|LLM)"
    r"(?:[A-Z][a-z]*[A-Z][\w.-]*|[A-Z][A-Za-z]*-?\d[\w.-]*|[A-Z]{3,}[\w.-]*))"
)
_MODEL_NAME = re.compile(
    rf"\W{{0,4}}{_NAME_OF_MODEL}"
    + r"(?:[ -][A-Z0-9][\w.-]{0,20}){0,2}(?:'s [a-z-]{3,20})?(?: \([^)]{0,60}\))?,? (?:itself |alone |originally )?"
    r"(?:was|were|is|has been|took|needed|used|required)\b"
)


# An item of a list of models: `- BioGPT: 347M parameters, 10 days on 8 V100`.
_ITEM_OF_MODEL = re.compile(rf"\s*[-*+] {{1,3}}{_NAME_OF_MODEL} ?: ")


@lru_cache(maxsize=16)
def names_of(page: CardText) -> frozenset[str]:
    """Words of three letters or more in the card's title, and in what it says that it is."""
    said = (found["name"] for found in _THIS_IS.finditer(page.low, page.body, page.body + _LONGEST_SECTION))
    return frozenset(_NAME_PART.findall(" ".join([title_of(page), *said])))


def own_names(page: CardText) -> list[str]:
    """The title, and the names that the card says it is about."""
    said = [found["name"] for found in _THIS_IS.finditer(page.low, page.body, page.body + _LONGEST_SECTION)]
    return [title_of(page), *said]


def has_another_subject(page: CardText, sentence: str) -> bool:
    """True if a sentence begins with the name of a model that the card calls its base, or compares itself with.

    `MusicGen was trained on ...` is of another model in a card that says `unlike MusicGen`, and whose title does not
    have the name.
    """
    found = _MODEL_NAME.match(sentence)
    if not title_of(page):
        return False
    if found is None:
        item = _ITEM_OF_MODEL.match(sentence)
        return item is not None and not _shares(page, item["name"])
    name = found["name"].lower()
    if _shares(page, name):
        return False
    return _is_related(page, name)


@lru_cache(maxsize=16)
def _is_related(page: CardText, name: str) -> bool:
    """True if the card calls a model of this name its base, or compares itself with it."""
    return re.search(_RELATED + re.escape(name), page.low[: page.body + _LONGEST_TEXT]) is not None


def _shares(page: CardText, name: str) -> bool:
    """True if the title, or what the card says that it is, has a word of a name; or the name has none."""
    words = _NAME_PART.findall(name.lower())
    title = "".join(sorted(names_of(page)))
    return not words or any(word in title for word in words)


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
    if _LEAD_OF_OTHERS.search(page.lead_in(place)):
        return True
    line = page.text.rfind("\n", 0, place + 1) + 1
    if page.text.startswith(">", line) and _ORIGINAL.search(page.lead_in(place)):
        return True
    return bool(_FINETUNED.search(title) and _PRETRAINING.search(sentence) and not _CONTINUED.search(sentence))


def _shares_name(other: str, title: str) -> bool:
    generic = {"model", "the", "this", "a", "and", "of", "training"}
    names = set(_NAME.findall(other)) - generic
    return not names or bool(names & set(_NAME.findall(title)))
