"""`hf-emissions estimate`: what a training emitted that nobody recorded, as an honest range."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import click

from .. import units
from ..card.patch import patch_card
from ..card.section import put_section
from ..errors import PlaceError, UsageError
from ..estimation.estimate import Estimate
from ..estimation.estimate import estimate as estimate_training
from ..estimation.words import notes_of, record_of, refusal_of_block
from ..factors.countries import find_country
from ..facts.facts import Facts
from .editing import Editing, editing_options, equivalents_notes
from .estimate_report import estimate_lines
from .failures import DONE
from .output import Format, Output, format_option
from .quantities import read_option
from .targets import one_target

_METHODS = ["monte-carlo", "ml-co2-impact", "green-algorithms"]


@click.command(short_help="Estimate what a training emitted that nobody recorded.")
@click.option("--hardware", help='What it ran on: "A100 SXM", "TPU v3-8", "RTX 3090".')
@click.option("--count", help="How many of them; 1 where it is not given.")
@click.option("--hours", help='How long it took, by the clock: 96, "90 min", "4 days".')
@click.option("--device-hours", help="Hours summed over all devices.")
@click.option("--parameters", help='Parameters of the model: 7e9, "7B".')
@click.option("--active-parameters", help="Of a mixture of experts: parameters that each token passes.")
@click.option("--tokens", help='Tokens seen in training, every epoch counted: "300B".')
@click.option("--energy", help='Electricity that a meter gave, with its unit: "3.5 kWh".')
@click.option("--country", help="Where it ran: ISO code or English name.")
@click.option("--region", help='Cloud region ("gcp:europe-west4"), or state or zone of the country.')
@click.option("--intensity", help='What the grid emits, with its unit: "0.56 kg/kWh".')
@click.option("--pue", help="Power usage effectiveness of the facility.")
@click.option("--training-type", help='"pre-training" or "fine-tuning".')
@click.option("--adaptation", help="Which weights were trained: full, lora or frozen-encoder.")
@click.option("--encoder-decoder", is_flag=True, help="Each token passes half of the parameters, as in T5.")
@click.option(
    "--method", type=click.Choice(_METHODS), default="monte-carlo", show_default=True, help="How to estimate."
)
@click.option("--cpu", help="Of green-algorithms: watts of one core of the processor.")
@click.option("--cores", help="Of green-algorithms: how many of its cores.")
@click.option("--memory", help="Of green-algorithms: memory in GB.")
@click.option("--usage", help="Of green-algorithms: how busy cores and accelerators were, 0 to 1.")
@click.option("--psf", help="Of green-algorithms: how often it was run.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random draws.")
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
    dry_run: bool,
    check: bool,
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
    found = _estimate(**given)
    if into is not None:
        notes = equivalents_notes(found.median_g, asked=equivalents, section=section or bool(refusal_of_block(found)))
        return _write(Editing(out, dry_run, check), found, into, (section, notes), overwrite=overwrite)
    extra = _extra(found, reused, equivalents)
    _print(out, found, extra)
    out.document(**dataclasses.asdict(found), **{name: words for name, (words, _) in extra.items()})
    return DONE


def _estimate(region: str | None, country: str | None, **given: Any) -> Estimate:
    """The estimate that the options ask for.

    Raises:
        UsageError: an option cannot be read, or contradicts another.
    """
    settings = {name: given.pop(name) for name in ("method", "seed")}
    trained = {name: given.pop(name) for name in ("adaptation", "training_type")}
    trained["encoder_decoder"] = given.pop("encoder_decoder") or None
    values = {name: read_option(name, text) for name, text in given.items()}
    if values["hours"] is not None and values["device_hours"] is not None:
        raise UsageError("--hours and --device-hours both say how long it took; give one of them")
    settings["calculator"] = {name: values.pop(name) for name in _CALCULATOR}
    settings |= {"intensity_g_per_kwh": values.pop("intensity"), "pue": values.pop("pue")}
    facts = Facts(
        **_place(country, region), **trained, **{_NAMES.get(name, name): value for name, value in values.items()}
    )
    _check_age(facts)
    return estimate_training(facts, **settings)


# The facts that options name otherwise, and what only the published calculators ask for.
_NAMES = {"energy": "energy_kwh", "hours": "wall_hours"}
_CALCULATOR = ("cpu", "cores", "memory", "usage", "psf")


def _place(country: str | None, region: str | None) -> dict[str, Any]:
    """The place as facts: `--region provider:code`, or a country with a region of its own."""
    if region is not None and ":" in region:
        if country is not None:
            raise UsageError("--country and a cloud region both say where it ran; give one of them")
        provider, _, code = region.partition(":")
        return {"provider": provider.strip().lower(), "region": code.strip()}
    if region is not None and country is None:
        raise PlaceError(f"--region {region!r} needs --country, or its provider: --region gcp:europe-west4")
    found = {} if country is None else {"country_iso3": find_country(country).iso3}
    return found if region is None else {**found, "region": region}


def _check_age(facts: Facts) -> None:
    """Refuse hours that are more than the device has existed for."""
    from ..estimation.hardware import find_hardware

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
    record = None if found.median_g is None else record_of(found)
    if refusal is not None:
        editing.out.note(f"the block is left as it is, the estimate goes into the section: {refusal}")

    def change(text: str) -> str:
        if refusal is None and record is not None:
            text = patch_card(text, record, overwrite=overwrite)
        return put_section(text, record, (*notes_of(found), *notes)) if section or refusal is not None else text

    return editing.edit_all([one_target(into)], change)


def _extra(found: Estimate, reused: str | None, equivalents: bool) -> dict[str, tuple[Any, list[str]]]:
    """What is said beside the estimate, by its key in JSON: the value, and the lines."""
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
        out.item("" if found.median_g is None else units.plain_decimal(found.median_g))
        return
    for line in estimate_lines(found):
        out.line(line)
    for _, lines in extra.values():
        for line in lines:
            out.line(line)
