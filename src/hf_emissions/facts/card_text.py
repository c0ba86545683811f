"""Card text prepared for the readers: keywords, body, and the prose units around an offset."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from ..card.front_matter import FrontMatter, find_front_matter
from ..card.parsed import ParsedCard, parse_card
from ..errors import FrontMatterError
from ..lazy import lazy
from .keywords import DEVICES, ORIGINAL, keywords

# Limits that bound the work for any card: characters around a hit, units read, and hits per word.
_REACH = 1500
_MOST_UNITS = 200
_MOST_PLACES = 1000

_COMMENT = re.compile(r"<!--|-->")
# URLs, tags and code marks are blanked; equal length keeps all offsets. All begin with a character of one set, which
# the others are skipped by.
_NOT_PROSE = re.compile(
    r"[\]<h\\*`\[](?:(?<=\])\([^)\s]{1,400}\)|(?<=h)ttps?://[^\s)>\]]{1,400}|(?<=<)/?[a-zA-Z][^<>]{0,200}>"
    r"|(?<=\\)(?:\\?[()]|(?<=\d\\),(?=\d{3}))|(?<![<h]))"
)
_SEEN = {"</td>": "|", "</th>": "|", "<sup>": "^", "\\,": "\u2009"}
_GAPS = dict.fromkeys(map(ord, "\n\r\t\u00a0\u202f"), " ")
# A prose unit starts after an empty line, and at a heading, list item, quotation or table row.
_BREAK = re.compile(
    r"\n(?=[ \t]*(?:\r?\n|\r|[-*+] |\d{1,2}[.)] |#|\||>|<(?i:br|/?(?:p|li|tr|td|th|h\d)\b)|[A-Z][A-Za-z /()#&-]{1,32}: "
    r"|\*\*[^*\n]{2,48}\*\*))"
)
# Without a blank behind the marks it is none, but many authors mean one.
_HEADING = re.compile(r"(?:#{1,6}[ \t]+|#{2,6}|#(?=[A-Z][a-z]))(.{0,120})")
_MARKS = re.compile("#{1,6}")
_MOST_HEADINGS = 40
# A line that is bold as a whole is a heading too.
_BOLD = re.compile(r"\n\*\*(?P<words>[^*\n]{2,80})\*\*:?[ \t]*(?=\r?\n|$)")
_ITEM = re.compile(r"[ \t]{0,8}(?:[-*+\u2022>|]|\d{1,2}[.)])[ \t]?")
_LONGEST_LIST, _LONGEST_LABEL = 24, 60
_FOREIGN_TIME = re.compile(
    r"[0-9] ?(?:多|余)?个?(?:\u5929|\u5c0f\u65f6|\u5c0f\u6642|\u6642\u9593|\u5206\u949f|\u5206\u9593|\u65e5\u9593"
    r"|\u9031\u9593"
    r"|\u5468|\u4e2a\u6708|\uc2dc\uac04|\uc77c|\uc8fc|\ubd84"
    r"|\u0447\u0430\u0441|\u0434\u043d|\u0441\u0443\u0442|\u043d\u0435\u0434\u0435\u043b|\u043c\u0438\u043d"
    r"|\u0447\b|\u0441\u0430\u0430\u0442|\u0633\u0627\u0639|\u064a\u0648\u0645|\u0623\u064a\u0627\u0645"
    r"|\u0433\u043e\u0434\u0438\u043d|g\u00fcn|gi\u1edd|ng\u00e0y|d\u00eda|\u00e9poca|p\u00e4iv|tunti)"
)
_FOREIGN_SIZE = re.compile(r"[0-9] ?(?:[万萬亿億千百]|억|조|млрд|млн|трлн|миллиард|миллион|tỷ|tỉ|triệu)")
_LATIN_TIMES = ("g\u00fcn", "d\u00eda", "\u00e9poca", "p\u00e4iv", "tunti")
# First bytes of letters in UTF-8 outside of Latin; not those of punctuation (C2, E2) and emoji (F0). E1 begins the
# letters of Vietnamese too.
_FOREIGN_LEAD = re.compile(b"[\xce-\xdf\xe1\xe3-\xed]")
_ASCII = bytes(range(128))
_NUMBER_BEFORE = re.compile(
    r"(?:\d|\b(?:an?|one|half|couple|two|three|four|five|six|seven|eight|nine|ten|twelve)\b)[\s~+*_`)(-]{0,4}$"
)
# Text below such a heading describes another model.
_INHERITED = re.compile(r"#{1,6}[^\n]{0,40}\b(?:original|parent)\b[^\n]{0,24}\b(?:model card|readme)\b")


@dataclass(frozen=True)
class Unit:
    """A paragraph, list item or table row from `start` on; non-prose characters of `text` are blanked."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """End offset in the card."""
        return self.start + len(self.text)


def lowered(text: str) -> str:
    """Lower-case a text, keeping all offsets."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)  # a few characters lower to two


