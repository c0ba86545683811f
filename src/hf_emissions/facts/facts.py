"""Facts of a training as the basis of an estimate, with their spans in the text."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypedDict, get_args

from ..errors import UsageError
from ..factors.named_place import read_place
from ..record import Boundary

_POSITIVE = (
    *("wall_hours", "device_hours", "hours", "reported_g", "energy_kwh", "parameters", "active_parameters", "tokens"),
    *("steps", "epochs", "total_batch_size", "sequence_length", "train_runtime_s", "total_flos"),
)
# Beyond any training, and small enough that no product overflows.
_MOST = {
    **dict.fromkeys(("wall_hours", "device_hours", "hours"), 1e10),
    **dict.fromkeys(("parameters", "active_parameters"), 1e16),
    "energy_kwh": 1e11,
    "reported_g": 1e15,
    "tokens": 1e17,
    "count": 1e6,
    "total_flos": 1e32,
    **dict.fromkeys(("steps", "epochs", "total_batch_size", "sequence_length", "train_runtime_s"), 1e11),
}
_LEAST = 1e-12
_OF_A_TRAINING = frozenset(
    [
        "hardware",
        "count",
        "wall_hours",
        "device_hours",
        "hours",
        "train_runtime_s",
        "energy_kwh",
    ]
)
_SIZES = frozenset(["parameters", "tokens"])
_TEXTS = ("hardware", "provider", "region", "country_iso3", "base_model", "training_type", "adaptation")


@dataclass(frozen=True, slots=True)
class Span:
    """Span of a fact: `text[start:end]` of the card."""

    start: int
    end: int


Kind = Literal["pre-training", "fine-tuning", "stage", "size", "experiment"]
Whose = Literal["own", "another"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One training that the card states: what one statement says of it.

    Unknown parts are None. What could be done is no training, and what trained for another model is one only where the
    card lists it beside its own: a sibling, another size, the model that it was tuned from.

    Attributes:
        hardware: device as named.
        count: number of the named devices.
        wall_hours: duration, in hours, over all epochs.
        device_hours: hours summed over all named devices.
        tokens: tokens seen in it.
        parameters: parameters of the model that it trained.
        kind: `stage` if it is one of several that add up to the model's training; `size` or `experiment` if it is one
            of several that do not; `pre-training` or `fine-tuning` if the statement says so.
        provider: short name of the cloud provider, such as `gcp`, if the statement names it.
        region: the provider's region, if the statement has its code.
        name: what the card calls it, such as `Stage 1` or `7B`.
        whose: `own` if it is of the card's model, or may be; `another` if the card says which of several is its own,
            and it is not this one.
        places: spans of the parts, by name.
    """

    hardware: str | None = None
    count: int | None = None
    wall_hours: float | None = None
    device_hours: float | None = None
    tokens: float | None = None
    parameters: float | None = None
    provider: str | None = None
    region: str | None = None
    kind: Kind | None = None
    name: str | None = None
    whose: Whose = "own"
    places: Mapping[str, Span] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def words(self) -> str:
        """It in brief, such as `Stage 1: 8 x A100, 20 h`."""
        device = f"{self.count} x {self.hardware or 'devices'}" if self.count else self.hardware
        hours = None if self.wall_hours is None else f"{self.wall_hours:.6g} h"
        if self.device_hours is not None:
            hours = f"{self.device_hours:.6g} h in all"
        said = ", ".join(part for part in (device, hours) if part)
        words = f"{self.name}: {said}" if self.name else said
        return words if self.whose == "own" else f"{words} (another model's)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of a training, validated on construction. Unknown facts are None.

    Attributes:
        hardware: device as named, such as `A100 SXM`, `TPU v3-8`.
        count: number of the named devices.
        wall_hours: duration of the training, in hours.
        device_hours: hours summed over all named devices.
        hours: hours that may be wall or device hours.
        provider: short name of the cloud provider, such as `gcp`.
        region: the provider's region name; without a provider, a state, province or zone of the country.
        country_iso3: ISO 3166-1 alpha-3 code of the country.
        reported_g: figure that the card reports, in grams CO2 equivalent.
        energy_kwh: metered electricity, in kWh.
        energy_boundary: what `energy_kwh` covers: `accelerators`, `node` or `facility`.
        parameters: parameters of the model.
        active_parameters: parameters used per token, in a mixture of experts.
        tokens: tokens seen in training, over all epochs.
        base_model: the model that it was fine-tuned from.
        steps: optimiser steps, over all epochs.
        epochs: passes over the training data.
        total_batch_size: examples per optimiser step, on all devices.
        sequence_length: maximum tokens per example.
        train_runtime_s: training time as logged by Trainer, in seconds.
        total_flos: floating-point operations, as counted by Trainer.
        training_type: `pre-training` or `fine-tuning`.
        adaptation: trained weights: `full`, `lora` or `frozen-encoder`.
        encoder_decoder: True if each token passes half of the parameters, as in T5.
        trainings: the trainings that the card states, if it states a device or a time; several ones are not mixed, and
            those of other models count for none of the other facts.
        places: spans of the facts, by name.

    Raises:
        UsageError: a number that is not finite, not positive or out of range, a fractional count, an empty text, an
            unknown boundary, or more active than total parameters.
    """

    hardware: str | None = None
    count: int | None = None
    wall_hours: float | None = None
    device_hours: float | None = None
    hours: float | None = None
    provider: str | None = None
    region: str | None = None
    country_iso3: str | None = None
    reported_g: float | None = None
    energy_kwh: float | None = None
    energy_boundary: Boundary | None = None
    parameters: float | None = None
    active_parameters: float | None = None
    tokens: float | None = None
    base_model: str | None = None
    steps: int | None = None
    epochs: float | None = None
    total_batch_size: int | None = None
    sequence_length: int | None = None
    train_runtime_s: float | None = None
    total_flos: float | None = None
    training_type: str | None = None
    adaptation: str | None = None
    encoder_decoder: bool | None = None
    trainings: tuple[Training, ...] = ()
    places: Mapping[str, Span] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for name in (*_POSITIVE, "count"):
            if (value := getattr(self, name)) is not None:
                _check_positive(name, value)
        for name in _TEXTS:
            value = getattr(self, name)
            if value is not None and (not isinstance(value, str) or not value.strip()):
                raise UsageError(f"{name} is {value!r}, which names nothing; leave it out where it is not known")
        if self.count is not None:
            if self.count != int(self.count):
                raise UsageError(f"count is {self.count}; devices come whole")
            object.__setattr__(self, "count", int(self.count))
        _check_boundary(self.energy_boundary)
        _check_active(self.active_parameters, self.parameters)

    def known(self) -> dict[str, Any]:
        """Known facts by name, without their spans and the single trainings."""
        names = (entry.name for entry in dataclasses.fields(self) if entry.name not in ("places", "trainings"))
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def replace(self, **known: Any) -> Facts:
        """These facts with some replaced.

        A device, a time or an energy is said of the whole: stated trainings are dropped then. Parameters and tokens are
        of the model, and count instead of those that its trainings state. Another energy does not keep the boundary of
        the one before.
        """
        kept = () if known.keys() & _OF_A_TRAINING else self.trainings
        sizes: dict[str, Any] = dict.fromkeys(_SIZES & known.keys())
        trainings = tuple(dataclasses.replace(training, **sizes) for training in kept)
        boundary = None if "energy_kwh" in known else self.energy_boundary
        return dataclasses.replace(self, **{"trainings": trainings, "energy_boundary": boundary, **known})

    @property
    def own_trainings(self) -> tuple[Training, ...]:
        """The stated trainings without those of other models."""
        return tuple(training for training in self.trainings if training.whose == "own")

    @property
    def stages(self) -> tuple[Facts, ...]:
        """Facts of each stage whose estimates add up to that of the training; these facts alone if there are none.

        Energy, and a total of the hours of equal devices, are of the whole, and need no sum.
        """
        timed = self.wall_hours is not None and self.count is not None
        own = self.own_trainings
        if self.energy_kwh is not None or timed or not are_stages(own):
            return (self,)
        return tuple(self._of_stage(stage) for stage in own)

    def _of_stage(self, stage: Training) -> Facts:
        return dataclasses.replace(
            self,
            hardware=stage.hardware or self.hardware,
            count=stage.count if stage.hardware or stage.count else self.count,
            wall_hours=stage.wall_hours,
            device_hours=stage.device_hours,
            hours=None,
            train_runtime_s=None,
            tokens=stage.tokens,
            parameters=stage.parameters or self.parameters,
            active_parameters=None if stage.parameters else self.active_parameters,
            trainings=(),
        )


def are_stages(trainings: Sequence[Training]) -> bool:
    """True if several trainings, each with its time, are stages of one model, which add up."""
    return len(trainings) > 1 and all(
        one.kind == "stage" and (one.wall_hours or one.device_hours) is not None for one in trainings
    )


def _check_boundary(boundary: object) -> None:
    if boundary is not None and boundary not in get_args(Boundary):
        raise UsageError(f"energy_boundary is {boundary!r}; it must be one of {', '.join(get_args(Boundary))}")


def _check_active(active: float | None, whole: float | None) -> None:
    if active is not None and whole is not None and active > whole:
        raise UsageError(f"active_parameters is {active:g}, more than all {whole:g} parameters")


def _check_positive(name: str, value: Any) -> None:
    # Compared before conversion: an int may exceed any float.
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or (isinstance(value, float) and math.isnan(value))
        or value <= 0
    ):
        raise UsageError(f"{name} is {value!r}; it must be a number above zero")
    if not _LEAST <= value <= _MOST[name]:
        size = "less" if value < _LEAST else "more"
        raise UsageError(f"{name} is {size} than any training has had; it lies between {_LEAST:g} and {_MOST[name]:g}")


class PlaceFacts(TypedDict, total=False):
    """Fields of `Facts` that name a place."""

    provider: str | None
    region: str | None
    country_iso3: str | None


def place_facts(country: str | None, region: str | None) -> PlaceFacts:
    """A place as fields of `Facts`: a provider with its region, or a country with an optional region.

    Raises:
        PlaceError: an unknown place.
    """
    if country is None and region is None:
        return {}
    place = read_place(country, region)
    if place.cloud_provider is not None:
        return {"provider": place.cloud_provider, "region": place.cloud_region}
    return {"country_iso3": place.country_iso3, "region": place.region}
