"""The model of transformers that a model of another library holds."""

from __future__ import annotations

import sys
from typing import Any


def transformers_model(model: Any) -> Any:
    """A model of transformers itself, or the one inside one of sentence-transformers or setfit; None without one."""
    kind = getattr(sys.modules.get("transformers"), "PreTrainedModel", None)
    if not isinstance(kind, type):
        return None
    body = getattr(model, "model_body", model)  # of setfit
    candidates = (model, body, getattr(body, "transformers_model", None))
    return next((candidate for candidate in candidates if isinstance(candidate, kind)), None)
