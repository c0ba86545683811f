"""Console warnings shown once per process, however many trainings it runs."""

from __future__ import annotations

import logging
import re
import threading

log = logging.getLogger("hf_emissions")

_lock = threading.Lock()
_said: set[str] = set()


def warn_once(message: str) -> None:
    """Warn, unless the same message, numbers aside, was shown before."""
    kind = re.sub(r"\d+", "", message)
    with _lock:
        known = kind in _said
        _said.add(kind)
    if not known:
        log.warning("hf-emissions: %s", message)
