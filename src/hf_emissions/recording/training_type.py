"""Detect pre-training or fine-tuning from the model."""

from __future__ import annotations

FINE_TUNING, PRE_TRAINING = "fine-tuning", "pre-training"


def training_type(model: object) -> str | None:
    """`fine-tuning` for a model of a checkpoint or with an adapter, `pre-training` for one of a config, else None."""
    if model is None:
        return None
    if getattr(model, "peft_config", None):
        return FINE_TUNING
    # A setfit model, whose body is a sentence-transformers model.
    inner: object = getattr(model, "model_body", None) or model
    while hasattr(inner, "module") and not hasattr(inner, "config"):
        inner = inner.module
    # A sentence-transformers model, whose first module holds the transformer.
    if not hasattr(inner, "config"):
        inner = getattr(inner, "transformers_model", None)
    config = getattr(inner, "config", None)
    if config is None:
        return None
    # from_pretrained stores the checkpoint's name here; a model built from a config has "".
    name = getattr(config, "name_or_path", None) or getattr(inner, "name_or_path", None)
    return FINE_TUNING if name else PRE_TRAINING
