"""What a recording says on the console or notebook: its final line, and warnings shown once per process."""

from __future__ import annotations

import logging
import re
import sys
import threading

log = logging.getLogger("hf_emissions")

_lock = threading.Lock()
_shown: set[str] = set()


def print_line(line: str) -> None:
    """Print a line to stderr, unless the logger `hf_emissions` suppresses warnings."""
    if log.isEnabledFor(logging.WARNING):
        print(f"hf-emissions: {line}", file=sys.stderr, flush=True)  # noqa: T201 - the one place here that prints


def warn_once(message: str) -> None:
    """Warn, unless the same message, numbers aside, was shown before in this process."""
    kind = re.sub(r"\d+", "", message)
    with _lock:
        is_known = kind in _shown
        _shown.add(kind)
    if not is_known:
        log.warning("hf-emissions: %s", message)
