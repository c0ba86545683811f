"""What a rule is, and the view of a card that it is given."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ..card.parsed import ParsedCard, parse_card
from ..errors import BlockError, FrontMatterError
from ..facts.extract import extract_facts
from ..facts.facts import Facts
from ..record import EmissionsRecord
from .finding import Finding, Fix, Severity
from .values import Value, read_values

Place = tuple[int, int]


class Hit(NamedTuple):
    """What a rule found: line and column, the message, and how it is mended."""

    place: Place
    message: str
    fix: Fix | None = None


@dataclass(frozen=True)
class CardView:
    """A card as the rules see it: parsed as far as it can be, with the error where it cannot.

    `name` is what commands call the card, such as its path, quoted for a shell; `base` the record of the model that it
    was fine-tuned from, where it was handed in.
    """

    text: str
    name: str
    parsed: ParsedCard | None = None
    record: EmissionsRecord | None = None
    front_matter_error: FrontMatterError | None = None
    block_error: BlockError | None = None
    base: EmissionsRecord | None = None

    @cached_property
    def facts(self) -> Facts:
        """What the card says about its training; read when the first rule asks for it."""
        return extract_facts(self.text)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the front matter."""
        return frozenset() if self.parsed is None else frozenset(self.parsed.root.names)

    @cached_property
    def has_block(self) -> bool:
        """Whether the front matter has a block, even one that cannot be read."""
        return self.block_error is not None or (self.parsed is not None and self.parsed.block is not None)

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """The values of the block, and what each one is."""
        return () if self.parsed is None else read_values(self.parsed)


def view(text: str, name: str, base: EmissionsRecord | None = None) -> CardView:
    """The view of a card's text; `name` is what to call it in the commands that findings advise."""
    name = shlex.quote(name)
    try:
        parsed = parse_card(text)
    except FrontMatterError as error:
        return CardView(text, name, front_matter_error=error, base=base)
    try:
        return CardView(text, name, parsed, parsed.record, base=base)
    except BlockError as error:
        return CardView(text, name, parsed, block_error=error, base=base)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its words for people, and the function that looks for it and yields what it hits.

    `fails` and `passes` are whole cards; the tests hold the rule to them. A rule `of_block` can only hit where the
    front matter has a block; most cards have none, and are spared it.
    """

    id: str
    severity: Severity
    looks_for: str
    why: str
    fails: str
    passes: str
    look: Callable[[CardView], Iterable[Hit | tuple[Place, str]]]
    of_block: bool = False

    def findings(self, card: CardView) -> list[Finding]:
        """The findings of this rule in a card."""
        hits = (Hit(*hit) for hit in self.look(card))
        return [Finding(*hit.place, self.id, self.severity, hit.message, hit.fix) for hit in hits]
