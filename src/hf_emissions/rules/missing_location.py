"""Rule: a block without `geographical_location`."""

from __future__ import annotations

from .missing_keys import missing_key

RULE = missing_key(
    rule_id="missing-location",
    key="geographical_location",
    why="The same energy emits a hundred times more on one grid than on another.",
    example="Quebec, Canada",
    option="--location",
)
