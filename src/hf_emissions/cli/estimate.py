"""`hf-emissions estimate`: estimate the emissions of an unrecorded training, as a range."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import get_args

import click

from .. import units
from ..card.patch import OUR_ESTIMATE, patch_card, read_card, remove_block
from ..card.section import find_section, put_section
from ..errors import UsageError
from ..estimation.estimate import estimate as estimate_training
from ..estimation.explanation import (
    estimate_to_json,
    is_section_of_estimate,
    notes_of,
    record_of,
    record_of_section,
    refusal_of_block,
)
from ..estimation.hardware import find_hardware
from ..estimation.published import METHODS
from ..estimation.result import Estimate
from ..estimation.reuse import avoided
from ..factors.equivalences import equivalents
from ..facts.extract import extract_facts
from ..facts.facts import Facts, place_facts
from ..record import Boundary
from ..rules.estimable_emissions import basis
from ..terminal import one_line
from .command import command, flag, option, values_of
from .editor import Editor
from .estimate_report import estimate_figure, estimate_lines
from .failures import DONE
from .option_types import COUNT, LARGE_NUMBER, NUMBER, POSITIVE_ENERGY_KWH, POSITIVE_HOURS
from .options import EquivalentsOptions, IntoOptions, PlaceOptions
from .targets import one_target

BOUNDARY = click.Choice(get_args(Boundary))
# Trainings of a card that an error lists.
_MOST_LISTED = 6


@dataclass(frozen=True, kw_only=True)
class EstimateOptions(PlaceOptions, IntoOptions, EquivalentsOptions):
    """Options of `estimate`."""

    from_card: str | None = option(
        "Take the facts from what a card says; options given beside it replace them.", metavar="CARD"
    )
    hardware: str | None = option('Hardware: "A100 SXM", "TPU v3-8", "RTX 3090".')
    count: int | None = option("Number of devices.  [default: 1]", type=COUNT)
    wall_hours: float | None = option('Duration: 96 (hours), "90 min", "4 days".', "--hours", type=POSITIVE_HOURS)
    device_hours: float | None = option("Hours summed over all devices.", type=POSITIVE_HOURS)
    parameters: float | None = option('Parameters of the model: 7e9, "7B".', type=LARGE_NUMBER)
    active_parameters: float | None = option(
        "Parameters that each token passes, for a mixture of experts.", type=LARGE_NUMBER
    )
    tokens: float | None = option('Tokens seen in training, over all epochs: "300B".', type=LARGE_NUMBER)
    energy_kwh: float | None = option(
        'Metered electricity, with its unit: "3.5 kWh".', "--energy", type=POSITIVE_ENERGY_KWH
    )
    energy_boundary: Boundary | None = option(
        "What the metered electricity covers; nvidia-smi and NVML have the accelerators alone.", type=BOUNDARY
    )
    boundary: Boundary = option(
        "What the figure covers; with a known PUE, node means the facility.",
        type=BOUNDARY,
        default="node",
        show_default=True,
    )
    training_type: str | None = option("Type of the training.", type=click.Choice(["pre-training", "fine-tuning"]))
    adaptation: str | None = option("Trained weights: full, lora or frozen-encoder.")
    encoder_decoder: bool = flag("Each token passes half of the parameters, as in T5.")
    method: str = option(
        "Estimation method.", type=click.Choice(["monte-carlo", *METHODS]), default="monte-carlo", show_default=True
    )
    cpu: str | None = option("For green-algorithms: watts per CPU core.")
    cores: int | None = option("For green-algorithms: number of CPU cores.", type=COUNT)
    memory: float | None = option("For green-algorithms: memory in GB.", type=NUMBER)
    usage: float | None = option("For green-algorithms: load of cores and accelerators, 0 to 1.", type=NUMBER)
    psf: float | None = option("For green-algorithms: number of times it was run.", type=NUMBER)
    seed: int = option("Seed of the random draws.", type=click.IntRange(min=0), default=0, show_default=True)
    reused: int | None = option("Also show what was avoided if N trainings were not repeated.", metavar="N", type=COUNT)


@command(EstimateOptions)
def estimate(options: EstimateOptions) -> int:
    """Estimate the emissions of a training from its hardware and hours, or from its parameters and tokens.

    The tier says what an estimate rests on. Metered energy gives tier A, hardware and hours tier B (without
    a place C), parameters and tokens tiers D to F. With --into the estimate is written into a card. Tiers A and B with
    a known place go into the block, all others only into the section.

    \b
    Examples:
      hf-emissions estimate --hardware "A100 SXM" --count 8 --hours 96 --region gcp:europe-west4
      hf-emissions estimate --parameters 7B --tokens 2T --hardware A100 --country USA
      hf-emissions estimate --from-card README.md --country Germany
      hf-emissions estimate --energy "3.5 kWh" --country Germany --into README.md --dry-run
      hf-emissions estimate --energy "3.5 kWh" --energy-boundary accelerators --country Germany
      hf-emissions estimate --hardware "TPU v2" --hours 96 --intensity "0.56 kg/kWh" --method ml-co2-impact
    """
    options.check_into()
    if options.into is not None and options.reused is not None:
        raise UsageError("--reused is not written into a card; leave --into out")
    found = _estimate(options)
    if options.into is not None:
        return _write(options, options.into, found)
    _print(options, found)
    return DONE


def _estimate(options: EstimateOptions) -> Estimate:
    """Compute the estimate."""
    facts = _facts(options)
    _check_age(facts)
    calculator = {name: getattr(options, name) for name in ("cpu", "cores", "memory", "usage", "psf")}
    return estimate_training(
        facts,
        seed=options.seed,
        intensity_g_per_kwh=options.intensity_g_per_kwh,
        pue=options.pue,
        boundary=options.boundary,
        method=options.method,
        calculator={name: value for name, value in calculator.items() if value is not None},
    )


def _facts(options: EstimateOptions) -> Facts:
    count, has_hours = options.count, options.wall_hours is not None
    if has_hours and options.device_hours is not None:
        raise UsageError("--hours and --device-hours are both durations; give one of them")
    if count is None and has_hours and options.hardware is not None:
        count = 1  # as the help says
    given = values_of(options, Facts) | {"count": count, "encoder_decoder": options.encoder_decoder or None}
    known = {name: value for name, value in given.items() if value is not None}
    facts = _said(options).replace(**{**known, **place_facts(options.country, options.region)})
    if options.from_card is not None and basis(facts.replace(reported_g=None)) is None:
        raise UsageError(f"{options.from_card} {_missing(facts)}")
    return facts


def _said(options: EstimateOptions) -> Facts:
    """What the card of --from-card says of its training; nothing without that option."""
    if options.from_card is None:
        return Facts()
    facts = extract_facts(one_target(options.from_card).text())
    if options.country is None and options.region is None:
        return facts
    return facts.replace(provider=None, region=None, country_iso3=None)


def _missing(facts: Facts) -> str:
    """What a card lacks for an estimate, and what to give beside it."""
    if len(facts.own_trainings) > 1:
        listed = "; ".join(one_line(training.words) for training in facts.own_trainings[:_MOST_LISTED])
        give = "give --hardware, --count and --hours"
        return f"states several trainings, and not which one is the model's; {give}: {listed}"
    return (
        "says neither energy, nor hardware with its hours, nor parameters with tokens; give what is missing as options"
    )


def _check_age(facts: Facts) -> None:
    """Reject hours that exceed the age of the device."""
    hours = facts.wall_hours or (facts.device_hours / (facts.count or 1) if facts.device_hours else None)
    if facts.hardware is None or hours is None or (facts.device_hours and facts.count is None):
        return
    hardware = find_hardware(facts.hardware)
    if hardware.released_year is None:
        return
    age = datetime.now(UTC) - datetime(hardware.released_year, 1, 1, tzinfo=UTC)
    most = units.s_to_hours(age.total_seconds())
    if hours > most:
        option = "--hours" if facts.wall_hours else "--device-hours"
        raise UsageError(
            f"{option}: {hours:g} h by the clock are more than {hardware.words} has existed for "
            f"(since {hardware.released_year}, {most:.0f} h); give hours summed over devices as --device-hours"
        )


def _write(options: EstimateOptions, into: str, found: Estimate) -> int:
    """Write the estimate into a card: into the block and on request the section, or into the section alone."""
    refusal = refusal_of_block(found)
    section = options.section or refusal is not None
    notes = (*notes_of(found), *options.notes(found.median_g, section=section))
    options.out.note(estimate_figure(found))
    if refusal is not None:
        options.out.note(f"no block is written, the estimate goes into the section: {refusal}")

    def change(text: str) -> str:
        if section:
            _check_section(text, overwrite=options.overwrite)
        if refusal is not None:
            _check_no_block(text, refusal)
            return put_section(text, record_of_section(found), notes)
        record = record_of(found)
        text = patch_card(_without_replaced(text, overwrite=options.overwrite), record)
        return put_section(text, record, notes) if section else text

    return Editor(options).edit_all([one_target(into)], change, estimate=estimate_to_json(found))


def _has_our_estimate(text: str) -> bool:
    record = read_card(text)
    return record is not None and (record.source or "").startswith(OUR_ESTIMATE)


def _without_replaced(text: str, *, overwrite: bool) -> str:
    """Remove a block to be replaced, lest hours or hardware of another run remain with the figure."""
    return remove_block(text) if overwrite or _has_our_estimate(text) else text


def _check_section(text: str, *, overwrite: bool) -> None:
    """Keep the section of a recorded training, which is better than an estimate."""
    found = find_section(text)
    if found and not overwrite and not is_section_of_estimate(text[slice(*found)]):
        raise UsageError("the card has a section that is no estimate of ours; to replace it, give --overwrite")


def _check_no_block(text: str, refusal: str) -> None:
    """Reject a section whose figure would compete with that of a block."""
    if read_card(text) is not None:
        what = "a figure, which stays"
        if _has_our_estimate(text):
            what = "an older estimate; remove it first: hf-emissions remove"
        raise UsageError(f"the card has {what}; this estimate cannot go into a block: {refusal}")


def _print(options: EstimateOptions, found: Estimate) -> None:
    lines, document = estimate_lines(found), estimate_to_json(found)
    if options.equivalents and found.median_g is not None:
        compared = equivalents(found.median_g)
        lines += [f"  as much as {item.words}" for item in compared]
        document["equivalents"] = [item.document() for item in compared]
    if options.reused is not None and found.median_g is not None:
        saved = avoided(found.median_g, options.reused)
        lines += saved.words
        document["reused"] = asdict(saved)
    if options.format == "quiet":
        options.out.item("unknown" if found.median_g is None else units.plain_decimal(found.median_g))
    for line in lines:
        options.out.line(line)
    options.out.document(**document)
