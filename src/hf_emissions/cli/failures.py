"""Map errors to messages and exit codes."""

from __future__ import annotations

import os
import sys
import traceback

from ..errors import HfEmissionsError, QuotaError, UnknownTokenError
from ..terminal import one_line
from .output import Output

# Printed if the reason for a failure applies to all following targets.
STOPPED = "stopped here, since what follows would be refused too; the same command goes on later"
DONE, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130


def explain(error: BaseException) -> str:
    """Explain an error in one line: what failed, where, why, and what to do next."""
    if isinstance(error, HfEmissionsError):
        return one_line(str(error))
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        return one_line(f"{name}{error.strerror or error}")
    return one_line(f"a defect of hf-emissions, please report it: {type(error).__name__}: {error}")


def is_expected(error: BaseException) -> bool:
    """True for an error of the input or the machine, False for a bug."""
    return isinstance(error, (HfEmissionsError, OSError))


def stops(error: BaseException) -> bool:
    """True if following requests would fail too."""
    return isinstance(error, (QuotaError, UnknownTokenError))


def report(error: BaseException) -> int:
    """Print an error and return its exit code.

    Includes the traceback for bugs and, as `hf` does, with `HF_DEBUG=1`.
    """
    if not is_expected(error) or os.environ.get("HF_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    Output().error(explain(error))
    return FAILED
