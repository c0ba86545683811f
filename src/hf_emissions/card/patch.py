"""Write and remove the block. Text in, text out; every byte outside the block is preserved."""

from __future__ import annotations

import re
from collections.abc import Mapping as AbstractMapping

import yaml
from yaml.events import CollectionEndEvent

from ..errors import BlockExistsError, VerificationError
from ..record import EmissionsRecord
from ..terminal import one_line
from . import entries, flow, render
from .block import KEY, KEYS, BlockValue, BlockValueError, as_mapping, field_of, read_fields, same, to_block
from .entries import Entry, Mapping
from .events import place_of, place_of_end
from .front_matter import BOM, line_end_before, position
from .parsed import ParsedCard, parse_card
from .verify import is_only_front_matter_added, is_only_lines_added, verify_only_block_changed

# Prefix of the source of our estimates; only such a block is replaced without `overwrite`.
OUR_ESTIMATE = "Estimated with hf-emissions"

_QUOTED_CHARACTERS = 60
_COMMENT = re.compile(r"(?<![^ \t\r\n])#[^\r\n]*")


def read_card(text: str) -> EmissionsRecord | None:
    """Read the record from a card's block; None if the card has no figure.

    Args:
        text: the whole card, front matter and body.

    Raises:
        FrontMatterError: the front matter cannot be read as a single mapping.
        BlockError: there are two blocks, or the figure is invalid or ambiguous.
    """
    return parse_card(text).record


def patch_card(text: str, record: EmissionsRecord, *, overwrite: bool = False) -> str:
    """Write the record into the card's block; everything else is preserved byte for byte.

    An existing block keeps fields that the record does not have; a mapping keeps its style and comments. Idempotent;
    `remove_block` undoes adding a block.

    Args:
        text: the whole card.
        record: the record to write; its grams must be known.
        overwrite: replace conflicting values. Otherwise, only fill empty fields and replace our own estimates.

    Raises:
        FrontMatterError, BlockError: the card cannot be read; see `read_card`.
        BlockExistsError: the block has a different value and `overwrite` is off.
        RecordError: the record has no grams, or is an unlabelled estimate.
        VerificationError: the edit would have changed something outside the block.
    """
    block = to_block(record)
    card = parse_card(text)
    if card.block is None:
        return _added(card, record, block)
    patched = _replaced(card, card.block, _wanted(card, record, block, overwrite))
    if patched != text:
        verify_only_block_changed(card, patched, _expected(record, block))
    return patched


def remove_block(text: str) -> str:
    """Remove the block, and the front matter if it was created for the block.

    Raises:
        FrontMatterError, BlockError: the card cannot be read; see `read_card`.
        VerificationError: the edit would have changed something outside the block.
    """
    card = parse_card(text)
    if card.block is None or card.front_matter is None:
        return text
    start, end = span(text, card.root, card.block)
    place = card.front_matter
    without_block = text[:start] + text[end:]
    above, below = text[place.start : start], text[end : place.closing]
    left = (above + below).strip()
    if left not in ("", "..."):
        return _verified(card, without_block)
    if above and not left:
        # Its last line is the mark that `_added` leaves in an empty front matter. Or it is the author's, and without it
        # the two lines of dashes would begin a front matter that ends at a line of dashes in the body.
        try:
            return _verified(card, text[: start - len(line_end_before(text, start))] + text[end:])
        except VerificationError:
            return _verified(card, without_block)
    return _verified(card, text[: place.opening].rstrip(" \t") + text[place.body :])


def _verified(card: ParsedCard, removed: str) -> str:
    verify_only_block_changed(card, removed, None)
    return removed


