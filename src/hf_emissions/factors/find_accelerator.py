"""`find_accelerator`: a written hardware name to its device, or an error that says what was meant."""

from __future__ import annotations

from ..errors import HfEmissionsError
from ..terminal import one_line
from .hardware_match import look_up
from .hardware_name import HardwareName
from .unknown_hardware import LONGEST_NAME, explain_unknown


class UnknownDeviceError(HfEmissionsError, ValueError):
    """Name that matches no accelerator in the table; the message has near matches or advice."""


def find_accelerator(written: str) -> HardwareName:
    """Resolve a name in any spelling: `Tesla V100-SXM2-32GB`, `rtx3090`, `TPU v3-8`, `DGX A100`.

    Raises:
        UnknownDeviceError: no device matches; with near matches or advice.
    """
    name = written.strip()
    found = look_up(name) if len(name) <= LONGEST_NAME else None
    if found is None:
        shown = one_line(name[:60]) + ("..." if len(name) > 60 else "")
        raise UnknownDeviceError(explain_unknown(name, f"'{shown}'"))
    return found
