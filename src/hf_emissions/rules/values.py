"""Values of a block, classified so that exactly one rule about form reports each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import yaml

from .. import units
from ..card.block import KEYS, BlockValueError, field_of, read_fields
from ..card.block_node import MAX_BLOCK_NODES, is_plain_scalar, pairs
from ..card.parsed import ParsedCard
from ..errors import BlockError

Kind = Literal["fine", "nothing", "placeholder", "number-as-text", "with-unit", "negative", "no-number", "shape"]

# Numeric keys and their units.
UNITS = {"emissions": "g", "energy_consumed": "kWh", "hours_used": "h", "ram_total_size": "GB"}

_PLACEHOLDERS = frozenset(
    ["", "tbd", "tba", "tbc", "todo", "na", "n/a", "n.a", "none", "null", "nil", "nothing", "unknown", "unclear"]
    + ["unspecified", "undisclosed", "undefined", "missing", "pending", "coming soon", "fill in", "fill me in"]
    + ["xx", "xxx", "xxxx", "to be determined", "to be added", "to be announced", "to be completed", "to be filled"]
    + [f"{more} needed" for more in ("information", "more information", "more info")]
    + [f"not {done}" for done in ("specified", "available", "applicable", "known", "reported", "provided", "sure")]
    + [
        f"not {done}"
        for done in ("disclosed", "measured", "calculated", "recorded", "tracked", "given", "stated", "set")
    ]
    + [f"not yet {done}" for done in ("known", "available", "measured", "calculated", "reported")]
)
_EDGES = " \t\r\n.?!*_-\u2013\u2014\u2026"
_TEMPLATE = re.compile(r"<[^<>]{1,80}>|\[[^\[\]]{1,80}\]|\{\{?[^{}]{1,80}\}?\}")
_NO_AMOUNT = re.compile(r"[-+]?\.?(?:nan|inf|infinity)", re.IGNORECASE)
_NUMBER_ALONE = re.compile(
    r"[-+]?(?:[0-9.,_]+(?:e[-+]?[0-9]{1,4})?|0(?:x[0-9a-f_]+|o[0-7_]+|b[01_]+))",
    re.IGNORECASE,
)
# Besides the forms of `is_plain_scalar`, these are the same number in YAML 1.1 and 1.2.
_ALIKE = re.compile(r"[-+]?(?:0|[1-9][0-9]*|[0-9]*\.[0-9]*)")
# huggingface_hub/utils/endpoint_helpers.py (2.4.0).
_FIRST_DIGITS = re.compile(r"\d+\.\d+|\d+")
# Numbers to the Hub, which parses front matter as YAML 1.2 (js-yaml 4.1, lib/type/float.js and int.js). PyYAML, YAML
# 1.1, reads some of these as strings.
_HUB_NUMBER = re.compile(
    r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o[0-7_]+)"
)
_OCTAL_OR_NOT = re.compile(r"[-+]?0[0-9_]+")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a block.

    Attributes:
        key: its key; `emissions` for the single figure of a block without keys.
        written: text of a scalar, else "".
        start: start offset in the card.
        end: end offset in the card.
        kind: its class.
        amount: the number in the key's unit, if it can be parsed.
        error: why it cannot be parsed, else "".
        node: the YAML node.
    """

    key: str
    written: str
    start: int
    end: int
    kind: Kind
    amount: float | None
    error: str
    node: yaml.Node


def read_values(card: ParsedCard) -> tuple[Value, ...]:
    """Values of the known keys, in card order; empty if the block has no suitable shape or is too large."""
    try:
        node = card.block_node
    except BlockError:
        return ()
    if node is None or card.front_matter is None:
        return ()
    if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and len(node.value) > MAX_BLOCK_NODES:
        return ()
    entries = [("emissions", node)] if isinstance(node, yaml.ScalarNode) else [(k.value, v) for k, v in pairs(node)]
    return tuple(_value(key, value, card.front_matter.start) for key, value in entries if key in KEYS)


def is_placeholder(text: str) -> bool:
    """True if a text is a template to fill in, or says that the value is unknown."""
    text = text.strip().lower()
    return text.strip(_EDGES) in _PLACEHOLDERS or _TEMPLATE.fullmatch(text) is not None


def _value(key: str, node: yaml.Node, base: int) -> Value:
    start, end = base + node.start_mark.index, base + (node.end_mark or node.start_mark).index
    if not isinstance(node, yaml.ScalarNode):
        return Value(key, "", start, end, "shape", None, "", node)
    kind, amount, error = _quantity(key, node) if key in UNITS else (_text(key, node), None, "")
    return Value(key, node.value, start, end, kind, amount, error, node)


def _text(key: str, node: yaml.ScalarNode) -> Kind:
    if _is_nothing(node):
        return "nothing"
    unknown = is_placeholder(node.value) or _NO_AMOUNT.fullmatch(node.value.strip()) is not None
    return "placeholder" if unknown and key != "on_cloud" else "fine"


def _is_nothing(node: yaml.ScalarNode) -> bool:
    return node.tag == "tag:yaml.org,2002:null" or not node.value.strip()


def _quantity(key: str, node: yaml.ScalarNode) -> tuple[Kind, float | None, str]:
    """Kind of a numeric value, its amount, and the parse error."""
    if _is_nothing(node):
        return ("placeholder", None, "it is an empty text") if node.style else ("nothing", None, "")
    text = node.value.strip()
    try:
        amount = _amount(key, text)
    except BlockValueError as error:
        return _unreadable(key, text), None, str(error)
    if amount == 0 and key == "emissions":
        return "placeholder", amount, ""
    return _form(node, text), amount, ""


def _amount(key: str, text: str) -> float:
    field = field_of(key)
    found: float = read_fields({key: text})[field]
    return units.round_significant(units.s_to_hours(found), 12) if field == "duration_s" else found


def _unreadable(key: str, text: str) -> Kind:
    if is_placeholder(text):
        return "placeholder"
    if _NO_AMOUNT.fullmatch(text):
        return "negative"
    if text[0] in "-\u2212" and text[1:].strip():
        try:
            _amount(key, text[1:].strip())
        except BlockValueError:
            return "no-number"
        return "negative"
    return "no-number"


def _form(node: yaml.ScalarNode, text: str) -> Kind:
    if not node.style and (is_plain_scalar(node, float) or (_is_number(node) and _ALIKE.fullmatch(text))):
        return "fine"
    return "number-as-text" if _NUMBER_ALONE.fullmatch(text) else "with-unit"


def _is_number(node: yaml.ScalarNode) -> bool:
    return node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


def is_number_to_the_hub(value: Value) -> bool:
    """True if the Hub reads the value as a number, whatever other YAML parsers do."""
    plain = isinstance(value.node, yaml.ScalarNode) and not value.node.style
    return plain and _HUB_NUMBER.fullmatch(value.written) is not None


def is_octal_or_not(value: Value) -> bool:
    """True if a number has a leading zero, which some YAML parsers read as octal."""
    return not isinstance(value.node, yaml.ScalarNode) or bool(
        not value.node.style and _OCTAL_OR_NOT.fullmatch(value.written.strip())
    )


def leading_number(text: str) -> float | None:
    """First number in a text, as the Hub's own client reads it."""
    found = _FIRST_DIGITS.search(text)
    return float(found[0]) if found else None
