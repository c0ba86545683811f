"""Model FLOPs utilisation (MFU) of trainings, from reported device hours including restarts.

Six operations per active parameter and token, over device hours times the dense 16-bit rate. Fitted on published
pre-trainings, weighted per organisation and generation.
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

# Nothing is published for fine-tuning on few devices: a judgement (estimation reference, section 3), hence wide.
SMALL_FINETUNE = Lognormal(0.20, 0.70)

_HOPPER = frozenset({"hopper", "h100", "h800", "h200", "gh200"})
_BEFORE_AMPERE = frozenset({"volta", "v100", "tpu2", "tpu3", "tpuv3", "turing"})
_AMPERE = frozenset({"ampere", "a100", "a800", "tpu4"})

# Priors, weighted in organisations: generations are alike; on Hopper a model a tenth as large uses a fifth less, since
# its rate grew more than its bandwidth.
_GENERATION = (0.0, 2.0)
_SIZE = (0.1, 2.0)
_LARGE = 1e11
# For unknown parameters on Hopper: about those of the evidence.
_USUAL = 2e10


@dataclass(frozen=True, slots=True)
class MfuModel:
    """MFU of pre-training by generation and size, and for unknown generations."""

    known: Fit
    unknown: Fit

    def mfu(
        self,
        *,
        generation: str | None = None,
        parameters: float | None = None,
        pretraining: bool = True,
    ) -> Lognormal:
        """Useful operations over the capacity of the device hours."""
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
    """MFU: share of a device's dense 16-bit rate that a training uses.

    Args:
        generation: device generation such as `volta` or `hopper`, or a short device name such as `A100`.
        parameters: active parameters of the model.
        pretraining: True for pre-training on a cluster; else fine-tuning on few devices, which uses a prior.
        evidence: data to fit; the bundled data by default.
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
    """Model fitted on the bundled evidence."""
    return fit_mfu(mfu_evidence())


def _columns(generation: str | None, parameters: float | None) -> tuple[float, ...] | None:
    """Intercept, step before Ampere, step on Hopper, log size on Hopper; None for unknown generations."""
    name = (generation or "").lower()
    if name in _HOPPER:
        return 1.0, 0.0, 1.0, min(math.log((parameters or _USUAL) / _LARGE), 0.0)
    if name in _BEFORE_AMPERE:
        return 1.0, 1.0, 0.0, 0.0
    return (1.0, 0.0, 0.0, 0.0) if name in _AMPERE else None


def _weights(rows: list[MfuEvidence]) -> list[float]:
    """Weights that sum to one per organisation and generation: one code base, one cluster."""
    many = Counter((row.organisation, row.generation) for row in rows)
    return [1 / many[row.organisation, row.generation] for row in rows]
