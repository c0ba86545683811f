"""Hide unfilled emissions lines of the Hub's template once our section answers them.

Each run of such lines becomes one comment that stores them verbatim, so that they can be restored byte for byte.
Filled-in lines and other text are not touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from .heading import Line, lines_below_heading

_LABELS = "Hardware Type|Hours used|Cloud Provider|Compute Region|Carbon Emitted"
_LABEL = re.compile(rf"\*\*(?:{_LABELS}):\*\*")
# Placeholders in templates of huggingface_hub: since 0.10, before 0.10, and the unrendered template.
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
    """Move the template's empty lines below the heading "Environmental Impact" into comments.

    Args:
        text: the card.
        ours: span of our own section, which is skipped.
    """
    if not _LABEL.search(text):
        return text
    lines = [line for line in lines_below_heading(text, ours) if not _overlaps(line, ours)]
    for first, last in reversed(list(_runs(lines))):
        text = text[: first.start] + _comment(text[first.start : last.end]) + text[last.end :]
    return text


def has_placeholders(text: str) -> bool:
    """True if a card has empty template lines that our section would answer."""
    return hide_placeholders(text, None) != text


def show_placeholders(text: str, start: int) -> str:
    """Restore hidden lines in place, from `start` on."""
    return text[:start] + _HIDDEN.sub(_shown, text[start:])


def count_hidden(text: str) -> int:
    """Number of comments in a card that store template lines."""
    return len(_HIDDEN.findall(text))


def _overlaps(line: Line, span: tuple[int, int] | None) -> bool:
    return span is not None and span[0] <= line.end and line.start <= span[1]


def _runs(lines: list[Line]) -> Iterator[tuple[Line, Line]]:
    """First and last line of each run to hide; a run may contain blank lines."""
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
        # The author's text may depend on the suggested text, so keep that.
        return unfilled
    return [any(unfilled) and (empty or words) for empty, words in zip(unfilled, suggested, strict=True)]


def _is_unfilled(lines: list[Line], index: int) -> bool:
    """True if a list item is an unfilled template line without continuation lines."""
    if not lines[index].plain or not _UNFILLED.fullmatch(lines[index].text):
        return False
    following = next((line for line in lines[index + 1 :] if line.text.strip()), None)
    if following is None or _ITEM.match(following.text):
        return True
    return following is not lines[index + 1] and not following.text.startswith(("  ", "\t"))


def _comment(lines: str) -> str:
    # Escape what could end the comment, or be parsed as a heading or a label.
    written = json.dumps(lines)
    for char in "<>[]*#":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return f"{_MARK}{written.replace('--', '-' + chr(92) + 'u002d')} -->"


def _shown(found: re.Match[str]) -> str:
    try:
        lines = json.loads(found["lines"])
    except ValueError:
        return found[0]
    # Restore only lines that we would hide, whoever wrote the comment.
    known = all(not line.strip() or _UNFILLED.fullmatch(line) or _SUGGESTED.fullmatch(line) for line in _split(lines))
    return lines if known else found[0]


def _split(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)