class CardText:
    """Text of a card; everything else is computed lazily.

    `parsed` is the parsed card, if available.
    """

    def __init__(self, text: str, parsed: ParsedCard | None = None) -> None:
        self.text = text
        self._parsed = parsed
        self.words = keywords(text)
        self._places: dict[str, list[int]] = {}
        self._sections: dict[int, str] = {}

    def has(self, words: Iterable[str]) -> bool:
        """True if the card has one of these keywords."""
        return not self.words.isdisjoint(words)

    @lazy
    def device_words(self) -> frozenset[str]:
        """Device keywords in the card."""
        return self.words & DEVICES

    @lazy
    def low(self) -> str:
        """Text in lower case, with the same offsets."""
        return lowered(self.text)

    @lazy
    def front(self) -> FrontMatter | None:
        """Offsets of the front matter; None if there is none, or its end is unclear."""
        if self._parsed is not None:
            return self._parsed.front_matter
        try:
            return find_front_matter(self.text)
        except FrontMatterError:
            return None

    @lazy
    def parsed(self) -> ParsedCard | None:
        """Parsed front matter; None if unparsable."""
        try:
            return self._parsed or parse_card(self.text)
        except FrontMatterError:
            return None

    @lazy
    def body(self) -> int:
        """Start offset of the Markdown."""
        return self.front.body if self.front else 0

    @lazy
    def end(self) -> int:
        """End offset of the card's own text: at a quoted card of another model, or at the end."""
        if not self.has(ORIGINAL):
            return len(self.text)
        headings = _at_line_starts(self.low, "#", self.body)
        return next((place for place in headings if _INHERITED.match(self.low, place)), len(self.text))

    @lazy
    def _unread(self) -> list[int]:
        """Alternating start and end offsets of code and comments."""
        edges = list(_fences(self.text, self.body))
        comments: list[int] = []
        for found in _COMMENT.finditer(self.text, self.body) if "<!--" in self.text else ():
            if (found[0] == "<!--") == (len(comments) % 2 == 0):
                comments.append(found.start())
        return edges if not comments else _joined(edges, comments)

    def is_code(self, place: int) -> bool:
        """True if an offset is inside a code example or a comment."""
        return bisect_right(self._unread, place) % 2 == 1

    @lazy
    def _headings(self) -> list[tuple[int, str]]:
        places = [place for place in _at_line_starts(self.text, "#", self.body) if not self.is_code(place)]
        found = [heading for heading in (_HEADING.match(self.text, place) for place in places) if heading]
        found += [bold for bold in _BOLD.finditer(self.text, self.body) if not self.is_code(bold.start() + 1)]
        return sorted((heading.start(), heading[1].lower()) for heading in found)

    def section(self, place: int) -> str:
        """The headings above an offset, from the nearest up to one of the second level, in lower case."""
        index = bisect_right(self._headings, (place, "\U0010ffff")) - 1
        if index not in self._sections:
            self._sections[index] = self._section(index) or self.heading(place)
        return self._sections[index]

    def _section(self, index: int) -> str:
        level, words = 8, []
        for start, text in reversed(self._headings[max(0, index - _MOST_HEADINGS) : index + 1]):
            marks = _level(self.text, start)
            if marks < level and marks > 1:
                words.append(text)
                level = marks
            elif marks == 1:
                break
        return " ".join(words)

    def lead_in(self, place: int) -> str:
        """The line that introduces a list, such as `Training info:`, for an offset in the list; in lower case."""
        start = self.text.rfind("\n", self.body, place) + 1
        if not _ITEM.match(self.text, start):
            return ""
        for _ in range(_LONGEST_LIST):
            end = len(self.text[: max(start - 1, 0)].rstrip())
            start = self.text.rfind("\n", 0, end) + 1
            if end <= self.body:
                return ""
            if not _ITEM.match(self.text, start):
                line = self.low[start:end].rstrip(" *_")
                return line if line.endswith((":", "\uff1a")) and len(line) < 120 else ""
        return ""

    def places(self, words: frozenset[str]) -> list[int]:
        """Sorted offsets of these words in the body, whole words only."""
        found: list[int] = []
        for word in self.words & words:
            if word not in self._places:
                self._places[word] = self._places_of(word)
            found += self._places[word]
        return sorted(found)

    @lazy
    def _is_foreign(self) -> bool:
        """True if there are letters of other alphabets than Latin."""
        return not self.text.isascii() and _FOREIGN_LEAD.search(_not_ascii(self.text)) is not None

    @lazy
    def foreign_times(self) -> list[int]:
        """Offsets of times in scripts and languages whose words are no keywords."""
        if not self._is_foreign and (self.text.isascii() or not any(word in self.low for word in _LATIN_TIMES)):
            return []
        found = (entry.start() for entry in islice(_FOREIGN_TIME.finditer(self.low, self.body, self.end), _MOST_PLACES))
        return list(found)

    @lazy
    def foreign_sizes(self) -> list[int]:
        """Offsets of large numbers in scripts whose words are no keywords."""
        if not self._is_foreign:
            return []
        found = (entry.start() for entry in islice(_FOREIGN_SIZE.finditer(self.low, self.body, self.end), _MOST_PLACES))
        return list(found)

    def counted(self, words: frozenset[str]) -> list[int]:
        """Offsets of words that begin with a number or follow one."""
        low = self.low
        return [
            place
            for place in self.places(words)
            if low[place].isdigit() or _NUMBER_BEFORE.search(low[max(0, place - 14) : place])
        ]

    def _places_of(self, word: str) -> list[int]:
        low, end = self.low, self.end
        found: list[int] = []
        place = low.find(word, self.body, end)
        while place >= 0 and len(found) < _MOST_PLACES:
            after = place + len(word)
            if not _is_letter(low[place - 1 : place]) and not _is_letter(low[after : after + 1]):
                found.append(place)
            place = low.find(word, after, end)
        return found

    def heading(self, place: int) -> str:
        """Nearest heading above an offset, in lower case."""
        index = bisect_right(self._headings, (place, "\U0010ffff")) - 1
        return self._headings[index][1] if index >= 0 else ""

    def units(self, places: Iterable[int]) -> Iterator[Unit]:
        """Prose units that contain these offsets, each once, in card order."""
        done, read = self.body, 0
        for place in sorted(places):
            if place < done or place >= self.end or self.is_code(place):
                continue
            unit = self._unit(place, done)
            yield unit
            done, read = unit.end, read + 1
            if read == _MOST_UNITS:
                return

    def _unit(self, place: int, begin: int) -> Unit:
        begin = max(begin, place - _REACH)
        start = begin
        # What begins at the offset may be seen ahead.
        for found in _BREAK.finditer(self.text, begin, min(place + _LONGEST_LABEL, self.end)):
            if found.end() > place:
                break
            start = found.end()
        limit = min(self.end, place + _REACH)
        following = _BREAK.search(self.text, place, limit)
        end = following.start() if following else limit
        return Unit(start, _NOT_PROSE.sub(_blank, self.text[start:end]).translate(_GAPS))


