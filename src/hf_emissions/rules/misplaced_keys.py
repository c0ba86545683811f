"""Rule: block keys outside the block because of a lost indent, or the block nested under another key."""

from __future__ import annotations

from collections.abc import Iterator

from yaml.events import CollectionEndEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from ..card.block import KEY, KEYS
from ..card.entries import Entry, Mapping
from ..card.events import place_of
from ..card.front_matter import line_end_before, line_start
from ..card.parsed import ParsedCard
from .duplicate_key import own_mapping
from .finding import Fix, Replacement
from .fix_edits import excerpt, indented
from .rule import CardView, Rule, RuleMatch

_INDENT = "  "
_KEYS = frozenset(KEYS)
_NOTHING = ("", "~", "null", "Null", "NULL")


def stray_keys(card: CardView) -> list[Entry]:
    """Top-level entries that belong in the block."""
    if card.parsed is None or _KEYS.isdisjoint(card.keys):
        return []
    inside = own_mapping(card)
    taken = inside.names if inside else set()
    strays = [entry for entry in card.parsed.root.entries if entry.name in _KEYS - taken]
    names = {entry.name for entry in strays}
    if KEY not in card.keys:
        return strays if "emissions" in names else []
    # `source` is also a common top-level key; directly below the block it belongs to the block.
    belong = _takes_more(card.parsed) and (names - {"source"} or _follow(card.parsed, strays))
    return strays if belong else []


def _takes_more(card: ParsedCard) -> bool:
    """True if the block is a single mapping or empty."""
    found = card.root.named(KEY)
    value = card.events[found[0].first + 1]
    empty = isinstance(value, ScalarEvent) and value.value in _NOTHING and value.implicit[0]
    return len(found) == 1 and (empty or isinstance(value, MappingStartEvent))


def _follow(card: ParsedCard, strays: list[Entry]) -> bool:
    """True if the entries are consecutive, and directly below the block if there is one."""
    if not strays:
        return False
    entries = card.root.entries
    first = entries.index(strays[0])
    in_a_row = list(entries[first : first + len(strays)]) == strays
    return in_a_row and (KEY not in card.root.names or (first > 0 and entries[first - 1].name == KEY))


def nested_block(card: CardView) -> tuple[int, str] | None:
    """Offset of a block under another key, and that key; None if there is none."""
    front = card.parsed.front_matter if card.parsed is not None else None
    if KEY in card.keys or front is None or card.text.find(KEY, front.start, front.closing) < 0:
        return None
    assert card.parsed
    below = ((_key_below(card.parsed, entry), entry.name) for entry in card.parsed.root.entries)
    return next(((front.start + place, name) for place, name in below if place is not None), None)


def _key_below(card: ParsedCard, entry: Entry) -> int | None:
    """Offset of the block's key inside the value of an entry; None if absent."""
    is_key: list[bool | None] = []  # per open collection: True if the next node is a key, None in a list
    for event in card.events[entry.first + 1 : entry.last + 1]:
        if isinstance(event, CollectionEndEvent):
            is_key.pop()
            continue
        if is_key and is_key[-1] is not None:
            if is_key[-1] and isinstance(event, ScalarEvent) and event.value == KEY:
                return place_of(event)
            is_key[-1] = not is_key[-1]
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            is_key.append(True if isinstance(event, MappingStartEvent) else None)
    return None


def _look(card: CardView) -> Iterator[RuleMatch]:
    nested = nested_block(card)
    if nested is not None:
        index, above = nested
        message = f"{KEY} stands under {excerpt(above)}, where nobody looks for it; move it to the top level"
        yield RuleMatch(card.place(index), message)
    strays = stray_keys(card)
    if strays and card.parsed is not None:
        fix = _fix(card.parsed, strays, own_mapping(card))
        message = f"{', '.join(entry.name for entry in strays)} at the top level: nobody looks there, only below {KEY}"
        by_hand = f"move them below {KEY}, indented by two blanks"
        yield RuleMatch(card.place(strays[0].key_start), message, fix, by_hand)


def _fix(card: ParsedCard, strays: list[Entry], inside: Mapping | None) -> Fix | None:
    if card.root.flow or not _follow(card, strays) or (inside is not None and inside.flow):
        return None
    if inside is None and any(card.text[entry.value_start : entry.value_end].strip() for entry in card.root.named(KEY)):
        return None  # an explicit `null` is in the place of the mapping
    indent = _INDENT if inside is None else " " * (inside.column - card.root.column)
    edits = [edit for entry in strays for edit in indented(card.text, entry, indent)]
    if KEY in card.root.names:
        # The block is empty or directly above: only the indent was lost.
        return Fix(True, f"indent them below {KEY}", tuple(edits))
    start = line_start(card.text, strays[0].key_start)
    head = " " * card.root.column + f"{KEY}:{line_end_before(card.text, start)}"
    return Fix(False, f"put {KEY} above them", (Replacement(start, start, head + edits[0].new), *edits[1:]))


RULE = Rule(
    id="misplaced-keys",
    severity="error",
    looks_for=f"`emissions`, `hardware_used` and the like at the top level; `{KEY}` below another key.",
    why="A lost indent takes the figure out of the block. The card looks right, and the Hub sees no figure.",
    fails="---\nco2_eq_emissions:\nemissions: 12.5\nsource: CodeCarbon\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    look=_look,
    of="figure",
)
