"""Rule: a block without `training_type`."""

from __future__ import annotations

from .missing_keys import missing_key

RULE = missing_key(
    rule_id="missing-training-type",
    key="training_type",
    why="Pre-training and fine-tuning differ a thousandfold; a figure means nothing without knowing which it is.",
    example="fine-tuning",
    option="--training-type",
)