def _level(text: str, start: int) -> int:
    """Level of the heading at an offset; lines in bold are below all others."""
    marks = _MARKS.match(text, start)
    return marks.end() - start if marks else 7


def _is_letter(char: str) -> bool:
    # ASCII only: between Chinese characters words have no spaces around them.
    return char.isascii() and char.isalnum()


def _not_ascii(text: str) -> bytes:
    """The bytes of all characters outside ASCII."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII)


def _blank(found: re.Match[str]) -> str:
    # Keep cell ends visible, and characters that join digits into one number.
    return _SEEN.get(found[0].lower(), " ").ljust(len(found[0]))


def _fences(text: str, begin: int) -> Iterator[int]:
    """Alternating offsets of the fences that open and close code: only a line without words closes (CommonMark 4.5)."""
    mark = ""
    for place in sorted(place for fence in ("```", "~~~") for place in _at_line_starts(text, fence, begin)):
        end = text.find("\n", place)
        line = text[place : end if end >= 0 else len(text)].strip()
        if not mark and (line[0] == "~" or "`" not in line.lstrip("`")):
            mark = line[:3]
            yield place
        elif mark and line.startswith(mark) and not line.strip(mark[0]):
            mark = ""
            yield place


def _at_line_starts(text: str, mark: str, begin: int) -> Iterator[int]:
    """Offsets of a mark at line starts, indented by at most three spaces."""
    place = text.find(mark, begin)
    while place >= 0:
        line = text.rfind("\n", begin, place) + 1 or begin
        if place - line <= 3 and not text[line:place].strip(" "):
            yield place
        following = text.find("\n", place)
        if following < 0:
            return
        place = text.find(mark, following)


def _joined(one: list[int], other: list[int]) -> list[int]:
    """Union of two lists of interval edges."""
    marks = sorted([(place, 1 - 2 * (i % 2)) for edges in (one, other) for i, place in enumerate(edges)])
    joined, depth = [], 0
    for place, step in marks:
        if (depth == 0) != (depth + step == 0):
            joined.append(place)
        depth += step
    return joined
