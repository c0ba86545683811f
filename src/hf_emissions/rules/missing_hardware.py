"""Rule: a block without `hardware_used`."""

from __future__ import annotations

from .missing_keys import missing_key

RULE = missing_key(
    rule_id="missing-hardware",
    key="hardware_used",
    why="With the hardware a reader can check the figure, and compare it with other trainings.",
    example="8 x NVIDIA A100",
    option="--hardware",
)
