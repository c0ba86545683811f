"""Render the block as YAML, in block or flow style; YAML 1.1 and 1.2 read its scalars alike."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from .. import units
from .block import KEY, BlockValue

INDENT = "  "

# Always quoted: some YAML readers take these for a boolean, null or a number.
_RESERVED = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "~"])
# Text that needs no quotes in block style: starts with a letter or with a count and a word ("8 x A100"), and has no
# colon or number sign, which could end it.
_PLAIN = re.compile(r"(?:[A-Za-z]|[0-9]+ (?:x )?[A-Za-z])[A-Za-z0-9 ._/()+%;,=@-]*\Z")
_PLAIN_IN_FLOW = re.compile(r"(?:[A-Za-z]|[0-9]+ (?:x )?[A-Za-z])[A-Za-z0-9 ._/()+%;@-]*\Z")
# Not escaped by json.dumps, but invalid in YAML, or a line break there.
_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


class RenderedScalar(str):
    """Scalar that is already YAML, copied verbatim from the card."""

    __slots__ = ()


def scalar(value: BlockValue, *, flow: bool = False) -> str:
    """Render a value as YAML: a plain decimal number, `true` or `false`, or text, quoted if necessary."""
    if isinstance(value, RenderedScalar):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _is_plain(value, flow) else quoted(value)
    return units.plain_decimal(value)


def _is_plain(text: str, flow: bool) -> bool:
    pattern = _PLAIN_IN_FLOW if flow else _PLAIN
    return bool(pattern.match(text)) and not text.endswith(" ") and text.lower() not in _RESERVED


def quoted(text: str) -> str:
    """Render text as a double-quoted YAML scalar on one line."""
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def field_line(key: str, value: BlockValue, indent: str, line_end: str) -> str:
    """Render a field of the block as a line."""
    return f"{indent}{key}: {scalar(value)}{line_end}"


def block_lines(block: Mapping[str, BlockValue], column: int, line_end: str, comment: str = "") -> str:
    """Render the block as lines, its key at `column`, followed by `comment`."""
    indent = " " * column
    head = f"{indent}{KEY}:{comment}{line_end}"
    return head + "".join(field_line(key, value, indent + INDENT, line_end) for key, value in block.items())


def flow_mapping(block: Mapping[str, BlockValue]) -> str:
    """Render the block's mapping in flow style, on one line."""
    return "{" + ", ".join(f"{key}: {scalar(value, flow=True)}" for key, value in block.items()) + "}"
