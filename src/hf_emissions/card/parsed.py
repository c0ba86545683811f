"""A card parsed once: its front matter, the entries, and the block as written."""

from __future__ import annotations

from dataclasses import dataclass

import yaml
from yaml.events import AliasEvent, Event, MappingStartEvent, ScalarEvent

from ..errors import BlockError, FrontMatterError
from ..lazy import lazy
from ..record import EmissionsRecord
from .block import KEY, BlockShapeError, BlockValueError, from_block
from .block_node import as_written, is_plain_scalar, node_of, pairs
from .entries import Entry, Mapping, content_end, end_of_lines, read_mapping, read_root, root_index
from .events import compose, load, parse_events, place_of
from .front_matter import FrontMatter, find_empty_front_matter, find_front_matter, line_start, position

_EMPTY = Mapping((), frozenset(), flow=False, start=0, end=0, column=0)
_MAY_HOLD_BLOCK = frozenset([KEY, "<<"])


@dataclass(frozen=True)
class ParsedCard:
    """Card whose front matter, if any, is a YAML mapping.

    The marks of `events` are relative to `front_matter.start`; `root` is empty if the front matter is missing or
    empty.
    """

    text: str
    front_matter: FrontMatter | None
    events: list[Event]
    root: Mapping

    def fail(self, index: int, reason: str) -> BlockError:
        """Return an error about the block, with line and column of `index`."""
        return BlockError(reason, *position(self.text, index))

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of an index in the text."""
        return position(self.text, index)

    @lazy
    def block(self) -> Entry | None:
        """The entry of the block, or None.

        Raises:
            BlockError: the key is duplicated, or comes from a merge key.
        """
        if _MAY_HOLD_BLOCK.isdisjoint(self.root.names):
            return None
        found = self.root.named(KEY)
        if len(found) > 1:
            lines = [position(self.text, entry.key_start)[0] for entry in found]
            others = ", ".join(str(line) for line in lines[:-1])
            raise self.fail(found[-1].key_start, f"{KEY} stands on line {others} and on line {lines[-1]}; keep one")
        if not found:
            self._refuse_merged_block()
        return found[0] if found else None

    def _refuse_merged_block(self) -> None:
        for merge in self.root.named("<<"):
            if KEY in load(self.yaml_text):
                raise self.fail(merge.key_start, f"{KEY} comes from this merge key; write it out as a key of its own")

    @property
    def yaml_text(self) -> str:
        """Text between the lines of dashes."""
        place = self.front_matter
        return self.text[place.start : place.closing] if place else ""

    @lazy
    def block_node(self) -> yaml.Node | None:
        """YAML node of the block's value, aliases resolved; None without a block."""
        if self.block is None:
            return None
        own = self.events[self.block.first + 1 : self.block.last + 1]
        if not any(isinstance(event, AliasEvent) for event in own):
            return node_of(own)
        root = compose(self.yaml_text)
        assert isinstance(root, yaml.MappingNode)
        return next((value for key, value in root.value if key.value == KEY), None)

    @lazy
    def block_value(self) -> object:
        """The block's value as None, strings, and mappings and lists of them.

        Numbers and booleans stay strings, because YAML readers disagree on `010`, `1_0`, `12:30` and `no`.
        """
        if self.block_node is None:
            return None
        try:
            return as_written(self.block_node)
        except BlockShapeError as error:
            raise self.unreadable(error) from None

    @lazy
    def record(self) -> EmissionsRecord | None:
        """The record in the block, or None if the card has no figure.

        Raises:
            BlockError: the figure cannot be read.
        """
        try:
            return from_block(self.block_value)
        except BlockValueError as error:
            raise self.unreadable(error) from None

    def unreadable(self, error: BlockValueError) -> BlockError:
        """Return the error with the position of its value."""
        return self.fail(self.place_of(error.key), str(error))

    def place_of(self, key: str) -> int:
        """Index of an entry's value in the block; of the block's key if not found, or for ""."""
        assert self.block
        assert self.front_matter
        for inner, value in pairs(self.block_node):
            if inner.value == key:
                return int(self.front_matter.start + value.start_mark.index)
        return self.block.key_start

    def is_plain(self, key: str, value: object) -> bool:
        """True if the block writes this field as a plain number, boolean or string, as `value` is."""
        for inner, node in pairs(self.block_node):
            if inner.value == key:
                return is_plain_scalar(node, type(value))
        return self.block_node is not None and is_plain_scalar(self.block_node, type(value))

    @property
    def block_scalars(self) -> dict[str, yaml.ScalarNode]:
        """Scalar nodes of the block by key; a block that is a single scalar is `emissions`."""
        if isinstance(self.block_node, yaml.ScalarNode):
            return {"emissions": self.block_node}
        return {key.value: node for key, node in pairs(self.block_node) if isinstance(node, yaml.ScalarNode)}

    @property
    def block_mapping(self) -> Mapping | None:
        """The block's mapping; None if its value is not an inline mapping."""
        if self.block is None or self.front_matter is None:
            return None
        index = self.block.first + 1
        if not isinstance(self.events[index], MappingStartEvent):
            return None
        return read_mapping(self.text, self.front_matter.start, self.events, index)

    @property
    def insertion(self) -> int:
        """Position for the lines of a new block: the end of the front matter.

        Except after a trailing literal: the Hub cuts off the last line break of the front matter, and with it the
        literal's. A line below would give its value a line break that it never had, so the block goes above its entry.
        """
        assert self.front_matter
        start, closing = self.front_matter.start, self.front_matter.closing
        if not self.root.entries or not self._ends_in_literal():
            return start + content_end(self.events, closing - start)
        if len(self.root.entries) == 1:
            return line_start(self.text, self.root.start)
        above = self.root.entries[-2]
        # A literal that keeps its trailing blank lines ends below them.
        return max(end_of_lines(self.text, above, self.root.column), line_start(self.text, above.value_end))

    def _ends_in_literal(self) -> bool:
        leaves = (event for event in reversed(self.events) if isinstance(event, (ScalarEvent, AliasEvent)))
        leaf = next(leaves, None)
        return isinstance(leaf, ScalarEvent) and leaf.style in ("|", ">") and leaf.value.endswith("\n")


def parse_card(text: str) -> ParsedCard:
    """Parse a card's front matter.

    Raises:
        FrontMatterError: it cannot be read as a single mapping; with line and column.
    """
    place = find_front_matter(text)
    if place is None:
        return ParsedCard(text, None, [], _EMPTY)
    try:
        return _parse(text, place)
    except FrontMatterError:
        empty = find_empty_front_matter(text)
        if empty is None or empty == place:
            raise
        return _parse(text, empty)


def _parse(text: str, place: FrontMatter) -> ParsedCard:
    found = parse_events(text, place.start, place.closing)
    events = found.events
    root = root_index(events)
    if root is None:
        return ParsedCard(text, place, events, _EMPTY)
    if not isinstance(events[root], MappingStartEvent):
        line, column = position(text, place.start + place_of(events[root]))
        raise FrontMatterError("front matter is not a mapping of keys to values", line, column)
    return ParsedCard(text, place, events, read_root(text, place.start, found, root))
