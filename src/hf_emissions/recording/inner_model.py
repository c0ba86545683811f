"""Find the transformers model inside a model of another library."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def transformers_model(model: object) -> PreTrainedModel | None:
    """The model itself, or the transformers model inside a sentence-transformers or setfit model; else None."""
    kind: type[PreTrainedModel] | None = getattr(sys.modules.get("transformers"), "PreTrainedModel", None)
    body = getattr(model, "model_body", model)  # of setfit
    candidates = (model, body, getattr(body, "transformers_model", None))
    return None if kind is None else next((each for each in candidates if isinstance(each, kind)), None)
