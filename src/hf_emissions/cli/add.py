"""`hf-emissions add`: write a figure into a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from .. import units
from ..card.patch import patch_card
from ..card.section import put_section
from ..errors import UnitError, UsageError
from ..record import EmissionsRecord
from .add_from import add_from
from .command import Command
from .editing import Change, Editing, WriteOptions, editing_options, equivalents_notes, equivalents_option
from .output import Format, Output, format_option
from .targets import one_target


@click.command(cls=Command)
@click.argument("target", required=False)
@click.option("--emissions", help='What the training emitted, with its unit: "12.5 g", "0.3 kg".')
@click.option("--energy", help='Electricity that it used, with its unit: "3.5 kWh".')
@click.option("--hours", help='How long it took: 12.5, "90 min", "2 days".')
@click.option("--hardware", help='What it ran on: "8 x NVIDIA A100".')
@click.option("--location", help='Where it ran: "Quebec, Canada".')
@click.option("--training-type", help='"pre-training" or "fine-tuning".')
@click.option("--source", help='How the figure came about: "CodeCarbon 3.3.2".')
@click.option("--section", is_flag=True, help='Write the section "Environmental Impact" too.')
@equivalents_option
@click.option(
    "--from",
    "plan",
    metavar="PLAN",
    type=click.Path(path_type=Path),
    help="The figures of many models of your own on the Hub: JSON lines with model and these options.",
)
@click.option("--overwrite", is_flag=True, help="Replace what the block says already.")
@editing_options
@format_option
def add(
    target: str | None,
    plan: Path | None,
    section: bool,
    equivalents: bool,
    overwrite: bool,
    how: WriteOptions,
    format_: Format,
    **fields: str | None,
) -> int:
    """Write a figure into the co2_eq_emissions block of a card.

    Everything else in the card stays as it is, byte for byte. With - the card is read from standard input and the
    new one printed. On the Hub the change is shown and asked about, then committed on top of what was read, or
    proposed as a pull request where the repository is not yours.

    \b
    Examples:
      hf-emissions add README.md --emissions "12.5 g" --source "CodeCarbon 3.3.2" --dry-run
      hf-emissions add README.md --emissions "0.3 kg" --energy "1.1 kWh" --hours 4 \\
          --hardware "1 x NVIDIA A100" --location "Paris, France" --training-type fine-tuning --section
      hf-emissions add user/model --emissions "12.5 g" --source "CodeCarbon 3.3.2" --yes
      hf-emissions add --from plan.jsonl --dry-run    # each line: {"model": "user/model", "emissions": "12.5 g"}
    """

    def change_to(given: Mapping[str, str | None]) -> Change:
        record = _record(given)
        notes = equivalents_notes(record.emissions_g, asked=equivalents, section=section)

        def change(text: str) -> str:
            patched = patch_card(text, record, overwrite=overwrite)
            return put_section(patched, record, notes) if section else patched

        return change

    editing = Editing(Output(format_), how)
    if plan is not None:
        _check_nothing_beside(target, fields)
        wishes = {"section": section, "equivalents": equivalents, "overwrite": overwrite}
        return add_from(plan, tuple(fields), editing, change_to, wishes)
    if target is None or fields["emissions"] is None:
        raise UsageError("name the card and its --emissions, or give --from PLAN for many")
    return editing.edit_all([one_target(target)], change_to(fields))


def _check_nothing_beside(target: str | None, fields: Mapping[str, str | None]) -> None:
    given = [f"--{name.replace('_', '-')}" for name, value in fields.items() if value is not None]
    if target is not None or given:
        raise UsageError(f"--from names the models and their figures; leave {target or given[0]} out")


def _record(given: Mapping[str, str | None]) -> EmissionsRecord:
    """Build the record from the options.

    Raises:
        UsageError: an option cannot be parsed; names it.
    """
    fields: dict[str, Any] = {}
    for option, text in given.items():
        if text is not None:
            name, read = _READERS.get(option, (option, str.strip))
            fields[name] = _read(option, text, read)
    return EmissionsRecord(**fields)


def _hours(text: str) -> float:
    return units.read_duration_s(text, default_unit="h")


_READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "emissions": ("emissions_g", units.read_mass_g),
    "energy": ("energy_kwh", units.read_energy_kwh),
    "hours": ("duration_s", _hours),
    "hardware": ("hardware_used", str.strip),
    "location": ("geographical_location", str.strip),
}


def _read(option: str, text: str, read: Callable[[str], Any]) -> Any:
    name = f"--{option.replace('_', '-')}"
    if not text.strip():
        raise UsageError(f"{name} is empty; leave the option out where the value is not known")
    try:
        return read(text)
    except UnitError as error:
        raise UsageError(f"{name}: {error}") from None
