"""The comments of a card that ask for a rule to be left out: in its body, and in its front matter."""

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
# At the beginning of a line, where Markdown takes it as a comment and not as code that shows one; and fences of code.
_IN_BODY = re.compile(
    rf"^ {{0,3}}(?:<!--{_IDS}(?P<rules>[^>\n]*?)-->|(?P<fence>`{{3,}}|~{{3,}})(?P<info>.*))", re.MULTILINE
)
_IN_YAML = re.compile(rf"(?:^|[ \t])(?P<mark>#){_IDS}(?P<rules>.*)", re.MULTILINE)
_ID = re.compile(r"[^\s,]+")


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment's wish to leave out a rule, in the whole card; and where in the text the rule is named."""

    rule: str
    start: int


def ignores(text: str) -> list[Ignore]:
    """What the comments of a card ask to leave out, each rule once."""
    if _WORDS not in text:
        return []
    found: dict[str, Ignore] = {}
    for comment in _comments(text):
        for word in _ID.finditer(comment["rules"]):
            found.setdefault(word[0], Ignore(word[0], comment.start("rules") + word.start()))
    return list(found.values())


def without(findings: Iterable[Finding], left_out: Iterable[Ignore]) -> tuple[list[Finding], list[Finding]]:
    """The findings that stay, and those that a comment asks to leave out."""
    rules = {ignore.rule for ignore in left_out}
    all_of_them = list(findings)
    stay = [finding for finding in all_of_them if finding.rule not in rules]
    return stay, [finding for finding in all_of_them if finding.rule in rules]


def _comments(text: str) -> Iterator[re.Match[str]]:
    # Each place as before, and every line ends as regular expressions count lines.
    unix = text.replace("\r", "\n")
    try:
        card = parse_card(text)
    except CardError:
        # No telling where its front matter ends, or what in it is a comment: both forms count, everywhere.
        yield from _IN_YAML.finditer(unix)
        yield from _outside_code(unix, 0)
        return
    if card.front_matter:
        yield from _outside_values(card, unix, card.front_matter.start, card.front_matter.closing)
    yield from _outside_code(unix, card.front_matter.body if card.front_matter else 0)


def _outside_values(card: ParsedCard, unix: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The comments of the front matter; what looks like one inside a value is text."""
    starts = [place_of(event) for event in card.events]
    for found in _IN_YAML.finditer(unix, start, end):
        mark = found.start("mark") - start
        above = card.events[bisect_right(starts, mark) - 1]
        if mark >= place_of_end(above):
            yield found


def _outside_code(unix: str, body: int) -> Iterator[re.Match[str]]:
    """The comments of the body; fenced code only shows them."""
    fence = ""
    for found in _IN_BODY.finditer(unix, body):
        if found["rules"] is not None:
            if not fence:
                yield found
        elif not fence:
            fence = found["fence"]
        elif found["fence"].startswith(fence) and not found["info"].strip():
            fence = ""
