"""Which error becomes which line and which exit code."""

from __future__ import annotations

import os
import sys
import traceback

from ..errors import HfEmissionsError, QuotaError, UnknownTokenError
from ..terminal import one_line
from .output import Output

# Said where the first of several is refused for a reason that holds for all.
STOPPED = "stopped here, since what follows would be refused too; the same command goes on later"
DONE, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130


def explain(error: BaseException) -> str:
    """One line for a person: what could not be done, where, why, and what to do next."""
    if isinstance(error, HfEmissionsError):
        return one_line(str(error))
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        return one_line(f"{name}{error.strerror or error}")
    return one_line(f"a defect of hf-emissions, please report it: {type(error).__name__}: {error}")


def is_expected(error: BaseException) -> bool:
    """Whether this is an error of the input or the machine, and not a defect of ours."""
    return isinstance(error, (HfEmissionsError, OSError))


def stops(error: BaseException) -> bool:
    """Whether what would be asked next is refused as well."""
    return isinstance(error, (QuotaError, UnknownTokenError))


def report(error: BaseException) -> int:
    """Print an error and give the exit code for it.

    The traceback too, for a defect of ours and with `HF_DEBUG=1`, as `hf` does.
    """
    if not is_expected(error) or os.environ.get("HF_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    Output().error(explain(error))
    return FAILED
