"""Rule: unreadable front matter, all of which the Hub ignores."""

from __future__ import annotations

from collections.abc import Iterator

from .rule import CardView, Rule, RuleMatch


def _look(card: CardView) -> Iterator[RuleMatch]:
    error = card.front_matter_error
    if error:
        yield RuleMatch((error.line, error.column), error.reason)


RULE = Rule(
    id="unreadable-front-matter",
    severity="error",
    looks_for="Front matter that is not one YAML mapping between two lines of three dashes.",
    why="The Hub reads nothing of such a card: no license, no tags, no emissions.",
    fails="---\nlicense: mit\ntags: [a\n---\n# A model\n",
    passes="---\nlicense: mit\nco2_eq_emissions: 12.5\n---\n# A model\n",
    look=_look,
)
