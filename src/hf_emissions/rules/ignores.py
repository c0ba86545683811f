"""Parse the comments of a card, in body and front matter, that disable rules."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..card.events import place_of, place_of_end
from ..card.parsed import ParsedCard, parse_card
from ..errors import CardError
from .finding import Finding

_WORDS = "hf-emissions:"
_IDS = rf"[ \t]*{_WORDS}[ \t]*ignore[ \t]"
# Only at the start of a line, where Markdown sees a comment and not code; also matches code fences.
_IN_BODY = re.compile(
    rf"^ {{0,3}}(?:<!--{_IDS}(?P<rules>[^>\n]*?)-->|(?P<fence>`{{3,}}|~{{3,}})(?P<info>.*))", re.MULTILINE
)
_IN_YAML = re.compile(rf"(?:^|[ \t])(?P<mark>#){_IDS}(?P<rules>.*)", re.MULTILINE)
_ID = re.compile(r"[^\s,]+")


@dataclass(frozen=True, slots=True)
class Ignore:
    """A rule disabled for the whole card by a comment, and the offset of its name."""

    rule: str
    start: int


def ignores(text: str) -> list[Ignore]:
    """Rules that the comments of a card disable, each once."""
    if _WORDS not in text:
        return []
    found: dict[str, Ignore] = {}
    for comment in _comments(text):
        for word in _ID.finditer(comment["rules"]):
            found.setdefault(word[0], Ignore(word[0], comment.start("rules") + word.start()))
    return list(found.values())


def without(findings: Iterable[Finding], left_out: Iterable[Ignore]) -> tuple[list[Finding], list[Finding]]:
    """Split findings into those kept and those that a comment disables."""
    rules = {ignore.rule for ignore in left_out}
    all_of_them = list(findings)
    stay = [finding for finding in all_of_them if finding.rule not in rules]
    return stay, [finding for finding in all_of_them if finding.rule in rules]


def _comments(text: str) -> Iterator[re.Match[str]]:
    # Keeps all offsets; `re` counts only "\n" as a line end.
    unix = text.replace("\r", "\n")
    try:
        card = parse_card(text)
    except CardError:
        # Neither the end of the front matter nor its comments are known: accept both forms everywhere.
        yield from _IN_YAML.finditer(unix)
        yield from _outside_code(unix, 0)
        return
    if card.front_matter:
        yield from _outside_values(card, unix, card.front_matter.start, card.front_matter.closing)
    yield from _outside_code(unix, card.front_matter.body if card.front_matter else 0)


def _outside_values(card: ParsedCard, unix: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Comments of the front matter, excluding text inside values."""
    starts = [place_of(event) for event in card.events]
    for found in _IN_YAML.finditer(unix, start, end):
        mark = found.start("mark") - start
        above = card.events[bisect_right(starts, mark) - 1]
        if mark >= place_of_end(above):
            yield found


def _outside_code(unix: str, body: int) -> Iterator[re.Match[str]]:
    """Comments of the body, excluding fenced code."""
    fence = ""
    for found in _IN_BODY.finditer(unix, body):
        if found["rules"] is not None:
            if not fence:
                yield found
        elif not fence:
            fence = found["fence"]
        elif found["fence"].startswith(fence) and not found["info"].strip():
            fence = ""
