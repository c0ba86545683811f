"""`hf-emissions remove`: remove the figure from cards."""

from __future__ import annotations

from dataclasses import dataclass

from ..card.patch import remove_block
from ..card.section import remove_section
from .command import argument, command, flag
from .editor import Editor
from .options import WriteOptions
from .targets import find_targets


@dataclass(frozen=True, kw_only=True)
class RemoveOptions(WriteOptions):
    """Options of `remove`."""

    targets: tuple[str, ...] = argument(nargs=-1, required=True, metavar="TARGET...")
    section: bool = flag("Also remove the section that hf-emissions wrote.")


@command(RemoveOptions)
def remove(options: RemoveOptions) -> int:
    """Remove the co2_eq_emissions block from cards. All other bytes stay the same.

    \b
    Examples:
      hf-emissions remove README.md --dry-run
      hf-emissions remove models/ --section
      hf-emissions remove - < README.md > without.md
    """

    def change(text: str) -> str:
        return remove_block(remove_section(text) if options.section else text)

    return Editor(options).edit_all(find_targets(options.targets), change)
