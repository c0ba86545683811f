"""Floating-point operations of a training, from its parameters and tokens.

Per parameter and token, the forward pass takes 2 operations, the gradients of the activations 2, and those of the
weights 2 (Kaplan et al. 2020, arXiv 2001.08361, section 2.1; Hoffmann et al. 2022, arXiv 2203.15556).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .. import units
from ..errors import UsageError
from ..facts.facts import Facts
from .distributions import Constant, Pert
from .factor import Factor

Adaptation = Literal["full", "lora", "frozen-encoder"]

# Operations per parameter and token: frozen weights need no weight gradients, and without trained weights below the
# head there is no backward pass.
_FLOP_EACH: dict[Adaptation, int] = {"full": 6, "lora": 4, "frozen-encoder": 2}
_WORDS: dict[Adaptation, str] = {
    "full": "6 FLOP for each parameter and token",
    "lora": "4 FLOP for each parameter and token, as LoRA trains none of the model's own weights",
    "frozen-encoder": "2 FLOP for each parameter and token, as only a head above the frozen encoder is trained",
}

# Share of non-padding tokens in a batch: a judgement, between padding to the maximum length and full packing.
_FILLED = Pert(0.3, 0.8, 1.0)


def _adaptation(facts: Facts) -> Adaptation:
    for known in _FLOP_EACH:
        if known == (facts.adaptation or "full"):
            return known
    raise UsageError(f"adaptation is {facts.adaptation!r}; there are {', '.join(_FLOP_EACH)}")


@dataclass(frozen=True, slots=True)
class Operations:
    """Floating-point operations as factors, and their basis in a few words."""

    factors: tuple[Factor, ...]
    words: str


def training_flop(facts: Facts) -> Operations | None:
    """Floating-point operations of a training; None if the facts are insufficient.

    In order of preference: from stated tokens, from Trainer's count, from the capacity of the steps.

    Raises:
        UsageError: an unknown adaptation.
    """
    adaptation = _adaptation(facts)
    parameters = facts.active_parameters or facts.parameters
    if parameters is not None and facts.tokens is not None:
        words = f"{_short(parameters)} parameters, {_short(facts.tokens)} tokens"
        return Operations((_each(facts, adaptation, parameters), Factor("tokens", Constant(facts.tokens))), words)
    if facts.total_flos is not None:
        # Trainer counts 6 per parameter and token, trained or not (transformers, `PreTrainedModel.floating_point_ops`).
        flop = facts.total_flos * _FLOP_EACH[adaptation] / _FLOP_EACH["full"]
        words = "the operations that Trainer counted (total_flos)"
        if adaptation != "full":
            words += f", of which {_FLOP_EACH[adaptation]} in 6 were done: {_WORDS[adaptation]}"
        return Operations((Factor("operations", Constant(flop), words),), f"{facts.total_flos:.3g} FLOP by Trainer")
    tokens = _room_of_steps(facts)
    if parameters is None or tokens is None:
        return None
    words = f"{_short(parameters)} parameters, {facts.steps} steps"
    return Operations((_each(facts, adaptation, parameters), tokens), words)


def _each(facts: Facts, adaptation: Adaptation, parameters: float) -> Factor:
    halved = bool(facts.encoder_decoder)
    each = _FLOP_EACH[adaptation] / (2 if halved else 1)
    words = _WORDS[adaptation] + ("; each token passes half of an encoder-decoder" if halved else "")
    return Factor("operations", Constant(each * parameters), f"{words} ({_short(parameters)} parameters)")


def _room_of_steps(facts: Facts) -> Factor | None:
    """Tokens from the capacity of the steps, an upper bound."""
    steps, batch, length = facts.steps, facts.total_batch_size, facts.sequence_length
    if steps is None or batch is None or length is None:
        return None
    most = float(steps) * batch * length
    filled = Pert(_FILLED.low * most, _FILLED.mode * most, most)
    words = (
        f"at most {_short(most)} tokens ({steps} steps x {batch} examples x {length} tokens, an upper bound; "
        f"{_FILLED.low:.0%} to {_FILLED.high:.0%} of them are taken to be no padding)"
    )
    return Factor("tokens", filled, words, "the tokens that were seen (tokens)")


def _short(number: float) -> str:
    for letter in "tbm":
        if number >= units.SCALES[letter]:
            scaled = units.round_significant(number / units.SCALES[letter], 3)
            return f"{units.plain_decimal(scaled)}{letter.upper()}"
    return units.plain_decimal(units.round_significant(number, 3))
