"""`hf-emissions remove`: take the figure out of a card."""

from __future__ import annotations

import click

from ..card.patch import remove_block
from ..card.section import remove_section
from .command import Command
from .editing import Editing, WriteOptions, editing_options
from .output import Format, Output, format_option
from .targets import find_targets


@click.command(cls=Command)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--section", is_flag=True, help="Take out the section that hf-emissions wrote, too.")
@editing_options
@format_option
def remove(targets: tuple[str, ...], section: bool, how: WriteOptions, format_: Format) -> int:
    """Take the co2_eq_emissions block out of cards; everything else stays as it is, byte for byte.

    \b
    Examples:
      hf-emissions remove README.md --dry-run
      hf-emissions remove models/ --section
      hf-emissions remove - < README.md > without.md
    """

    def change(text: str) -> str:
        return remove_block(remove_section(text) if section else text)

    return Editing(Output(format_), how).edit_all(find_targets(targets), change)
