"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click

from ..card.patch import patch_card
from ..card.section import put_section
from ..errors import UsageError
from ..factors.equivalences import comparison
from ..record import EmissionsRecord
from .command import flag, option, values_of
from .option_types import DURATION_S, ENERGY_KWH, INTENSITY_G_PER_KWH, MASS_G, PUE
from .output import Format, Output

Change = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """Format of the output."""

    format: Format = option(
        "Output format: text for people, one JSON document, or only the main values.",
        type=click.Choice(["human", "json", "quiet"]),
        default="human",
        show_default=True,
    )

    @property
    def out(self) -> Output:
        """Output in this format."""
        return Output(self.format)


@dataclass(frozen=True, kw_only=True)
class WriteOptions(OutputOptions):
    """Options of commands that write cards."""

    dry_run: bool = flag("Print the change as a diff, and write nothing.")
    check: bool = flag("Write nothing; exit with 1 if a card would change.")
    yes: bool = flag("On the Hub: write without asking.")
    create_pr: bool = flag("On the Hub: open a pull request even in your own repository.")

    @property
    def writes(self) -> bool:
        """True if anything may be written."""
        return not self.dry_run and not self.check


@dataclass(frozen=True, kw_only=True)
class CardOptions(WriteOptions):
    """Options of commands that write a figure."""

    section: bool = flag('Also write the section "Environmental Impact".')
    overwrite: bool = flag("Replace a figure or section that hf-emissions did not write.")


@dataclass(frozen=True, kw_only=True)
class EquivalentsOptions(CardOptions):
    """Options of commands that write a figure and can compare it to everyday amounts."""

    equivalents: bool = flag("Compare the figure to everyday amounts, such as kilometres by car.")

    def notes(self, emissions_g: float | None, *, section: bool) -> tuple[str, ...]:
        """Comparisons for the section."""
        if not self.equivalents:
            return ()
        if not section:
            raise UsageError("--equivalents goes into the section; give --section too")
        return () if emissions_g is None else (comparison(emissions_g),)

    def change(self, record: EmissionsRecord) -> Change:
        """Return the change that writes a record into a card."""
        notes = self.notes(record.emissions_g, section=self.section)

        def change(text: str) -> str:
            patched = patch_card(text, record, overwrite=self.overwrite)
            return put_section(patched, record, notes) if self.section else patched

        return change


@dataclass(frozen=True, kw_only=True)
class IntoOptions(CardOptions):
    """Options of commands that write a figure on request."""

    into: str | None = option("Write the figure into this card.", metavar="TARGET")

    def check_into(self, *more: str) -> None:
        """Reject options that have no effect without `--into`: those of writing, and `more`."""
        for name in (*more, "section", "overwrite", "dry_run", "check", "yes", "create_pr"):
            if self.into is None and getattr(self, name):
                raise UsageError(f"--{name.replace('_', '-')} goes with --into, which names the card")


@dataclass(frozen=True, kw_only=True)
class FigureOptions:
    """Figure of a training: options of `add`, or a line of its plan. The fields are those of the record."""

    emissions_g: float | None = option(
        'Emissions of the training, with their unit: "12.5 g", "0.3 kg".', "--emissions", type=MASS_G
    )
    energy_kwh: float | None = option('Electricity used, with its unit: "3.5 kWh".', "--energy", type=ENERGY_KWH)
    duration_s: float | None = option('Duration: 12.5 (hours), "90 min", "2 days".', "--hours", type=DURATION_S)
    hardware_used: str | None = option('Hardware: "8 x NVIDIA A100".', "--hardware")
    geographical_location: str | None = option('Place: "Quebec, Canada".', "--location")
    training_type: str | None = option('"pre-training" or "fine-tuning".')
    source: str | None = option('Origin of the figure: "CodeCarbon 3.3.2".')

    def record(self) -> EmissionsRecord:
        """Return the figure as a record."""
        return EmissionsRecord(**values_of(self, FigureOptions))


@dataclass(frozen=True, kw_only=True)
class PlaceOptions:
    """Place of a training, and what is known of its grid."""

    country: str | None = option("Country of the training: ISO code or name.")
    region: str | None = option('Cloud region ("gcp:europe-west4"), or state, province or zone of the country.')
    intensity_g_per_kwh: float | None = option(
        'Intensity of the grid, with its unit: "381 g/kWh".', "--intensity", type=INTENSITY_G_PER_KWH
    )
    pue: float | None = option("PUE (power usage effectiveness) of the facility, 1.0 to 5.0.", type=PUE)
