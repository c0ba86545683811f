"""Rules, and the view of a card that they receive."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from ..card.block import KEY
from ..card.front_matter import position
from ..card.parsed import ParsedCard, parse_card
from ..errors import BlockError, FrontMatterError
from ..facts.card_text import CardText
from ..facts.extract import NO_FACTS, may_be_estimated, read_facts
from ..facts.facts import Facts
from ..facts.keywords import BLOCK
from ..lazy import lazy
from ..record import EmissionsRecord
from .finding import Finding, Fix, Severity
from .values import Kind, Value, read_values

Place = tuple[int, int]
Scope = Literal["card", "figure", "block"]

# A front matter key that may be meant as the block or its figure contains one of these.
LIKE_KEY = ("mission", "MISSION", "co2")

_CARD: frozenset[Scope] = frozenset(["card"])
_FIGURE: frozenset[Scope] = _CARD | {"figure"}
_BLOCK: frozenset[Scope] = _FIGURE | {"block"}


class RuleMatch(NamedTuple):
    """One match of a rule: line and column, message, and fix if there is one.

    With `by_hand`, the remedy ends the message: the command that applies the fix, or these words if there is none.
    """

    place: Place
    message: str
    fix: Fix | None = None
    by_hand: str | None = None


@dataclass(eq=False)
class CardView:
    """A card as seen by the rules: parsed as far as possible, with the error otherwise.

    Attributes:
        name: name of the card in commands, such as its path, shell-quoted.
        base: record of the base model, if given.
        keys: keys of the front matter.
        page: the text as the fact readers see it.
        scopes: "card" always; "figure" if the block's key is anywhere in the text or a front matter key resembles it;
            "block" if the front matter has the block, even unreadable. Most cards have "card" alone.
    """

    text: str
    name: str
    parsed: ParsedCard | None = None
    record: EmissionsRecord | None = None
    front_matter_error: FrontMatterError | None = None
    block_error: BlockError | None = None
    base: EmissionsRecord | None = None

    @lazy
    def facts(self) -> Facts:
        """Facts about the training; read lazily."""
        return read_facts(self.page)

    @lazy
    def facts_of_emissions(self) -> Facts:
        """Facts if they may hold a figure or suffice for an estimate; most cards skip the reading."""
        return self.facts if may_be_estimated(self.page) else NO_FACTS

    def __post_init__(self) -> None:
        # Eager, because every card needs them.
        self.page = CardText(self.text, self.parsed)
        self.keys: frozenset[str] = self.parsed.root.names if self.parsed is not None else frozenset()
        self.scopes: frozenset[Scope] = self._scopes()

    def _scopes(self) -> frozenset[Scope]:
        if self.block_error is not None or KEY in self.keys:
            return _BLOCK
        keys = "\n".join(self.keys)
        return _FIGURE if self.page.has(BLOCK) or any(word in keys for word in LIKE_KEY) else _CARD

    @lazy
    def values(self) -> tuple[Value, ...]:
        """Classified values of the block."""
        return () if self.parsed is None else read_values(self.parsed)

    def values_of(self, kind: Kind) -> Iterator[Value]:
        """Values of the block of this kind."""
        return (value for value in self.values if value.kind == kind)

    def place(self, index: int) -> Place:
        """Line and column of an index in the text."""
        return position(self.text, index)

    @property
    def place_of_figure(self) -> Place:
        """Line and column of the block's figure."""
        return self.place(self.parsed.place_of("emissions") if self.parsed is not None else 0)


_quoted = lru_cache(shlex.quote)  # most files are called README.md


def view(text: str, name: str, base: EmissionsRecord | None = None) -> CardView:
    """View of a card's text; `name` is the card in the commands that findings suggest."""
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
    """One rule: its texts, and the function that yields its matches.

    `fails` and `passes` are whole cards, which the tests check. `of` limits the rule to cards with that scope, to spare
    the others the work.
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
        """Findings of this rule in a card."""
        return [
            Finding(*match.place, self.id, self.severity, self._message(card, match), match.fix)
            for match in self.look(card)
        ]

    def _message(self, card: CardView, match: RuleMatch) -> str:
        if match.by_hand is None:
            return match.message
        if match.fix is None:
            return f"{match.message}; {match.by_hand}"
        unsafe = "" if match.fix.safe else " --unsafe-fixes"
        return f"{match.message}; mend it with: hf-emissions check {card.name} --select {self.id} --fix{unsafe}"
