"""Trainer of transformers: training time only. It meters nothing, so its files have no figure."""

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
    """Files that Trainer writes beside a model."""

    name: ClassVar[str] = "trainer"
    title: ClassVar[str] = "Trainer"
    # A checkpoint's state is written before the training ends.
    may_say_nothing: ClassVar[bool] = True

    def fits(self, file: TrackerFile) -> bool:
        """True for JSON with its names."""
        head = file.head.lstrip()
        state = '"log_history"' in head or '"total_flos"' in head
        return head.startswith("{") and (state or '"train_runtime"' in head)

    def read(self, file: TrackerFile) -> Iterable[Tracked | TrackerError]:
        """The one run; without a training time, an error that lists what Trainer states instead."""
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
    """Training time in seconds: from the results, else from the last log entry that has it."""
    log = found.get("log_history")
    entries = [found, *(reversed(log) if isinstance(log, list) else ())]
    value = next((one["train_runtime"] for one in entries if isinstance(one, dict) and "train_runtime" in one), None)
    return None if value is None else read_number(value, "train_runtime", where)


def _has(found: dict[str, Any]) -> list[str]:
    """Contents of a state without a time, as text."""
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
    """Positive number; None if it is not one, or more than any training has."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and 0 < value < 1e40 else None
