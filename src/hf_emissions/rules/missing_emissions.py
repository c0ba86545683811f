"""A card that says nothing of what its training emitted."""

from __future__ import annotations

from collections.abc import Iterator

from .rule import CardView, Place, Rule


def _look(card: CardView) -> Iterator[tuple[Place, str]]:
    if card.parsed is None or card.block_error or (card.record and card.record.emissions_g is not None):
        return
    advice = f'hf-emissions add {card.name} --emissions "12.5 g" --source ... --location ... --hardware ...'
    if card.parsed.block is None:
        yield (1, 1), f"no co2_eq_emissions block; add one with: {advice}"
    else:
        line, column = card.parsed.place(card.parsed.block.key_start)
        yield (line, column), f"the block has no figure under `emissions`; add it with: {advice}"


RULE = Rule(
    id="missing-emissions",
    severity="warning",
    looks_for="A card without a `co2_eq_emissions` block, or with one that has no figure.",
    why="Nobody can compare or sum what is not said, and the Hub's filter for reported emissions leaves the model out.",
    fails="---\nlicense: mit\n---\n# A model\n",
    passes="---\nlicense: mit\nco2_eq_emissions:\n  emissions: 12.5\n---\n# A model\n",
    look=_look,
)
