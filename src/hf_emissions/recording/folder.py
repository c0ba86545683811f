"""User-facing view of the ledger of an output folder: its runs, and recomputed figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import PlaceError, UsageError
from ..factors.bounds import pue_problem
from ..factors.resolve import check_intensity, with_intensity
from ..record import Place, Site
from . import clock
from .cards import edited_card
from .ledger import FOLDER, LedgerFile, read_ledger
from .lineage import Experiments, experiments_of, with_stages
from .place import check_place, given_site
from .runs import Run, runs_of
from .summary import Summary, site_of_run, summarize


@dataclass(frozen=True, slots=True)
class Corrections:
    """User's corrections of a run after the fact; None keeps the recorded value."""

    country: str | None = None
    region: str | None = None
    intensity_g_per_kwh: float | None = None
    pue: float | None = None

    def __post_init__(self) -> None:
        if self.pue is not None and (problem := pue_problem(self.pue)):
            raise UsageError(f"--pue {problem}")
        check_intensity(self.intensity_g_per_kwh)
        if self._names_place:
            check_place(self.country, self.region, self.intensity_g_per_kwh)

    @property
    def _names_place(self) -> bool:
        return self.country is not None or self.region is not None

    def site(self, run: Run) -> Site | None:
        """Place and intensity to compute grams with; None for the recorded ones."""
        if self._names_place:
            return given_site(self.country, self.region, self.intensity_g_per_kwh)
        if self.intensity_g_per_kwh is not None:
            recorded = site_of_run(run)
            return with_intensity(recorded.place if recorded else Place(), self.intensity_g_per_kwh)
        return None


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """Runs of an output folder, and descriptions of what could not be read in its ledger."""

    ledger: Path
    runs: tuple[Run, ...]
    problems: tuple[str, ...]

    def run(self, run_id: str | None) -> Run:
        """The run with this id; None: the last run that is not a trial, if any, else the last trial.

        Raises:
            UsageError: there is none.
        """
        no_trials = [run for run in self.runs if not run.trial] or list(self.runs)
        found = no_trials if run_id is None else [run for run in self.runs if run.id == run_id]
        if not found:
            ids = ", ".join(run.id for run in self.runs)
            raise UsageError(f"there is no run {run_id!r} in {self.ledger}; there are {ids}")
        return found[-1]

    def summary(self, run: Run, corrections: Corrections) -> Summary:
        """Summary of a run alone, with the corrections."""
        return summarize(run, site=corrections.site(run), pue=corrections.pue)

    def whole(self, run: Run, corrections: Corrections) -> Summary:
        """Summary of a run and its earlier stages, as on a card, with the corrections."""
        return self.summary(with_stages(run, self.runs), corrections)

    def experiments(self, corrections: Corrections) -> Experiments:
        """Total of all runs, with the corrections."""
        return experiments_of(self.runs, site=corrections.site, pue=corrections.pue)

    def change(self, summary: Summary, *, section: bool | None, overwrite: bool) -> Callable[[str], str]:
        """Return the edit that puts a run's figure on a card.

        Raises:
            UsageError: nothing was metered.
            PlaceError: no grams, as the place is unknown.
        """
        record = summary.record
        if record is None:
            raise UsageError("nothing was metered in this run, so that there is no figure to write")
        if record.emissions_g is None:
            raise PlaceError("the place of this run is not known, so that it has energy and no grams; give --country")
        return lambda text: edited_card(text, summary, list(self.runs), section=section, overwrite=overwrite)

    def remember(self, run: Run, summary: Summary) -> None:
        """Log in the ledger that this figure was put on a card, so that it is recognized as ours."""
        if summary.record is None:
            return
        segment = run.segments[-1].segment
        file = LedgerFile(self.ledger / f"{run.id}-{segment}.jsonl")
        line = {"time": clock.wall_time(), "run": run.id, "segment": segment}
        file.append("written", **line, emissions_g=summary.record.emissions_g)


def open_folder(path: Path) -> OutputFolder:
    """Open the ledger of an output folder; `path` may also be the ledger's own folder.

    Raises:
        UsageError: there is no ledger, or it has no run.
    """
    ledger = path if path.name == FOLDER else path / FOLDER
    if not ledger.is_dir():
        raise UsageError(f"{path}: there is no {FOLDER} folder; name the output_dir of a recorded training")
    found = read_ledger(ledger)
    runs = runs_of(found.lines)
    if not runs:
        raise UsageError(f"{ledger}: no run was recorded here")
    return OutputFolder(ledger, tuple(runs), tuple(found.problems))
