"""Detect whether a model has been trained since it was loaded or built.

A training without the callback leaves no trace in a ledger, but in the weights: those of a loaded model differ from its
file, and those of norm layers have moved from their initial one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .guard import attempt
from .inner_model import transformers_model

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

# A training moves most tensors; changes by hand, such as for new tokens, affect few.
_LEAST_TENSORS = 3
_MOST_TENSORS = 8
_VALUES = 8
_INDEX, _FILE = "model.safetensors.index.json", "model.safetensors"
# Half a unit in the last place of bfloat16, and the smallest positive float16.
_ROUNDING, _SMALLEST = 2.0**-8, 6e-8


def was_trained(model: object) -> bool:
    """True if the trainable weights differ from those it was loaded or built with; False if unknown."""
    # Files and tensors of others fail in ways of their own; then nobody can tell.
    return attempt(lambda: _was_trained(transformers_model(model)), lambda _: False)


def _was_trained(model: PreTrainedModel | None) -> bool:
    if model is None or getattr(model, "peft_config", None) or getattr(model, "is_quantized", False):
        return False
    name = str(getattr(model.config, "_name_or_path", "") or "")
    return _differs_from_file(model, name) if name else _norms_have_moved(model)


def _norms_have_moved(model: PreTrainedModel) -> bool:
    weights = [getattr(module, "weight", None) for module in model.modules() if "Norm" in type(module).__name__]
    moved = [_has_moved(weight.detach()) for weight in weights if weight is not None and weight.requires_grad]
    return sum(moved) > len(moved) / 2


def _has_moved(weight: Tensor) -> bool:
    # Some norms store the offset from one, which starts at zero.
    return not bool((weight == 1).all() or (weight == 0).all())


def _differs_from_file(model: PreTrainedModel, name: str) -> bool:
    folder = _folder(name)
    if folder is None:
        return False
    differs = [not _is_same(*pair) for pair in _pairs(model, folder)]
    return len(differs) >= _LEAST_TENSORS and sum(differs) > len(differs) / 2


def _folder(name: str) -> Path | None:
    """Folder of a model's files: its path, or its snapshot in the Hub cache."""
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import try_to_load_from_cache

    for file in (_FILE, _INDEX):
        found = try_to_load_from_cache(name, file)
        if isinstance(found, str):
            return Path(found).parent
    return None


def _pairs(model: PreTrainedModel, folder: Path) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield a few values, now and in the file, of tensors with the same name and shape in both."""
    from safetensors import safe_open

    weights = {name: weight for name, weight in model.named_parameters() if weight.requires_grad and weight.numel() > 1}
    files = _files(folder)
    names = sorted(files.keys() & weights.keys())
    for name in names[:: max(len(names) // _MOST_TENSORS, 1)][:_MOST_TENSORS]:
        with safe_open(folder / files[name], "pt") as file:
            part = file.get_slice(name)
            if list(part.get_shape()) == list(weights[name].shape):
                # The middle row: the first belongs to padding or to a token that never occurs.
                row = part.get_shape()[0] // 2
                yield weights[name].detach()[row : row + 1], part[row : row + 1]


def _files(folder: Path) -> dict[str, str]:
    if (folder / _INDEX).is_file():
        index: dict[str, str] = json.loads((folder / _INDEX).read_bytes())["weight_map"]
        return index
    from safetensors import safe_open

    if not (folder / _FILE).is_file():
        return {}
    with safe_open(folder / _FILE, "pt") as file:
        return dict.fromkeys(file.keys(), _FILE)


def _is_same(now: Tensor, then: Tensor) -> bool:
    """True if values equal those of a file, up to rounding if the dtype was changed on loading."""
    pairs = zip(_values(now), _values(then), strict=True)
    if now.dtype == then.dtype:
        return all(one == other for one, other in pairs)
    return all(math.isclose(one, other, rel_tol=_ROUNDING, abs_tol=_SMALLEST) for one, other in pairs)


def _values(tensor: Tensor) -> list[float]:
    values: list[float] = tensor.reshape(-1)[:_VALUES].float().cpu().tolist()
    return values