def _added(card: ParsedCard, record: EmissionsRecord, block: dict[str, BlockValue]) -> str:
    """Add a new block and verify the result."""
    place = card.front_matter
    if place is not None and not card.root.flow:
        at = card.insertion
        line_end = line_end_before(card.text, at)
        # A blank line above the block marks a front matter that existed, empty, before it.
        mark = "" if card.yaml_text.strip() else line_end
        lines = mark + render.block_lines(block, card.root.column, line_end)
        patched = card.text[:at] + lines + card.text[at:]
        if at == place.closing and is_only_lines_added(card, patched, at, block):
            return patched
    elif place is not None:
        at, entry = flow.insertion(card.text, card.root, f"{KEY}: {render.flow_mapping(block)}")
        patched = card.text[:at] + entry + card.text[at:]
    else:
        patched = _with_front_matter(card.text, block)
        if is_only_front_matter_added(card, patched, block):
            return patched
    verify_only_block_changed(card, patched, _expected(record, block))
    return patched


def _expected(record: EmissionsRecord, block: AbstractMapping[str, BlockValue]) -> dict[str, object]:
    return {field: getattr(record, field) for field in map(field_of, block)}


def _with_front_matter(text: str, block: AbstractMapping[str, BlockValue]) -> str:
    begin = len(BOM) if text.startswith(BOM) else 0
    end = line_end_before(text, begin)
    # The Hub does not accept closing dashes that end in a lone carriage return.
    end = "\n" if end == "\r" else end
    return f"{text[:begin]}---{end}{render.block_lines(block, 0, end)}---{end}{text[begin:]}"


def span(text: str, mapping: Mapping, entry: Entry) -> tuple[int, int]:
    """Span of text to remove in order to delete an entry of a mapping."""
    if mapping.flow:
        return flow.span(text, mapping, entry)
    index = mapping.entries.index(entry)
    above_end = mapping.entries[index - 1].value_end if index else mapping.start
    return entries.lines_of(text, entry, mapping.column, above_end)


def _wanted(
    card: ParsedCard, record: EmissionsRecord, block: AbstractMapping[str, BlockValue], overwrite: bool
) -> dict[str, BlockValue]:
    """Fields to write, without those that already have their value.

    Raises:
        BlockError: the block cannot be read (`overwrite` ignores unreadable values, but not an invalid structure).
        BlockExistsError: a field has a different value and may not be replaced.
    """
    try:
        existing = read_fields(card.block_value, skip_unreadable=overwrite)
    except BlockValueError as error:
        raise card.unreadable(error) from None
    allowed = overwrite or existing.get("source", "").startswith(OUR_ESTIMATE)
    wanted = {}
    for key, value in block.items():
        field = field_of(key)
        agrees = field in existing and same(existing[field], getattr(record, field))
        if field in existing and not agrees and not allowed:
            raise _exists(card, key, value)
        if not agrees or not card.is_plain(key, value):
            wanted[key] = value
    return wanted


def _exists(card: ParsedCard, key: str, value: BlockValue) -> BlockExistsError:
    found = one_line(str(as_mapping(card.block_value)[key]))
    found = found if len(found) <= _QUOTED_CHARACTERS else f"{found[:_QUOTED_CHARACTERS]}..."
    reason = (
        f"the block already says {key}: {found}, not {render.scalar(value)}; "
        "to replace what is there, ask for it with --overwrite (overwrite=True)"
    )
    return BlockExistsError(reason, *position(card.text, card.place_of(key)))


def _replaced(card: ParsedCard, block: Entry, wanted: AbstractMapping[str, BlockValue]) -> str:
    if not wanted:
        return card.text
    inner = card.block_mapping
    if inner is None:
        return _rewritten(card, block, wanted)
    edits = [_field_edit(card, inner, entry, wanted[entry.name]) for entry in inner.entries if entry.name in wanted]
    new = {key: value for key, value in wanted.items() if not inner.named(key)}
    if new:
        edits.append(_new_fields(card.text, inner, new))
    return _applied(card.text, edits)


Edit = tuple[int, int, str]


