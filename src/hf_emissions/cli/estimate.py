"""`hf-emissions estimate`: estimate the emissions of an unrecorded training, as a range."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import click

from .. import units
from ..card.patch import OUR_ESTIMATE, patch_card, read_card, remove_block
from ..card.section import find_section, put_section
from ..errors import UsageError
from ..estimation.estimate import Estimate
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
from ..facts.facts import Facts, place_facts
from .command import Command
from .editing import Editing, WriteOptions, editing_options, equivalents_notes
from .estimate_report import estimate_figure, estimate_lines
from .failures import DONE
from .output import Format, Output, format_option
from .quantities import read_option
from .targets import one_target


@click.command(cls=Command, short_help="Estimate what a training emitted that nobody recorded.")
@click.option("--hardware", help='What it ran on: "A100 SXM", "TPU v3-8", "RTX 3090".')
@click.option("--count", help="How many of them; 1 where it is not given.")
@click.option("--hours", help='How long it took, by the clock: 96, "90 min", "4 days".')
@click.option("--device-hours", help="Hours summed over all devices.")
@click.option("--parameters", help='Parameters of the model: 7e9, "7B".')
@click.option("--active-parameters", help="Of a mixture of experts: parameters that each token passes.")
@click.option("--tokens", help='Tokens seen in training, every epoch counted: "300B".')
@click.option("--energy", help='Electricity that a meter gave, with its unit: "3.5 kWh".')
@click.option("--country", help="Where it ran: ISO code or name.")
@click.option("--region", help='Cloud region ("gcp:europe-west4"), or state or zone of the country.')
@click.option("--intensity", help='What the grid emits, with its unit: "0.56 kg/kWh".')
@click.option("--pue", help="Power usage effectiveness of the facility.")
@click.option(
    "--training-type", type=click.Choice(["pre-training", "fine-tuning"]), help='"pre-training" or "fine-tuning".'
)
@click.option("--adaptation", help="Which weights were trained: full, lora or frozen-encoder.")
@click.option("--encoder-decoder", is_flag=True, help="Each token passes half of the parameters, as in T5.")
@click.option(
    "--method",
    type=click.Choice(["monte-carlo", *METHODS]),
    default="monte-carlo",
    show_default=True,
    help="How to estimate.",
)
@click.option("--cpu", help="Of green-algorithms: watts of one core of the processor.")
@click.option("--cores", help="Of green-algorithms: how many of its cores.")
@click.option("--memory", help="Of green-algorithms: memory in GB.")
@click.option("--usage", help="Of green-algorithms: how busy cores and accelerators were, 0 to 1.")
@click.option("--psf", help="Of green-algorithms: how often it was run.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the random draws.")
@click.option("--reused", metavar="N", help="Also say what was saved where N trainings were not done again.")
@click.option("--equivalents", is_flag=True, help="Also say what the figure compares to.")
@click.option("--into", metavar="TARGET", help="Write the estimate into this card.")
@click.option("--section", is_flag=True, help='Write the section "Environmental Impact" too.')
@click.option("--overwrite", is_flag=True, help="Replace a figure that is not ours.")
@editing_options
@format_option
def estimate(
    into: str | None,
    section: bool,
    overwrite: bool,
    how: WriteOptions,
    equivalents: bool,
    reused: str | None,
    format_: Format,
    **given: Any,
) -> int:
    """Estimate what a training emitted, from its hardware and hours or from parameters and tokens.

    A metered energy gives tier A, hardware and hours tier B, parameters and tokens tiers D to F. With --into the
    estimate goes into a card: into the block at tier A or B with a known place, else into the section alone.

    \b
    Examples:
      hf-emissions estimate --hardware "A100 SXM" --count 8 --hours 96 --region gcp:europe-west4
      hf-emissions estimate --parameters 7B --tokens 2T --hardware A100 --country USA
      hf-emissions estimate --energy "3.5 kWh" --country Germany --into README.md --dry-run
      hf-emissions estimate --hardware "TPU v2" --hours 96 --intensity "0.56 kg/kWh" --method ml-co2-impact
    """
    out = Output(format_)
    _check_into(into, section=section, overwrite=overwrite, dry_run=how.dry_run, check=how.check, reused=reused)
    found = _estimate(**given)
    if into is not None:
        out.note(estimate_figure(found))
        notes = equivalents_notes(found.median_g, asked=equivalents, section=section or bool(refusal_of_block(found)))
        return _write(Editing(out, how), found, into, (section, notes), overwrite=overwrite)
    extra = _extra(found, reused, equivalents)
    _print(out, found, extra)
    out.document(**estimate_to_json(found), **{name: words for name, (words, _) in extra.items()})
    return DONE


def _check_into(into: str | None, *, reused: str | None, **asked: bool) -> None:
    """Reject options that would have no effect.

    Raises:
        UsageError: names the option.
    """
    if into is not None and not into.strip():
        raise UsageError("--into is empty; name the card")
    if into is not None and reused is not None:
        raise UsageError("--reused is not written into a card; leave --into out")
    without = [name for name, on in asked.items() if on and into is None]
    if without:
        raise UsageError(f"--{without[0].replace('_', '-')} goes with --into, which names the card")


def _estimate(region: str | None, country: str | None, **given: Any) -> Estimate:
    """Compute the estimate from the options.

    Raises:
        UsageError: an option cannot be parsed, or contradicts another.
    """
    settings = {name: given.pop(name) for name in ("method", "seed")}
    trained = {name: given.pop(name) for name in ("adaptation", "training_type")}
    trained["encoder_decoder"] = given.pop("encoder_decoder") or None
    values = {name: read_option(name, text) for name, text in given.items()}
    if values["hours"] is not None and values["device_hours"] is not None:
        raise UsageError("--hours and --device-hours both say how long it took; give one of them")
    if values["count"] is None and values["hardware"] is not None and values["hours"] is not None:
        values["count"] = 1  # as the help says
    calculator = {name: values.pop(name) for name in _CALCULATOR}
    settings["calculator"] = {name: value for name, value in calculator.items() if value is not None}
    settings |= {"intensity_g_per_kwh": values.pop("intensity"), "pue": values.pop("pue")}
    facts = Facts(
        **place_facts(country, region), **trained, **{_NAMES.get(name, name): value for name, value in values.items()}
    )
    _check_age(facts)
    return estimate_training(facts, **settings)


# Options named differently in `Facts`, and those of published calculators only.
_NAMES = {"energy": "energy_kwh", "hours": "wall_hours"}
_CALCULATOR = ("cpu", "cores", "memory", "usage", "psf")


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
            f"(since {hardware.released_year}, {most:.0f} h); hours summed over devices are --device-hours"
        )


def _write(
    editing: Editing, found: Estimate, into: str, with_section: tuple[bool, tuple[str, ...]], *, overwrite: bool
) -> int:
    section, notes = with_section
    refusal = refusal_of_block(found)
    if refusal is not None:
        editing.out.note(f"no block is written, the estimate goes into the section: {refusal}")

    def change(text: str) -> str:
        if section or refusal is not None:
            _check_section(text, overwrite=overwrite)
        if refusal is None:
            text = patch_card(_without_replaced(text, overwrite=overwrite), record_of(found))
            return put_section(text, record_of(found), (*notes_of(found), *notes)) if section else text
        _check_no_block(text, refusal)
        return put_section(text, record_of_section(found), (*notes_of(found), *notes))

    return editing.edit_all([one_target(into)], change, estimate=estimate_to_json(found))


def _without_replaced(text: str, *, overwrite: bool) -> str:
    """Remove a block to be replaced, lest hours or hardware of another run remain with the figure."""
    record = read_card(text)
    ours = record is not None and (record.source or "").startswith(OUR_ESTIMATE)
    return remove_block(text) if ours or overwrite else text


def _check_section(text: str, *, overwrite: bool) -> None:
    """Keep the section of a recorded training, which is better than an estimate.

    Raises:
        UsageError: the card has one and `overwrite` is off.
    """
    found = find_section(text)
    if found and not overwrite and not is_section_of_estimate(text[slice(*found)]):
        raise UsageError("the card has a section that is no estimate of ours; to replace it, ask with --overwrite")


def _check_no_block(text: str, refusal: str) -> None:
    """Reject a section whose figure would compete with that of a block.

    Raises:
        UsageError: the block has a figure.
    """
    record = read_card(text)
    if record is not None:
        ours = (record.source or "").startswith(OUR_ESTIMATE)
        what = "an older estimate; take it out first: hf-emissions remove" if ours else "a figure, which stays"
        raise UsageError(f"the card has {what}; this estimate is none for a block: {refusal}")


def _extra(found: Estimate, reused: str | None, equivalents: bool) -> dict[str, tuple[Any, list[str]]]:
    """Additional output by JSON key: the value, and lines for people."""
    if found.median_g is None:
        return {}
    extra: dict[str, tuple[Any, list[str]]] = {}
    if equivalents:
        from ..factors.equivalences import equivalents as compare

        compared = compare(found.median_g)
        lines = [f"  as much as {item.words}" for item in compared]
        extra["equivalents"] = ([item.document() for item in compared], lines)
    if reused is not None:
        from ..estimation.reuse import avoided

        saved = avoided(found.median_g, read_option("reused", reused))
        extra["reused"] = (dataclasses.asdict(saved), list(saved.words))
    return extra


def _print(out: Output, found: Estimate, extra: dict[str, tuple[Any, list[str]]]) -> None:
    if out.format == "quiet":
        out.item("unknown" if found.median_g is None else units.plain_decimal(found.median_g))
        return
    for line in estimate_lines(found):
        out.line(line)
    for _, lines in extra.values():
        for line in lines:
            out.line(line)
