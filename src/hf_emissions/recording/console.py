"""Print the final line of a recording to the console or notebook."""

from __future__ import annotations

import logging
import sys

log = logging.getLogger("hf_emissions")


def say(line: str) -> None:
    """Print a line to stderr, unless the logger `hf_emissions` suppresses warnings."""
    if log.isEnabledFor(logging.WARNING):
        print(f"hf-emissions: {line}", file=sys.stderr, flush=True)  # noqa: T201 - the one place here that prints
