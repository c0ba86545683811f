"""Everyday equivalents of an amount of CO2eq, always stated with their factors.

The US EPA's numbers are those that ML CO2 Impact has used since September 2021, so that comparisons agree with that
calculator; EPA has since revised some.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import units

_KM_PER_MILE = 1.609344  # international yard and pound agreement, 1959
_LB_PER_KG = 2.204623  # rounded as in ML CO2 Impact
_HOURS_PER_YEAR = 365 * 24

# Smaller numbers are meaningless to a reader.
_SMALLEST_SHOWN = 0.001
_LARGE = tuple((units.SCALES[name], name) for name in ("trillion", "billion", "million"))


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Everyday activity or thing and its emissions or uptake.

    Attributes:
        key: machine-readable name.
        unit: singular and plural of the unit.
        what: description that follows the unit.
        factor_g: grams CO2 equivalent per unit.
        factor: the factor as text, rounded.
        publisher: short name of the publisher.
        source: full source.
        year: year of publication.
    """

    key: str
    unit: tuple[str, str]
    what: str
    factor_g: float
    factor: str
    publisher: str
    source: str
    year: int


CAR_KM = Equivalence(
    key="car_km",
    unit=("km", "km"),
    what="in an average car with a combustion engine",
    factor_g=units.t_to_g(3.98e-4) / _KM_PER_MILE,
    factor="247 g/km",
    publisher="EPA",
    source="US EPA, Greenhouse Gas Equivalencies Calculator: 3.98e-4 t CO2eq a mile, average passenger vehicle",
    year=2021,
)
TRAIN_KM = Equivalence(
    key="train_km",
    unit=("km", "km"),
    what="by train for one passenger",
    factor_g=41.0,
    factor="41 g/km",
    publisher="BEIS",
    source="UK BEIS, conversion factors for company reporting 2020, as Green Algorithms has it: 41 g a passenger-km",
    year=2020,
)
COAL_KG = Equivalence(
    key="coal_kg",
    unit=("kg", "kg"),
    what="of coal burned",
    factor_g=units.t_to_g(9.05e-4) * _LB_PER_KG,
    factor="1.995 kg/kg",
    publisher="EPA",
    source="US EPA, Greenhouse Gas Equivalencies Calculator: 9.05e-4 t CO2 a pound of coal",
    year=2021,
)
SEEDLINGS = Equivalence(
    key="seedlings",
    unit=("tree seedling", "tree seedlings"),
    what="grown for ten years",
    factor_g=units.t_to_g(0.060),
    factor="60 kg each",
    publisher="EPA",
    source="US EPA, Greenhouse Gas Equivalencies Calculator: 0.060 t CO2 taken up by an urban tree in ten years",
    year=2021,
)
HOUSEHOLD_HOURS = Equivalence(
    key="household_hours",
    unit=("hour", "hours"),
    what="of a household's energy in the USA",
    factor_g=units.t_to_g(8.35) / _HOURS_PER_YEAR,
    factor="953 g/h",
    publisher="EPA",
    # CodeCarbon does not say which edition 8.35 is from; 2020 is inferred from editions with known values.
    source="US EPA, home energy use: 8.35 t CO2 a home and year, as CodeCarbon's dashboard has it; year not verified",
    year=2020,
)
EQUIVALENCES = (CAR_KM, TRAIN_KM, COAL_KG, SEEDLINGS, HOUSEHOLD_HOURS)


@dataclass(frozen=True, slots=True)
class Equivalent:
    """Amount of a thing that equals the compared emissions in CO2eq."""

    amount: float
    equivalence: Equivalence

    @property
    def words(self) -> str:
        """Text such as `48 km in an average car with a combustion engine (247 g/km, EPA 2021)`."""
        thing = self.equivalence
        amount = amount_in_words(self.amount)
        unit = thing.unit[0] if amount == "1" else thing.unit[1]
        return f"{amount} {unit} {thing.what} ({thing.factor}, {thing.publisher} {thing.year})"

    def document(self) -> dict[str, Any]:
        """JSON fields, not rounded."""
        thing = self.equivalence
        return {
            "key": thing.key,
            "amount": self.amount,
            "unit": thing.unit[0],
            "what": thing.what,
            "factor_g": thing.factor_g,
            "source": thing.source,
            "year": thing.year,
            "words": self.words,
        }


def equivalents(emissions_g: float) -> list[Equivalent]:
    """Convert grams CO2 equivalent to each of `EQUIVALENCES`."""
    return [Equivalent(emissions_g / thing.factor_g, thing) for thing in EQUIVALENCES]


def comparison(emissions_g: float) -> str:
    """Format all equivalents as one sentence for a card's section."""
    return f"As much CO2eq as any one of these: {'; '.join(item.words for item in equivalents(emissions_g))}."


def amount_in_words(amount: float) -> str:
    """Format a number with three significant digits, two below 1, such as `34.2 million`."""
    if 0 < amount < _SMALLEST_SHOWN:
        return f"less than {units.plain_decimal(_SMALLEST_SHOWN)}"
    rounded = units.round_significant(amount, 2 if amount < 1 else 3)
    for size, name in _LARGE:
        if rounded >= size:
            return f"{units.plain_decimal(units.round_significant(rounded / size))} {name}"
    return units.plain_decimal(rounded)
