"""Sanitise untrusted text for a terminal."""

from __future__ import annotations

import re

# C0 and C1 controls, bidirectional controls (UAX #9), line separators, zero-width characters and surrogates.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Escape every character that could control or mislead a terminal, as in `\\x1b`.

    Line breaks (`\\n`) and tabs are kept.
    """
    return _CONTROLS.sub(_escape, text)


def one_line(text: str) -> str:
    """Like `visible`, for text that must stay on one line."""
    return visible(text).replace("\n", "\\n").replace("\t", " ")


def json_visible(text: str) -> str:
    """Like `visible`, for JSON: such characters occur only in strings, where JSON has its own escapes."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
