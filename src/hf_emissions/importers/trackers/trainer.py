"""Trainer of transformers: how long it trained. It meters nothing, so that there is no figure in its files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from ... import units
from ...errors import TrackerError
from ..file import TrackerFile
from ..numbers import read_number
from ..tracked import Tracked
from ..tracker import Tracker

_WITHOUT_TIME = "Trainer does not say here how long it trained (no train_runtime: the state of a checkpoint)"
_ADVICE = "estimate it with: hf-emissions estimate --hours ... --hardware ... --country ..."


class TrainerState(Tracker):
    """What Trainer writes beside a model."""

    name: ClassVar[str] = "trainer"
    title: ClassVar[str] = "Trainer"
    # The state of a checkpoint, which was written before the training was over.
    may_say_nothing: ClassVar[bool] = True

    def fits(self, file: TrackerFile) -> bool:
        """JSON with its names."""
        head = file.head.lstrip()
        state = '"log_history"' in head or '"total_flos"' in head
        return head.startswith("{") and (state or '"train_runtime"' in head)

    def read(self, file: TrackerFile) -> Iterable[Tracked | TrackerError]:
        """The one run; where Trainer does not say how long it trained, what it says instead."""
        found = file.json()
        runtime_s = _runtime_s(found, file.name) if isinstance(found, dict) else None
        if runtime_s is None:
            has = _has(found) if isinstance(found, dict) else []
            if has:
                yield TrackerError(f"{file.name}: {_WITHOUT_TIME}; it has {', '.join(has)}; {_ADVICE}")
            return
        hours = units.plain_decimal(units.round_significant(units.s_to_hours(runtime_s), 4))
        yield Tracked(
            tool="Trainer",
            run=file.path.stem,
            where=file.name,
            duration_s=runtime_s,
            meters=False,
            no_figure=(
                "Trainer says how long it trained and not what that used; estimate it with: hf-emissions estimate"
                f" --hours {hours} --hardware ... --country ..."
            ),
        )


def _runtime_s(found: dict[str, Any], where: str) -> float | None:
    """Seconds of training: of the results, else of the last entry of the log that has them."""
    log = found.get("log_history")
    entries = [found, *(reversed(log) if isinstance(log, list) else ())]
    value = next((one["train_runtime"] for one in entries if isinstance(one, dict) and "train_runtime" in one), None)
    return None if value is None else read_number(value, "train_runtime", where)


def _has(found: dict[str, Any]) -> list[str]:
    """What a state without a time has, in words."""
    flos, step, steps = (_positive(found.get(name)) for name in ("total_flos", "global_step", "max_steps"))
    epochs, batch = _positive(found.get("epoch")), _positive(found.get("train_batch_size"))
    said = [
        flos and f"total_flos {flos:g}",
        step and (f"{step:.0f} steps of {steps:.0f}" if steps else f"{step:.0f} steps"),
        epochs and f"epoch {epochs:g}",
        batch and f"batches of {batch:.0f} a device",
    ]
    return [words for words in said if words]


def _positive(value: Any) -> float | None:
    """A number above zero, None for what is none, or more than any training has."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and 0 < value < 1e40 else None
