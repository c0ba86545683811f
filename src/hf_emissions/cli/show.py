"""`hf-emissions show`: show the figure of a card."""

from __future__ import annotations

from typing import Any

import click

from .. import units
from ..card.block import known_fields
from ..card.patch import read_card
from ..errors import CardError, HfEmissionsError
from ..factors.equivalences import Equivalent
from ..factors.equivalences import equivalents as compare
from ..record import EmissionsRecord
from .command import Command
from .failures import DONE, FAILED, explain
from .output import Format, Output, format_option
from .targets import AnyTarget, find_targets


@click.command(cls=Command)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option(
    "--equivalents", is_flag=True, help="Say what a figure is as much as: kilometres by car, coal, and so on."
)
@format_option
def show(targets: tuple[str, ...], equivalents: bool, format_: Format) -> int:
    """Show the emissions that cards report.

    `--format quiet` prints the grams alone. Each comparison of --equivalents has its factor beside it.

    \b
    Examples:
      hf-emissions show README.md
      hf-emissions show README.md --equivalents
      hf-emissions show models/ --format json
      cat README.md | hf-emissions show -
    """
    out = Output(format_)
    cards = [_card(out, target, equivalents) for target in find_targets(targets)]
    out.document(cards=cards)
    without = sum(1 for card in cards if card.get("record") is None and "error" not in card)
    if without:
        out.note(f"{without} of {len(cards)} cards without a figure" if len(cards) > 1 else "this card has no figure")
    return FAILED if any("error" in card for card in cards) else DONE


def _card(out: Output, target: AnyTarget, equivalents: bool) -> dict[str, Any]:
    try:
        record = _record(target)
    except (HfEmissionsError, OSError) as error:
        out.error(explain(error))
        return {"path": target.name, "error": explain(error)}
    compared = _compared(record) if equivalents else []
    if record:
        _print(out, target, record)
        for item in compared:
            out.line(f"  as much as {item.words}")
    card = {"path": target.name, "record": record.known() if record else None}
    return {**card, "equivalents": [item.document() for item in compared]} if equivalents else card


def _compared(record: EmissionsRecord | None) -> list[Equivalent]:
    return [] if record is None or record.emissions_g is None else compare(record.emissions_g)


def _record(target: AnyTarget) -> EmissionsRecord | None:
    try:
        return read_card(target.text())
    except CardError as error:
        raise error.named(target.name) from None


def _print(out: Output, target: AnyTarget, record: EmissionsRecord) -> None:
    figure = "unknown" if record.emissions_g is None else f"{units.format_mass(record.emissions_g)} CO2eq"
    if out.format == "quiet":
        out.item(figure if record.emissions_g is None else units.plain_decimal(record.emissions_g))
        return
    out.line(f"{target.name}: {figure}", bold=True)
    for key, value in known_fields(record).items():
        if key != "emissions":
            out.line(f"  {key}: {value if isinstance(value, (str, bool)) else units.plain_decimal(value)}")
