"""Write a run's figure to the card of a folder; replace our own figures, keep the author's."""

from __future__ import annotations

import logging
from pathlib import Path

from .. import template, units
from ..card.file import CARD_NAME, edit_file, write_atomically
from ..card.patch import patch_card, read_card, remove_block
from ..card.placeholders import has_placeholders
from ..card.section import find_section, put_section
from ..errors import BlockExistsError, HfEmissionsError
from ..record import EmissionsRecord
from .figure import figure_in_words
from .lineage import experiments_of
from .runs import Run, has_written
from .shell_text import path_text
from .summary import Summary

log = logging.getLogger("hf_emissions")


def write_card(
    folder: Path, summary: Summary, runs: list[Run], *, section: bool | None = None, overwrite: bool = False
) -> bool | None:
    """Write a run's figure to the README.md of `folder`, creating it if missing.

    An existing block is replaced if `overwrite` is set or the ledger shows that its figure is ours. Without grams no
    block is written, and the section says what is known. If nothing was metered, a card without anything of ours is
    left unchanged. Errors become warnings, so that training goes on.

    Returns:
        True if written, False if somebody else's figure stands there, None if the card could not be written.
    """
    path = folder / CARD_NAME
    created = not path.exists()

    def change(text: str) -> str:
        if summary.record is None and not created and find_section(text) is None and not is_ours(text, runs):
            return text
        wanted = True if created and section is None else section
        return edited_card(text, summary, runs, section=wanted, overwrite=overwrite)

    try:
        if created:
            # Atomically, so that a full disk leaves no card without a figure.
            write_atomically(path, change(_new_card(folder)).encode("utf-8"))
        else:
            edit_file(path, change)
    except BlockExistsError as error:
        log.warning("hf-emissions: %s", error)
        return False
    except (HfEmissionsError, OSError) as error:
        why = f"{path_text(path)}: {error.strerror}" if isinstance(error, OSError) else error
        log.warning("hf-emissions: the figure could not be written: %s; it is %s", why, figure_in_words(summary))
        return None
    return True


def begin_card(path: Path) -> bool:
    """Create a card if there is none; True if created."""
    if path.exists():
        return False
    write_atomically(path, _new_card(path.parent).encode("utf-8"))
    return True


def edited_card(text: str, summary: Summary, runs: list[Run], *, section: bool | None, overwrite: bool) -> str:
    """The card with a run's figure; see `write_card`. CardError if it cannot be edited, or the figure is not ours."""
    record = summary.record
    if record is not None and record.emissions_g is not None:
        text = patch_card(text, record, overwrite=overwrite or is_ours(text, runs))
    elif is_ours(text, runs):
        text = remove_block(text)  # a figure of an earlier training; this one has none
    if section is None:
        # The section says what the block cannot, requested or not.
        no_figure = record is None or record.emissions_g is None
        said = find_section(text) is not None or bool(summary.problems) or no_figure or len(runs) > 1
        # "Carbon Emitted: [More Information Needed]", which PEFT and the Hub's template write, would contradict it.
        section = said or has_placeholders(text)
    return put_section(text, record, section_notes(summary, runs)) if section else text


def is_ours(text: str, runs: list[Run]) -> bool:
    """True if the ledger says that we wrote the figure in the card's block."""
    record = read_card(text)
    return record is not None and has_written(runs, record.emissions_g)


def section_notes(summary: Summary, runs: list[Run]) -> tuple[str, ...]:
    notes = [*summary.notes, *summary.problems]
    record = summary.record
    if summary.without_place_g:
        low, high = (units.format_mass(end) for end in summary.without_place_g)
        notes.append(
            f"The place of the training is not known, so that grams cannot be given; any grid would give between {low} "
            f"and {high}. With the country it becomes a figure: hf-emissions runs . --into README.md --country ..."
        )
    if record is not None:
        notes.append(_boundary(record))
    if len(runs) > 1 and not runs[-1].has_weights:
        notes.append(
            "The figure is that of the last recording in this folder; whether the earlier ones belong to the same "
            "model is not known."
        )
    if len(runs) > 1:
        notes.append(f"All experiments: {experiments_of(runs)}")
    return tuple(notes)


def _boundary(record: EmissionsRecord) -> str:
    if record.boundary == "facility":
        return f"The figure covers the facility, at a PUE of {record.pue:g}."
    return "The figure covers the whole machine (processors, memory, GPUs), without the cooling of the facility."


def _new_card(folder: Path) -> str:
    values: dict[str, object] = {"name": folder.resolve().name}
    return template.render_markdown("card.md.jinja", values)
