"""How much of a device's rate a training uses (MFU), by the device hours that were reported, restarts inside.

Six operations for each active parameter and token over device hours times the dense 16-bit rate. Fitted on published
pre-trainings, each organisation counting by itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from .distributions import Lognormal
from .evidence import MfuEvidence, mfu_evidence
from .fit import Fit, fit_ratios

# For fine-tunes on a few devices nothing is published: a judgement (estimation reference, section 3), wide for it.
SMALL_FINETUNE = Lognormal(0.20, 0.70)

_HOPPER = frozenset({"hopper", "h100", "h800", "h200", "gh200"})
_BEFORE_AMPERE = frozenset({"volta", "v100", "tpu2", "tpu3", "tpuv3", "turing"})
_AMPERE = frozenset({"ampere", "a100", "a800", "tpu4"})

# Priors, with the weight of so many organisations: a generation is like the others; on Hopper a model a tenth as large
# uses a fifth less, since its rate grew more than what feeds it.
_GENERATION = (0.0, 2.0)
_SIZE = (0.1, 2.0)
_LARGE = 1e11
# Hopper's models where the parameters are not known: about those of the evidence.
_USUAL = 2e10


@dataclass(frozen=True, slots=True)
class MfuModel:
    """The MFU of pre-training by generation and size, and where the generation is not among them."""

    known: Fit
    unknown: Fit

    def mfu(
        self,
        *,
        generation: str | None = None,
        parameters: float | None = None,
        pretraining: bool = True,
    ) -> Lognormal:
        """Useful operations over what the device hours could have computed."""
        if not pretraining:
            return SMALL_FINETUNE
        columns = _columns(generation, parameters)
        return self.unknown.predict((1.0,)) if columns is None else self.known.predict(columns)


def mfu(
    *,
    generation: str | None = None,
    parameters: float | None = None,
    pretraining: bool = True,
    evidence: Iterable[MfuEvidence] | None = None,
) -> Lognormal:
    """How much of a device's dense 16-bit rate a training uses.

    Args:
        generation: of the device, such as `volta` or `hopper`, or a device's short name, such as `A100`.
        parameters: active ones of the model.
        pretraining: whether it is one on a cluster; else a fine-tune on a few devices, for which a prior stands.
        evidence: what to fit; by default what is shipped.
    """
    model = default_mfu() if evidence is None else fit_mfu(evidence)
    return model.mfu(generation=generation, parameters=parameters, pretraining=pretraining)


def fit_mfu(evidence: Iterable[MfuEvidence]) -> MfuModel:
    """Fit both models."""
    rows = list(evidence)
    columns = {row: _columns(row.generation, row.parameters) for row in rows}
    known = [row for row in rows if columns[row] is not None]
    return MfuModel(
        fit_ratios(
            [columns[row] or () for row in known],
            [row.mfu for row in known],
            _weights(known),
            [(0.0, 0.0), _GENERATION, _GENERATION, _SIZE],
        ),
        fit_ratios([(1.0,)] * len(rows), [row.mfu for row in rows], _weights(rows), [(0.0, 0.0)]),
    )


@cache
def default_mfu() -> MfuModel:
    """Fitted on what is shipped."""
    return fit_mfu(mfu_evidence())


def _columns(generation: str | None, parameters: float | None) -> tuple[float, ...] | None:
    """Level, step down to devices before Ampere, step to Hopper, and a model's smallness on Hopper."""
    name = (generation or "").lower()
    if name in _HOPPER:
        return 1.0, 0.0, 1.0, min(math.log((parameters or _USUAL) / _LARGE), 0.0)
    if name in _BEFORE_AMPERE:
        return 1.0, 1.0, 0.0, 0.0
    return (1.0, 0.0, 0.0, 0.0) if name in _AMPERE else None


def _weights(rows: list[MfuEvidence]) -> list[float]:
    """What one organisation trained on one generation counts as one: one code base, one cluster."""
    many = Counter((row.organisation, row.generation) for row in rows)
    return [1 / many[row.organisation, row.generation] for row in rows]