def _applied(text: str, edits: list[Edit]) -> str:
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _field_edit(card: ParsedCard, inner: Mapping, entry: Entry, value: BlockValue) -> Edit:
    """Replace a field's value, keeping trailing comments."""
    text = card.text
    colon = entry.key_end + len(text[entry.key_end :]) - len(text[entry.key_end :].lstrip(" \t"))
    if text[colon : colon + 1] == ":":
        end = max(entry.value_end, colon + 1)
        written = text[colon + 1 : end].rstrip(" \t\r\n")
        return colon + 1, colon + 1 + len(written), " " + render.scalar(value, flow=inner.flow)
    if inner.flow:
        return entry.key_start, entry.value_end, f"{entry.name}: {render.scalar(value, flow=True)}"
    start, _ = entries.lines_of(text, entry, inner.column, inner.start)
    end = entries.last_line_end(text, entry)
    return start, end, render.field_line(entry.name, value, " " * inner.column, line_end_before(text, end))


def _new_fields(text: str, inner: Mapping, new: AbstractMapping[str, BlockValue]) -> Edit:
    if inner.flow:
        fields = [f"{key}: {render.scalar(value, flow=True)}" for key, value in new.items()]
        at, entry_text = flow.insertion(text, inner, ", ".join(fields))
        return at, at, entry_text
    at = entries.last_line_end(text, inner.entries[-1])
    line_end, indent = line_end_before(text, at), " " * inner.column
    return at, at, "".join(render.field_line(key, value, indent, line_end) for key, value in new.items())


def _rewritten(card: ParsedCard, block: Entry, wanted: AbstractMapping[str, BlockValue]) -> str:
    """Rewrite a block that is a figure, alias or list as a mapping; a trailing comment moves to the key."""
    text, fields = card.text, {**_kept(card), **wanted}
    fields = {key: fields[key] for key in sorted(fields, key=_order)}
    end = max(block.value_end, block.key_end)
    if card.root.flow:
        return text[: block.key_start] + f"{KEY}: {render.flow_mapping(fields)}" + text[end:]
    start, _ = span(text, card.root, block)
    lines_end = entries.last_line_end(text, block)
    comment, line_end = text[end:lines_end].rstrip(), line_end_before(text, lines_end)
    lines = render.block_lines(fields, card.root.column, line_end, comment)
    # Comments from inside the old value go below the new one.
    indent = " " * card.root.column + render.INDENT
    inner = "".join(f"{indent}{found}{line_end}" for found in _inner_comments(card, block))
    return text[:start] + lines + inner + text[lines_end:]


def _inner_comments(card: ParsedCard, block: Entry) -> list[str]:
    """Comments between the block's events; a `#` inside a scalar is text."""
    assert card.front_matter
    base, at, found = card.front_matter.start, block.key_end, []
    for event in card.events[block.first + 1 : block.last + 1]:
        start = base + place_of(event)
        found += _COMMENT.findall(card.text, at, start)
        at = max(at, start if isinstance(event, CollectionEndEvent) else base + place_of_end(event))
    return found


def _order(key: str) -> int:
    return KEYS.index(key) if key in KEYS else len(KEYS)


def _kept(card: ParsedCard) -> dict[str, BlockValue]:
    """Fields of a block to be rewritten, each as the author wrote it."""
    kept: dict[str, BlockValue] = {}
    scalars = card.block_scalars
    for key, value in as_mapping(card.block_value).items():
        if isinstance(value, (list, dict)):
            reason = f"{key} holds several values, which would be lost; write the block as a mapping first"
            raise card.fail(card.place_of(key), reason)
        if value is not None:
            kept[key] = _as_it_stands(card, scalars.get(key), str(value))
    return kept


def _as_it_stands(card: ParsedCard, node: yaml.ScalarNode | None, value: str) -> BlockValue:
    """A scalar's original YAML if one word or quoted; else its text, to be quoted as needed."""
    if node is None or card.front_matter is None or node.style in ("|", ">"):
        return value
    start = card.front_matter.start
    written = card.text[start + node.start_mark.index : start + node.end_mark.index]
    one_word = not node.style and re.fullmatch(r"[\w.+:-]+", written) is not None
    quoted = bool(node.style) and written[:1] in "'\"" and written.isprintable()
    return render.RenderedScalar(written) if one_word or quoted else value
