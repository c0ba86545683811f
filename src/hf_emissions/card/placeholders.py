"""What the Hub's template asks of emissions and nobody has filled in: hidden where our section answers it.

Each run of such lines becomes one comment, which holds them as they were, so that they can be put back byte for byte.
A line that somebody has filled in is not touched, nor is anything between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from .heading import Line, lines_below_heading

_LABELS = "Hardware Type|Hours used|Cloud Provider|Compute Region|Carbon Emitted"
_LABEL = re.compile(rf"\*\*(?:{_LABELS}):\*\*")
# What the templates of huggingface_hub have had there: since 0.10, before, and the template itself, not yet rendered.
_NOTHING = r"(?i:\[More Information Needed\]|More information needed\.?)|\{\{[^{}]*\}\}|"
_UNFILLED = re.compile(rf"[-*] \*\*(?:{_LABELS}):\*\*[ \t]*(?:{_NOTHING})[ \t]*")
_SUGGESTED = re.compile(
    r"<!-- Total emissions \(in grams of CO2eq\) and additional considerations, such as electricity usage, go here\. "
    r"Edit the suggested text below accordingly -->[ \t]*"
    r"|Carbon emissions can be estimated using the \[Machine Learning Impact calculator\]\([^()\s]*\) presented in "
    r"\[Lacoste et al\. \(2019\)\]\([^()\s]*\)\.[ \t]*"
)
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|\Z)|[ \t]*<!--")

_MARK = "<!-- hf-emissions: in place of the template's empty lines: "
_HIDDEN = re.compile(
    rf'(?:\A|(?<=[\r\n])){re.escape(_MARK)}(?P<lines>"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*") -->(?=[ \t]*(?:[\r\n]|\Z))'
)


def hide_placeholders(text: str, ours: tuple[int, int] | None) -> str:
    """The card with the empty lines of the template below its heading "Environmental Impact" in comments.

    Args:
        text: the card.
        ours: where our own section stands; what is in it is not looked at.
    """
    if not _LABEL.search(text):
        return text
    lines = [line for line in lines_below_heading(text, ours) if not _overlaps(line, ours)]
    for first, last in reversed(list(_runs(lines))):
        text = text[: first.start] + _comment(text[first.start : last.end]) + text[last.end :]
    return text


def has_placeholders(text: str) -> bool:
    """Whether a card has empty lines of the template that our section would answer."""
    return hide_placeholders(text, None) != text


def show_placeholders(text: str, start: int) -> str:
    """The card with the lines that were hidden back where they stood, from `start` on."""
    return text[:start] + _HIDDEN.sub(_shown, text[start:])


def count_hidden(text: str) -> int:
    """How many comments of a card hold lines of the template."""
    return len(_HIDDEN.findall(text))


def _overlaps(line: Line, span: tuple[int, int] | None) -> bool:
    return span is not None and span[0] <= line.end and line.start <= span[1]


def _runs(lines: list[Line]) -> Iterator[tuple[Line, Line]]:
    """The first and the last line of each run that is to be hidden; empty lines between its lines are part of it."""
    hidden = _to_hide(lines)
    run: list[Line] = []
    for line, hide in zip(lines, hidden, strict=True):
        if hide:
            run.append(line)
        elif run and line.text.strip():
            yield run[0], run[-1]
            run = []
    if run:
        yield run[0], run[-1]


def _to_hide(lines: list[Line]) -> list[bool]:
    unfilled = [_is_unfilled(lines, index) for index in range(len(lines))]
    suggested = [line.plain and bool(_SUGGESTED.fullmatch(line.text)) for line in lines]
    kinds = zip(lines, unfilled, suggested, strict=True)
    if any(line.text.strip() and not empty and not words for line, empty, words in kinds):
        # What the author has written may go with the words that the template suggests.
        return unfilled
    return [any(unfilled) and (empty or words) for empty, words in zip(unfilled, suggested, strict=True)]


def _is_unfilled(lines: list[Line], index: int) -> bool:
    """Whether an item of the list is the template's own, and nothing that belongs to it follows."""
    if not lines[index].plain or not _UNFILLED.fullmatch(lines[index].text):
        return False
    following = next((line for line in lines[index + 1 :] if line.text.strip()), None)
    if following is None or _ITEM.match(following.text):
        return True
    return following is not lines[index + 1] and not following.text.startswith(("  ", "\t"))


def _comment(lines: str) -> str:
    # Nothing in a comment may look like its end, or like a heading or a label to whoever reads the card.
    written = json.dumps(lines)
    for char in "<>[]*#":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return f"{_MARK}{written.replace('--', '-' + chr(92) + 'u002d')} -->"


def _shown(found: re.Match[str]) -> str:
    try:
        lines = json.loads(found["lines"])
    except ValueError:
        return found[0]
    # Nothing but what we hide comes back, whoever has written the comment.
    known = all(not line.strip() or _UNFILLED.fullmatch(line) or _SUGGESTED.fullmatch(line) for line in _split(lines))
    return lines if known else found[0]


def _split(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)
