"""A true, checkable training-emissions figure on every Hugging Face model card."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .card.patch import patch_card as patch_card
    from .card.patch import read_card as read_card
    from .card.patch import remove_block as remove_block
    from .errors import HfEmissionsError as HfEmissionsError
    from .estimation.estimate import estimate as estimate
    from .estimation.result import Estimate as Estimate
    from .facts.extract import extract_facts as extract_facts
    from .facts.facts import Facts as Facts
    from .record import EmissionsRecord as EmissionsRecord
    from .recording.callback import EmissionsCallback as EmissionsCallback
    from .recording.context import record_emissions as record_emissions
    from .rules.check import check_card as check_card
    from .rules.finding import Finding as Finding

__version__ = "0.1.0"

# Imported lazily, so that `import hf_emissions` costs next to nothing.
_HOME = {
    "EmissionsCallback": ".recording.callback",
    "EmissionsRecord": ".record",
    "Estimate": ".estimation.result",
    "Facts": ".facts.facts",
    "Finding": ".rules.finding",
    "HfEmissionsError": ".errors",
    "check_card": ".rules.check",
    "estimate": ".estimation.estimate",
    "extract_facts": ".facts.extract",
    "record_emissions": ".recording.context",
    "patch_card": ".card.patch",
    "read_card": ".card.patch",
    "remove_block": ".card.patch",
}

__all__ = [
    "EmissionsCallback",
    "EmissionsRecord",
    "Estimate",
    "Facts",
    "Finding",
    "HfEmissionsError",
    "check_card",
    "estimate",
    "extract_facts",
    "patch_card",
    "read_card",
    "record_emissions",
    "remove_block",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
