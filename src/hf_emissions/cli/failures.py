"""Map errors to messages and exit codes."""

from __future__ import annotations

import os
import sys
import traceback

from ..errors import CardError, HfEmissionsError, QuotaError, UnknownTokenError
from ..terminal import one_line
from .output import Output

# Printed if the reason for a failure applies to all following targets.
STOPPED = "stopped here, as the remaining cards would be refused too; to resume, run the same command again later"
DONE, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130

# Errors of the input or the machine; any other is a bug.
EXPECTED = (HfEmissionsError, OSError)


def explain(error: BaseException, card: str | None = None) -> str:
    """Explain an error in one line: what failed, where, why, and what to do next.

    Args:
        card: name of the card that a `CardError` is about.
    """
    if card is not None and isinstance(error, CardError):
        error = error.named(card)
    if isinstance(error, HfEmissionsError):
        return one_line(str(error))
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        return one_line(f"{name}{error.strerror or error}")
    return one_line(f"a defect of hf-emissions, please report it: {type(error).__name__}: {error}")


def stops(error: BaseException) -> bool:
    """True if following requests would fail too."""
    return isinstance(error, (QuotaError, UnknownTokenError))


def report(error: BaseException) -> int:
    """Print an error and return its exit code.

    Includes the traceback for bugs and, as `hf` does, with `HF_DEBUG=1`.
    """
    if not isinstance(error, EXPECTED) or os.environ.get("HF_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    Output().error(explain(error))
    return FAILED
