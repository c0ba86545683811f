"""A sample of a model's weights, by which a training knows the one that it goes on from.

A name or a path does not tell: a folder is trained into anew, a model object is trained by another Trainer, an adapter
is loaded without a word of where it came from. The weights do. Two values of many tensors are enough, since an
optimizer changes most of what it trains at each step.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
import struct
import sys
from typing import Any

# Of those that are trained and of the others, each: a head of two tensors is among them, and so is what stays as it
# was. In all 3 kB of the ledger, and 5 ms.
_TENSORS = 128

# Around a name by what wraps a model: PEFT, DistributedDataParallel, torch.compile.
_WRAPPERS = re.compile(
    r"^(?:base_model\.model\.|module\.|_orig_mod\.)+|\.base_layer(?=\.)|\.modules_to_save\.\w+(?=\.)"
)

# How far a value moves when it is rounded to a type: half of the last place of its fraction.
_ROUNDING = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "float32": 2.0**-24, "float64": 2.0**-53}
_KINDS = tuple(_ROUNDING)
_SMALLEST_FLOAT16 = 6e-8
_ENTRY = struct.Struct("<IBff")  # a tensor: the hash of its name, its type, two of its values

Tensors = dict[int, tuple[int, float, float]]


def sample(model: Any) -> str | None:
    """Some of a model's weights in base64: of each of up to 256 tensors a hash of its name, its type, and two values.

    None where there are none to be read, such as where other processes hold them.
    """
    torch: Any = sys.modules.get("torch")
    model = getattr(model, "model_body", model)  # of setfit
    if torch is None or not isinstance(model, torch.nn.Module):
        return None
    try:
        entries = _entries(torch, _chosen(torch, model))
    except Exception:  # noqa: BLE001 - tensors of other libraries fail in ways of their own; then nothing is known
        return None
    return base64.b64encode(b"".join(_ENTRY.pack(*entry) for entry in entries)).decode("ascii") if entries else None


def tensors_of(sampled: Any) -> Tensors:
    """What a sample says of each tensor; nothing where it is none."""
    try:
        data = base64.b64decode(sampled, validate=True) if isinstance(sampled, str) else b""
        return {name: (kind, one, two) for name, kind, one, two in _ENTRY.iter_unpack(data) if kind < len(_KINDS)}
    except (binascii.Error, ValueError, struct.error):
        return {}


def moved_between(first: Tensors, second: Tensors) -> set[int]:
    """The tensors of two samples that are not the same in both."""
    return {name for name in first.keys() & second.keys() if not _is_same(first[name], second[name])}


def same_weights(first: Tensors, second: Tensors, telling: set[int] | None = None) -> bool:
    """Whether two samples are of the same weights: all that both have are the same, `telling` ones among them.

    Args:
        first: a sample.
        second: another one, maybe of a model with more tensors, or fewer.
        telling: tensors that tell the weights from others, such as those that a training moved; None for any.
    """
    common = first.keys() & second.keys()
    tell = common if telling is None else common & telling
    return bool(tell) and not moved_between(first, second)


def _is_same(one: tuple[int, float, float], other: tuple[int, float, float]) -> bool:
    if one[0] == other[0]:
        return one[1:] == other[1:]
    rounding = max(_ROUNDING[_KINDS[kind]] for kind, *_ in (one, other))
    pairs = zip(one[1:], other[1:], strict=True)
    return all(math.isclose(a, b, rel_tol=rounding, abs_tol=_SMALLEST_FLOAT16) for a, b in pairs)


def _chosen(torch: Any, model: Any) -> list[tuple[int, Any]]:
    """The tensors with the smallest hashes, which are the same ones in a model with an adapter or another head."""
    readable = [(name, weight) for name, weight in model.named_parameters() if _can_be_read(torch, weight)]
    named = {_hash(name, weight.numel()): weight for name, weight in readable}
    trained = [entry for entry in sorted(named.items()) if entry[1].requires_grad]
    others = [entry for entry in sorted(named.items()) if not entry[1].requires_grad]
    return [*trained[:_TENSORS], *others[:_TENSORS]]


def _hash(name: str, size: int) -> int:
    # With its size, because a head for other labels is another tensor.
    digest = hashlib.sha256(f"{_WRAPPERS.sub('', name)} {size}".encode()).digest()
    return int.from_bytes(digest[:4], "little")


def _can_be_read(torch: Any, weight: Any) -> bool:
    kind = str(weight.dtype).removeprefix("torch.")
    return kind in _ROUNDING and weight.numel() > 0 and weight.device.type != "meta" and type(weight) is _plain(torch)


def _plain(torch: Any) -> Any:
    return torch.nn.Parameter  # what other classes hold is quantised, or a part of it is elsewhere


def _entries(torch: Any, chosen: list[tuple[int, Any]]) -> list[tuple[int, int, float, float]]:
    if not chosen:
        return []
    picked = [_values(weight.detach()) for _, weight in chosen]
    # Few transfers from a device: one for all tensors on it.
    devices = dict.fromkeys(values.device for values in picked)
    read = {device: iter(_read(torch, [values for values in picked if values.device == device])) for device in devices}
    entries = []
    for (name, weight), values in zip(chosen, picked, strict=True):
        one, two = next(read[values.device])
        if math.isfinite(one) and math.isfinite(two):
            entries.append((name, _KINDS.index(str(weight.dtype).removeprefix("torch.")), one, two))
    return entries


def _values(weight: Any) -> Any:
    """Two values of a tensor, from about a third and two thirds of the way."""
    flat = weight.reshape(-1)
    count = flat.numel()
    first, second = count // 3, 2 * count // 3
    return flat[first :: max(second - first, 1)][:2] if count > 1 else flat.repeat(2)


def _read(torch: Any, values: list[Any]) -> list[tuple[float, float]]:
    together = torch.stack([each.to(torch.float32) for each in values]).tolist()
    return [(one, two) for one, two in together]
