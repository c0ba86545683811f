"""A sample of a model's weights, by which a training knows the one that it goes on from.

A name or a path does not tell: a folder is trained into anew, a model object is trained by another Trainer, an adapter
is loaded without a word of where it came from. The weights do. A few of those that are trained are enough, since an
optimizer changes all of them at each step.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
import sys
from typing import Any

# 64 values of 8 tensors: 340 characters in the ledger, and less than a millisecond.
_TENSORS = 8
_VALUES = 8

# How far a value moves when it is rounded to a type: half of the last place of its fraction.
_ROUNDING = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "float32": 2.0**-24}
_SMALLEST_FLOAT16 = 6e-8


def sample(model: Any) -> dict[str, str] | None:
    """Some of a model's trainable weights: their type, and their values as float32 in base64.

    None where there are none to be read, such as where other processes hold them.
    """
    torch: Any = sys.modules.get("torch")
    model = getattr(model, "model_body", model)  # of setfit
    if torch is None or not isinstance(model, torch.nn.Module):
        return None
    try:
        values, kind = _sample(torch, model)
    except Exception:  # noqa: BLE001 - tensors of other libraries fail in ways of their own; then nothing is known
        return None
    if not values or not all(map(math.isfinite, values)):
        return None
    packed = struct.pack(f"<{len(values)}f", *values)
    return {"dtype": kind, "values": base64.b64encode(packed).decode("ascii")}


def same_weights(first: Any, second: Any) -> bool:
    """Whether two samples are of the same weights; where one was rounded to another type, as far as that type tells."""
    if not isinstance(first, dict) or not isinstance(second, dict):
        return False
    if first.get("dtype") == second.get("dtype"):
        return first.get("values") is not None and first.get("values") == second.get("values")
    one, other = _unpacked(first), _unpacked(second)
    rounding = max(_ROUNDING.get(str(each.get("dtype")), 0.0) for each in (first, second))
    return (
        len(one) == len(other) > 0
        and rounding > 0
        and all(
            math.isclose(a, b, rel_tol=rounding, abs_tol=_SMALLEST_FLOAT16) for a, b in zip(one, other, strict=True)
        )
    )


def _unpacked(sampled: dict[str, Any]) -> tuple[float, ...]:
    try:
        data = base64.b64decode(str(sampled.get("values")), validate=True)
        return struct.unpack(f"<{len(data) // 4}f", data)
    except (binascii.Error, ValueError, struct.error):
        return ()


def _sample(torch: Any, model: Any) -> tuple[list[float], str]:
    trained = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad and weight.numel()]
    # By name, because the modules of the same model may stand in another order.
    trained.sort(key=lambda found: str(found[0]))
    chosen = [weight.detach() for _, weight in trained[:: max(len(trained) // _TENSORS, 1)][:_TENSORS]]
    if not chosen:
        return [], ""
    values = torch.cat([_values(torch, weight) for weight in chosen]).tolist()
    return values, str(chosen[0].dtype).removeprefix("torch.")


def _values(torch: Any, weight: Any) -> Any:
    flat, count = weight.reshape(-1), min(_VALUES, weight.numel())
    places = [index * (flat.numel() - 1) // max(count - 1, 1) for index in range(count)]
    return flat[torch.tensor(places, device=flat.device)].to(device="cpu", dtype=torch.float32)
