"""What a rule is, and the view of a card that it is given."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from ..card.block import KEY
from ..card.parsed import ParsedCard, parse_card
from ..errors import BlockError, FrontMatterError
from ..facts.card_text import CardText
from ..facts.extract import NO_FACTS, may_be_estimated, read_facts
from ..facts.facts import Facts
from ..facts.keywords import BLOCK
from ..record import EmissionsRecord
from .finding import Finding, Fix, Severity
from .values import Value, read_values

Place = tuple[int, int]
Scope = Literal["card", "figure", "block"]

# A key of the front matter that may be meant as the block, or as its figure, has one of these.
LIKE_KEY = ("mission", "MISSION", "co2")

_CARD: frozenset[Scope] = frozenset(["card"])
_FIGURE: frozenset[Scope] = _CARD | {"figure"}
_BLOCK: frozenset[Scope] = _FIGURE | {"block"}


class RuleMatch(NamedTuple):
    """What a rule found: line and column, the message, and how it is mended."""

    place: Place
    message: str
    fix: Fix | None = None


@dataclass(eq=False)
class CardView:
    """A card as the rules see it: parsed as far as it can be, with the error where it cannot.

    `name` is what commands call the card, such as its path, quoted for a shell; `base` the record of the model that it
    was fine-tuned from, where it was handed in. `keys` are those of the front matter, `page`
    is the text as the readers of facts see it.

    `scopes` is what rules can look at: the card; a figure, where the block's key stands anywhere in the text, or a key
    of the front matter is like it; the block, even one that cannot be read. Most cards have the first alone.
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
        return read_facts(self.page)

    @cached_property
    def facts_of_emissions(self) -> Facts:
        """The facts, where a figure or enough for an estimate may be among them; most cards are spared the reading."""
        return self.facts if may_be_estimated(self.page) else NO_FACTS

    def __post_init__(self) -> None:
        # Every card is asked for these, so that they are no properties.
        self.page = CardText(self.text, self.parsed)
        self.keys: frozenset[str] = self.parsed.root.names if self.parsed is not None else frozenset()
        self.scopes: frozenset[Scope] = self._scopes()

    def _scopes(self) -> frozenset[Scope]:
        if self.block_error is not None or KEY in self.keys:
            return _BLOCK
        keys = "\n".join(self.keys)
        return _FIGURE if self.page.has(BLOCK) or any(word in keys for word in LIKE_KEY) else _CARD

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """The values of the block, and what each one is."""
        return () if self.parsed is None else read_values(self.parsed)


_quoted = lru_cache(shlex.quote)  # of one file after the other, most are called README.md


def view(text: str, name: str, base: EmissionsRecord | None = None) -> CardView:
    """The view of a card's text; `name` is what to call it in the commands that findings advise."""
    name = _quoted(name)
    try:
        parsed = parse_card(text)
    except FrontMatterError as error:
        return CardView(text, name, front_matter_error=error, base=base)
    try:
        record = parsed.record if parsed.block is not None else None
        return CardView(text, name, parsed, record, base=base)
    except BlockError as error:
        return CardView(text, name, parsed, block_error=error, base=base)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its words for people, and the function that looks for it and yields what it hits.

    `fails` and `passes` are whole cards; the tests hold the rule to them. A rule `of` the block can only hit where the
    front matter has one, a rule `of` the figure where something may be meant as one; most cards are spared both.
    """

    id: str
    severity: Severity
    looks_for: str
    why: str
    fails: str
    passes: str
    look: Callable[[CardView], Iterable[RuleMatch]]
    of: Scope = "card"

    def findings(self, card: CardView) -> list[Finding]:
        """The findings of this rule in a card."""
        return [
            Finding(line, column, self.id, self.severity, message, fix)
            for (line, column), message, fix in self.look(card)
        ]
