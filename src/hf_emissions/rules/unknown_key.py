"""Rule: an unknown key in the block, or a misspelt key of the block itself."""

from __future__ import annotations

from collections.abc import Iterator

from ..card.block import KEY, KEYS
from ..card.entries import Entry, Mapping
from .duplicate_key import own_mapping
from .finding import Fix, Replacement
from .fix_edits import excerpt
from .key_suggestions import KeySuggestion, meant_block, meant_key
from .rule import CardView, Rule, RuleMatch


def meant_keys(card: CardView) -> set[str]:
    """Known keys that unknown keys of the block stand for."""
    mapping = own_mapping(card)
    found = (meant_key(entry.name, mapping.names) for entry in _unknown(mapping)) if mapping else ()
    return {meant.key for meant in found if meant}


def _unknown(mapping: Mapping) -> Iterator[Entry]:
    return (entry for entry in mapping.entries if entry.name not in KEYS and entry.name != "<<")


def _look(card: CardView) -> Iterator[RuleMatch]:
    block = meant_block(card.keys)
    if block is not None and card.parsed is not None:
        yield _match(card, card.parsed.root.named(block.key)[0], KeySuggestion(KEY, block.sure))
    mapping = own_mapping(card)
    seen = set(mapping.names) if mapping else set()
    for entry in _unknown(mapping) if mapping else ():
        meant = meant_key(entry.name, seen)
        seen |= {meant.key} if meant else set()
        yield _match(card, entry, meant)


def _match(card: CardView, entry: Entry, meant: KeySuggestion | None) -> RuleMatch:
    place, says = card.place(entry.key_start), f"{excerpt(entry.name)} is a key that nobody reads"
    if meant is None:
        keys = f"the keys are {', '.join(KEYS)}: say the rest in `source`, or in the text of the card"
        return RuleMatch(place, f"{says}; {keys}")
    doubt = "" if meant.sure else ", if that is what it says"
    return RuleMatch(place, f"{says}; {meant.key} is meant{doubt}", _fix(card.text, entry, meant), "rename it")


def _fix(text: str, entry: Entry, meant: KeySuggestion) -> Fix | None:
    if text[entry.key_start : entry.key_end] not in (entry.name, f'"{entry.name}"', f"'{entry.name}'"):
        return None  # an alias, an anchor, an escape
    return Fix(meant.sure, f"rename it to {meant.key}", (Replacement(entry.key_start, entry.key_end, meant.key),))


RULE = Rule(
    id="unknown-key",
    severity="warning",
    looks_for=f"A key of the block other than {', '.join(f'`{key}`' for key in KEYS)}; a misspelt `{KEY}`.",
    why="A value under a misspelt key is lost to every program, and to the Hub's filter.",
    fails="---\nco2_eq_emissions:\n  emissions: 12.5\n  geographic_location: Quebec, Canada\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n  geographical_location: Quebec, Canada\n---\n",
    look=_look,
    of="figure",
)
