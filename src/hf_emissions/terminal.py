"""Text from strangers made safe for a terminal."""

from __future__ import annotations

import re

# C0 and C1 controls, and the marks that reorder or hide what stands around them (UAX #9, and zero-width characters).
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with every character that could drive or mislead a terminal written as an escape, `\\x1b`.

    Line breaks (`\\n`) and tabs stay.
    """
    return _CONTROLS.sub(_escape, text)


def one_line(text: str) -> str:
    """The same for a text that must stay on one line."""
    return visible(text).replace("\n", "\\n").replace("\t", " ")


def json_visible(text: str) -> str:
    """The same for JSON, where such characters stand in strings alone and have escapes of their own."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
