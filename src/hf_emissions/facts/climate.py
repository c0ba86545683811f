"""Climate performance model cards (Hershcovich et al. 2022, "Towards Climate Awareness in NLP Research").

Their questions separate the final model's training from all experiments and from inference; only the first is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import units
from .card_text import CardText, lowered
from .durations import durations
from .extracted_fact import ExtractedFact

_FINAL = "inal model"
# Between question and answer: markup, or the end of a cell or line.
_GAP = r"[*_`:\u2013\u2014 \t\"-]{0,8}(?:</t[dh]>\s{0,20}<td[^<>\n]{0,60}>|\|)?[*_`:\u2013\u2014 \t\"-]{0,8}"
_ANSWER = re.compile(
    r"how much (?:(?P<mass>[^\n|?]{0,24}?emitted)|(?P<time>time)\b)[^\n|?]{0,60}?\bfinal model\b[^\n|?]{0,24}\?"
    rf"{_GAP}(?:\r?\n[ \t>*_`-]{{0,6}})?(?P<answer>[^\n|<]{{1,120}})(?P<more>(?:\|[ \t]{{0,40}}[^\s|])?)"
)
_QUESTION = re.compile(
    r"\b(?:how much|what)\b[^?\n|]{0,80}\b(?:all (?:the |our )?experiments|final model|inference|energy mix"
    r"|power of|energy consumption)\b[^?\n|]{0,60}\?"
)
_ABOUT = re.compile(
    r"(?:[~\u2248*_` ]|(?:estimated|approximately|approx\.?|about|around|roughly|circa|ca\.|total of)(?![a-z])){0,6}"
)


def read_climate_card(page: CardText) -> Iterator[ExtractedFact]:
    """Grams and hours of the final model's training."""
    if page.text.find(_FINAL, page.body) < 0:
        return
    for found in _ANSWER.finditer(page.low, page.body, page.end):
        if found["more"] or page.is_code(found.start()):
            continue
        start, end = found.span("answer")
        if found["mass"]:
            yield from _grams(page.text[start:end], start)
        else:
            yield from _hours(page.text[start:end], start)


def is_question(text: str) -> bool:
    """True if a prose unit is one of the questions, whose answer must not be read as a sentence."""
    return "?" in text and _QUESTION.search(lowered(text)) is not None


def _grams(answer: str, place: int) -> Iterator[ExtractedFact]:
    amount = next(units.find_masses(answer), None)
    if amount is not None and amount.value and _ABOUT.fullmatch(answer[: amount.start].lower()):
        yield ExtractedFact("reported_g", amount.value, place + amount.start, place + amount.end, amount.off)


def _hours(answer: str, place: int) -> Iterator[ExtractedFact]:
    time = next(durations(lowered(answer)), None)
    if time is not None and time.of != "others" and _ABOUT.fullmatch(answer[: time.start].lower()):
        name = "device_hours" if time.of == "devices" else "wall_hours"
        yield ExtractedFact(name, time.hours, place + time.start, place + time.end)
