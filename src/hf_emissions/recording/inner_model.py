"""Find the transformers model inside a model of another library."""

from __future__ import annotations

import sys
from typing import Any


def transformers_model(model: Any) -> Any:
    """The model itself, or the transformers model inside a sentence-transformers or setfit model; else None."""
    kind = getattr(sys.modules.get("transformers"), "PreTrainedModel", None)
    if not isinstance(kind, type):
        return None
    body = getattr(model, "model_body", model)  # of setfit
    candidates = (model, body, getattr(body, "transformers_model", None))
    return next((candidate for candidate in candidates if isinstance(candidate, kind)), None)
