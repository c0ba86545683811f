"""What a rule is, and the view of a card that it is given."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..card.parsed import ParsedCard, parse_card
from ..errors import BlockError, FrontMatterError
from ..record import EmissionsRecord
from .finding import Finding, Severity

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as the rules see it: parsed as far as it can be, with the error where it cannot.

    `name` is what commands call the card, such as its path, quoted for a shell.
    """

    text: str
    name: str
    parsed: ParsedCard | None = None
    record: EmissionsRecord | None = None
    front_matter_error: FrontMatterError | None = None
    block_error: BlockError | None = None


def view(text: str, name: str) -> CardView:
    """The view of a card's text; `name` is what to call it in the commands that findings advise."""
    name = shlex.quote(name)
    try:
        parsed = parse_card(text)
    except FrontMatterError as error:
        return CardView(text, name, front_matter_error=error)
    try:
        return CardView(text, name, parsed, parsed.record)
    except BlockError as error:
        return CardView(text, name, parsed, block_error=error)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its words for people, and the function that looks for it and yields places and messages.

    `fails` and `passes` are whole cards; the tests hold the rule to them.
    """

    id: str
    severity: Severity
    looks_for: str
    why: str
    fails: str
    passes: str
    look: Callable[[CardView], Iterable[tuple[Place, str]]]

    def findings(self, card: CardView) -> list[Finding]:
        """The findings of this rule in a card."""
        return [Finding(*place, self.id, self.severity, message) for place, message in self.look(card)]
