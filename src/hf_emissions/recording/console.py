"""What a recording says to the person who started it: one line at its end, on the console or in the notebook."""

from __future__ import annotations

import logging
import sys

log = logging.getLogger("hf_emissions")


def say(line: str) -> None:
    """Print a line to stderr, unless the logger `hf_emissions` is set to be quieter than warnings."""
    if log.isEnabledFor(logging.WARNING):
        print(f"hf-emissions: {line}", file=sys.stderr, flush=True)  # noqa: T201 - the one place here that prints
