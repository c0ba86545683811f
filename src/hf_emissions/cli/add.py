"""`hf-emissions add`: write a figure into a card."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from ..errors import UsageError
from .add_from import add_from
from .command import argument, command, option
from .editor import Editor
from .option_types import PATH
from .options import EquivalentsOptions, FigureOptions
from .targets import one_target


@dataclass(frozen=True, kw_only=True)
class AddOptions(FigureOptions, EquivalentsOptions):
    """Options of `add`."""

    target: str | None = argument(required=False)
    plan: Path | None = option(
        "Figures of many models of your own on the Hub: JSON lines with the model and the options of its figure.",
        "--from",
        metavar="PLAN",
        type=PATH,
    )


@command(AddOptions)
def add(options: AddOptions) -> int:
    """Write a figure into the co2_eq_emissions block of a card.

    All other bytes of the card stay the same. If TARGET is -, the card is read from standard input and the new card is
    printed. On the Hub the change is shown and confirmed. It is committed to your own repositories, and proposed as a
    pull request to others.

    \b
    Examples:
      hf-emissions add README.md --emissions "12.5 g" --source "CodeCarbon 3.3.2" --dry-run
      hf-emissions add README.md --emissions "0.3 kg" --energy "1.1 kWh" --hours 4 \\
          --hardware "1 x NVIDIA A100" --location "Paris, France" --training-type fine-tuning --section
      hf-emissions add user/model --emissions "12.5 g" --source "CodeCarbon 3.3.2" --yes
      hf-emissions add --from plan.jsonl --dry-run    # each line: {"model": "user/model", "emissions": "12.5 g"}
    """
    if options.plan is not None:
        if options.target is not None or any(getattr(options, one.name) is not None for one in fields(FigureOptions)):
            raise UsageError("--from takes the models and figures from the plan; leave TARGET and the figure out")
        return add_from(options.plan, options)
    if options.target is None or options.emissions_g is None:
        raise UsageError("name the card and its --emissions, or give --from PLAN for many")
    return Editor(options).edit_all([one_target(options.target)], options.change(options.record()))
