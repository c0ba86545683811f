"""Rule: a block without `source`."""

from __future__ import annotations

from .missing_keys import missing_key

RULE = missing_key(
    rule_id="missing-source",
    key="source",
    why="A figure of unknown origin cannot be checked: measured, estimated and guessed look alike.",
    example="CodeCarbon 3.3.2",
    option="--source",
)
