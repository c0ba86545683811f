"""`hf-emissions show`: show the figure of a card."""

from __future__ import annotations

from dataclasses import dataclass

from .. import units
from ..card.block import known_fields
from ..card.patch import read_card
from ..card.section import find_section
from ..factors.equivalences import equivalents
from ..record import EmissionsRecord
from ..recording.folder import open_folder
from ..recording.ledger import FOLDER
from ..recording.runs import Run
from ..terminal import one_line
from .command import argument, command, flag
from .failures import DONE, EXPECTED, FAILED, explain
from .options import OutputOptions
from .output import Document, Output
from .stated_range import stated_range
from .targets import AnyTarget, find_targets


@dataclass(frozen=True, kw_only=True)
class ShowOptions(OutputOptions):
    """Options of `show`."""

    targets: tuple[str, ...] = argument(nargs=-1, required=True, metavar="TARGET...")
    equivalents: bool = flag("Compare each figure to everyday amounts, such as kilometres by car.")


@command(ShowOptions)
def show(options: ShowOptions) -> int:
    """Show the training emissions that cards report.

    The 90 % range is shown if the ledger beside a card, its section, or the tool that its source names says enough.
    With --format quiet only the grams are printed. --equivalents shows the factor of each comparison.

    \b
    Examples:
      hf-emissions show README.md
      hf-emissions show README.md --equivalents
      hf-emissions show models/ --format json
      cat README.md | hf-emissions show -
    """
    cards = [_show(target, options) for target in find_targets(options.targets)]
    options.out.document(cards=cards)
    without = sum(1 for card in cards if card.get("record") is None and "error" not in card)
    if without:
        many = f"{without} of {len(cards)} cards have no figure"
        options.out.note(many if len(cards) > 1 else "this card has no figure")
    return FAILED if any("error" in card for card in cards) else DONE


def _show(target: AnyTarget, options: ShowOptions) -> Document:
    """Print a card's figure and return its JSON fields."""
    try:
        text = target.text()
        record = read_card(text)
    except EXPECTED as error:
        explained = explain(error, target.name)
        options.out.error(explained)
        return {"path": target.name, "error": explained}
    if record is not None:
        record = record.replace(range_g=stated_range(record, _runs_beside(target), _section(text)))
    card: Document = {"path": target.name, "record": record.known() if record else None}
    if record is not None:
        _print(options.out, target.name, record)
    if not options.equivalents:
        return card
    compared = [] if record is None or record.emissions_g is None else equivalents(record.emissions_g)
    for item in compared:
        options.out.line(f"  as much as {item.words}")
    return {**card, "equivalents": [item.document() for item in compared]}


def _section(text: str) -> str:
    found = find_section(text)
    return text[slice(*found)] if found else ""


def _runs_beside(target: AnyTarget) -> tuple[Run, ...]:
    """Runs of the ledger beside a card; none if there is no ledger that can be read."""
    if target.path is None or not (target.path.parent / FOLDER).is_dir():
        return ()
    try:
        return open_folder(target.path.parent).runs
    except EXPECTED:
        return ()


def _print(out: Output, name: str, record: EmissionsRecord) -> None:
    figure = "unknown" if record.emissions_g is None else f"{units.format_mass(record.emissions_g)} CO2eq"
    if record.range_g is not None:
        low, high = (units.format_mass(end) for end in record.range_g)
        figure += f" (90 % range: {low} to {high})"
    if out.format == "quiet":
        out.item("unknown" if record.emissions_g is None else units.plain_decimal(record.emissions_g))
        return
    out.line(f"{name}: {figure}", bold=True)
    for key, value in known_fields(record).items():
        if key != "emissions":
            out.line(f"  {key}: {_words(value)}")


def _words(value: object) -> str:
    """A value on one line, so that a card's text cannot pass for a line of ours."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return units.plain_decimal(value)
    return one_line(str(value))
