"""Emissions avoided by reusing a trained model instead of training again."""

from __future__ import annotations

from dataclasses import dataclass

from .. import units
from ..errors import UsageError
from ..factors.equivalences import SEEDLINGS, Equivalent

# Trees of all species with a trunk of at least 10 cm (ter Steege et al. 2013, Science 342, 1243092).
AMAZON_TREES = 3.9e11

CAVEAT = (
    "Downloads are not trainings: most are repeated, automatic or never used, and few of the others stand for somebody "
    "who would have trained the model; seedlings are not grown trees. Take it as an illustration and an upper end."
)

_MOST = 10**15  # beyond any real count; keeps the product finite


@dataclass(frozen=True, slots=True)
class AvoidedEmissions:
    """Emissions of trainings that were avoided.

    Attributes:
        trainings: number of trainings.
        per_training_g: emissions of one, in grams CO2 equivalent.
        emissions_g: emissions of all.
        seedlings: tree seedlings that absorb as much in ten years.
        amazon_share: the seedlings as a share of the trees of the Amazon, 0 to 1.
        words: the same in sentences, each number with its factor.
        caveat: why it is no measurement; also the last of the sentences.
    """

    trainings: int
    per_training_g: float
    emissions_g: float
    seedlings: float
    amazon_share: float
    words: tuple[str, ...]
    caveat: str = CAVEAT


def avoided(emissions_g: float, trainings: int) -> AvoidedEmissions:
    """Emissions avoided by not repeating a training of `emissions_g` grams CO2 equivalent `trainings` times.

    Raises:
        UsageError: the number of trainings is not a whole number in range.
    """
    if isinstance(trainings, bool) or not isinstance(trainings, int) or not 1 <= trainings <= _MOST:
        raise UsageError(f"{trainings!r} trainings were avoided; it must be a whole number, 1 or more")
    total_g = float(emissions_g) * trainings
    seedlings = total_g / SEEDLINGS.factor_g
    share = amazon_share(seedlings)
    words = (
        f"{trainings} trainings x {units.format_mass(emissions_g)} = {units.format_mass(total_g)} CO2eq not emitted, "
        "had each been a training of its own",
        f"{Equivalent(seedlings, SEEDLINGS).words} take as much up",
        f"As a share of the Amazon's trees: {percent(share)} (of 390 billion, ter Steege et al. 2013)",
        CAVEAT,
    )
    return AvoidedEmissions(trainings, float(emissions_g), total_g, seedlings, share, words)


def amazon_share(trees: float) -> float:
    """Number of trees as a share, 0 to 1, of those of the Amazon."""
    return trees / AMAZON_TREES


def percent(share: float) -> str:
    """Share in per cent, to two digits: `0.0088 %`."""
    return f"{units.plain_decimal(units.round_significant(share * 100, 2))} %"
