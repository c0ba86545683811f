"""Sample of a model's weights, a fingerprint by which a training finds the one that it continues.

Names and paths do not identify a model: a folder is reused, a model object is trained by another Trainer, an adapter is
loaded without its origin. The weights do. Two values of many tensors are enough, since an optimizer changes most of
what it trains at each step.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
import struct
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from .guard import attempt

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

# Limit for trainable and for frozen tensors, each, so that both a head of two tensors and the frozen ones are sampled.
# Costs 3 kB of the ledger and 5 ms in all.
_TENSORS = 128

# Parts added to tensor names by wrappers: PEFT, DistributedDataParallel, torch.compile.
_WRAPPERS = re.compile(
    r"^(?:base_model\.model\.|module\.|_orig_mod\.)+|\.base_layer(?=\.)|\.modules_to_save\.\w+(?=\.)"
)

# Relative rounding error per dtype: half a unit in the last place.
_ROUNDING = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "float32": 2.0**-24, "float64": 2.0**-53}
_KINDS = tuple(_ROUNDING)
_SMALLEST_FLOAT16 = 6e-8
_ENTRY = struct.Struct("<IBff")  # a tensor: the hash of its name, its type, two of its values

Tensors = dict[int, tuple[int, float, float]]


def sample(model: object) -> str | None:
    """Sample up to 256 tensors as base64: hash of the name, dtype, two values each; None if none can be read."""
    torch = sys.modules.get("torch")
    module = getattr(model, "model_body", model)  # setfit
    if torch is None or not isinstance(module, torch.nn.Module):
        return None
    # Tensors of other libraries fail in ways of their own; then nothing is known.
    entries = attempt(lambda: _entries(torch, _chosen(torch, module)), lambda _: [])
    return base64.b64encode(b"".join(_ENTRY.pack(*entry) for entry in entries)).decode("ascii") if entries else None


def tensors_of(sampled: object) -> Tensors:
    """Parse a sample; empty if invalid."""
    try:
        data = base64.b64decode(sampled, validate=True) if isinstance(sampled, str) else b""
        return {name: (kind, one, two) for name, kind, one, two in _ENTRY.iter_unpack(data) if kind < len(_KINDS)}
    except (binascii.Error, ValueError, struct.error):
        return {}


def moved_between(first: Tensors, second: Tensors) -> set[int]:
    return {name for name in first.keys() & second.keys() if not _is_same(first[name], second[name])}


def same_weights(first: Tensors, second: Tensors, telling: set[int] | None = None) -> bool:
    """True if all tensors common to both samples are equal, and one of `telling` (None: any) is among them."""
    common = first.keys() & second.keys()
    tell = common if telling is None else common & telling
    return bool(tell) and not moved_between(first, second)


def _is_same(one: tuple[int, float, float], other: tuple[int, float, float]) -> bool:
    if one[0] == other[0]:
        return one[1:] == other[1:]
    rounding = max(_ROUNDING[_KINDS[kind]] for kind, *_ in (one, other))
    pairs = zip(one[1:], other[1:], strict=True)
    return all(math.isclose(a, b, rel_tol=rounding, abs_tol=_SMALLEST_FLOAT16) for a, b in pairs)


def _chosen(torch: ModuleType, model: Module) -> list[tuple[int, Tensor]]:
    """Tensors with the smallest hashes: a stable choice if an adapter is added or the head replaced."""
    readable = [(name, weight) for name, weight in model.named_parameters() if _can_be_read(torch, weight)]
    named = {_hash(name, weight.numel()): weight for name, weight in readable}
    trained = [entry for entry in sorted(named.items()) if entry[1].requires_grad]
    others = [entry for entry in sorted(named.items()) if not entry[1].requires_grad]
    return [*trained[:_TENSORS], *others[:_TENSORS]]


def _hash(name: str, size: int) -> int:
    # Includes the size, because a head for other labels is another tensor.
    digest = hashlib.sha256(f"{_WRAPPERS.sub('', name)} {size}".encode()).digest()
    return int.from_bytes(digest[:4], "little")


def _can_be_read(torch: ModuleType, weight: Tensor) -> bool:
    # Other classes than Parameter are quantized or sharded.
    kind = str(weight.dtype).removeprefix("torch.")
    return (
        kind in _ROUNDING and weight.numel() > 0 and weight.device.type != "meta" and type(weight) is torch.nn.Parameter
    )


def _entries(torch: ModuleType, chosen: list[tuple[int, Tensor]]) -> list[tuple[int, int, float, float]]:
    if not chosen:
        return []
    picked = [_values(weight.detach()) for _, weight in chosen]
    # One transfer per device, for all its tensors.
    devices = dict.fromkeys(values.device for values in picked)
    read = {device: iter(_read(torch, [values for values in picked if values.device == device])) for device in devices}
    entries = []
    for (name, weight), values in zip(chosen, picked, strict=True):
        one, two = next(read[values.device])
        if math.isfinite(one) and math.isfinite(two):
            entries.append((name, _KINDS.index(str(weight.dtype).removeprefix("torch.")), one, two))
    return entries


def _values(weight: Tensor) -> Tensor:
    """Two values of a tensor, at about one and two thirds of its length."""
    flat = weight.reshape(-1)
    count = flat.numel()
    first, second = count // 3, 2 * count // 3
    return flat[first :: max(second - first, 1)][:2] if count > 1 else flat.repeat(2)


def _read(torch: ModuleType, values: list[Tensor]) -> list[tuple[float, float]]:
    together = torch.stack([each.to(torch.float32) for each in values]).tolist()
    return [(one, two) for one, two in together]
