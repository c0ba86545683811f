"""The recording of one training in one process, from its first reading to its card."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .. import units
from ..record import EmissionsRecord
from . import node_exchange
from .cards import write_card
from .ledger import FOLDER, Line, read_ledger
from .lineage import with_stages
from .nodes import Placement, Store, shared_name
from .open_recordings import OpenRecording
from .place import published_pue
from .place_lookup import PlaceLookup
from .recorder import Recorder
from .runs import Run, runs_of
from .settings import Settings
from .summary import Summary, summarize

_STORE_S = 10.0


@dataclass
class Session:
    """The recording of one training in one process.

    `recorder` is None in a process that does not meter its node. Sessions that are open in one folder at the same time
    share recorder, place and PUE; `continues` is True once this one has ended and others have not.
    """

    settings: Settings
    folder: Path
    placement: Placement
    run: str
    launch: str
    store: Store | None
    place_lookup: PlaceLookup
    pue: float | None
    recorder: Recorder | None = None
    meter: int = 0  # number among the launch's metering processes
    summary: Summary | None = None
    continues: bool = False
    open_recording: OpenRecording | None = None
    _of_other_nodes: list[Line] = field(default_factory=list)
    _before: tuple[float, float | None] | None = None
    _written_g: set[float] = field(default_factory=set)
    _summed_up: tuple[list[Run], Summary | None] | None = None  # by `end`, for the card that is written next

    @property
    def record(self) -> EmissionsRecord | None:
        return self.summary.record if self.summary else None

    @property
    def ledger(self) -> Path:
        return self.folder / FOLDER

    @property
    def is_recording(self) -> bool:
        return self.recorder is not None and self.recorder.active

    @property
    def is_on_disk(self) -> bool:
        """True if everything recorded on this node is in the ledger."""
        return self.recorder is not None and self.recorder.segment_log.is_on_disk

    def log(self, kind: str, **content: object) -> None:
        """Append a line to the ledger; no-op in a process that does not meter."""
        if self.recorder is not None:
            self.recorder.segment_log.append(kind, **content)

    def log_weights(self, step: int | None, weights: str | None) -> None:
        """Log a sample of the weights at a step; None for the end."""
        if weights is not None:
            self.log("weights", step=step, weights=weights)

    def read(self, why: str, step: int | None = None) -> None:
        if self.recorder is not None and self.recorder.active and self.summary is None:
            self.recorder.read(why, step)

    # Figures

    def figures(self) -> dict[str, float]:
        """Energy and grams of the run up to the last reading, including segments before a resume and earlier stages.

        Keys are field names of `EmissionsRecord`; no grams without a place. After the end, the record's own figures.
        """
        if self.record is not None:
            figures = {"energy_kwh": self.record.energy_kwh, "emissions_g": self.record.emissions_g}
        else:
            figures = self._figures_so_far()
        return {name: value for name, value in figures.items() if value is not None}

    def _figures_so_far(self) -> dict[str, float | None]:
        if self.recorder is None or self.recorder.sofar.duration_s == 0:
            return {}
        if self._before is None:
            self._before = self._figures_before()
        (before_kwh, before_g), site = self._before, self.place_lookup.site
        own_kwh = self.recorder.sofar.energy_kwh * (self.pue or published_pue([site]))
        grams = None
        if site is not None and before_g is not None:
            grams = before_g + units.emissions_g(own_kwh, site.g_per_kwh)
        return {"energy_kwh": before_kwh + own_kwh, "emissions_g": grams}

    def _figures_before(self) -> tuple[float, float | None]:
        """Energy and grams from before this process began metering: ended segments and earlier stages."""
        own = self.recorder.segment_log.segment if self.recorder else None
        run = self._run_in(self.runs())
        segments = () if run is None else tuple(each for each in run.segments if each.segment != own)
        if not any(segment.energy_kwh for segment in segments):
            return 0.0, 0.0
        record = summarize(Run(self.run, segments), pue=self.settings.pue).record
        return (record.energy_kwh or 0.0, record.emissions_g) if record else (0.0, 0.0)

    # The ledger, summed up

    def _lines(self) -> list[Line]:
        return [*read_ledger(self.ledger).lines, *(self.recorder.segment_log.lines if self.recorder else ())]

    def runs(self) -> list[Run]:
        """All runs of the folder, including the in-memory state of this one."""
        return runs_of([*self._lines(), *self._of_other_nodes])

    def _run_in(self, runs: list[Run]) -> Run | None:
        run = next((run for run in runs if run.id == self.run), None)
        return None if run is None else with_stages(run, runs)

    def unrelated_runs(self) -> int:
        """Number of other metered runs in the folder if no weights show whether this run continues them; else 0."""
        runs = self.runs()
        own = next((run for run in runs if run.id == self.run), None)
        if own is None or own.has_weights:
            return 0
        return sum(run.energy_kwh > 0 for run in runs if run.id != self.run)

    def sum_up(self, *, unrecorded: bool = False) -> tuple[list[Run], Summary | None]:
        """All runs of the folder, and the summary of this one; `unrecorded` if its weights were changed afterwards."""
        runs = self.runs()
        run = self._run_in(runs)
        return runs, None if run is None else summarize(run, unrecorded=unrecorded)

    # The card

    def write(self, folder: Path | None = None, *, unrecorded: bool = False) -> bool | None:
        """Write the figure so far to the card in `folder` (default: the run's own); see `write_card`."""
        if self.recorder is None:
            return False
        summed_up, self._summed_up = self._summed_up, None
        if summed_up is None or folder is not None:
            summed_up = self.sum_up(unrecorded=unrecorded)
        runs, summary = summed_up
        if summary is None:
            return False
        # Before the card: a kill in between must not make our figure look like the author's.
        self.log_figure(summary)
        section, overwrite = self.settings.section, self.settings.overwrite
        return write_card(folder or self.folder, summary, runs, section=section, overwrite=overwrite)

    def log_figure(self, summary: Summary) -> None:
        """Log in the ledger that this figure goes onto cards, so that it is recognized as ours."""
        grams = summary.record.emissions_g if summary.record is not None else None
        if grams is not None and grams not in self._written_g:
            self._written_g.add(grams)
            self.log("written", emissions_g=grams)

    # The end

    def end(self, why: str, step: int | None = None, *, complete: bool = True) -> None:
        """Stop metering and sum up; on rank 0 including the other nodes, awaited if the training is `complete`."""
        if not self._leave_others(why, step):
            if self.recorder is not None:
                self.recorder.finish(why, step)
            self.place_lookup.wait()
            self._exchange_lines(_STORE_S if complete else 0.0)
            self._summed_up = self.sum_up()
            self.summary = self._summed_up[1]

    def _leave_others(self, why: str, step: int | None) -> bool:
        """Leave a shared recording; True if others continue it, and this one keeps the figure so far."""
        if self.open_recording is None:
            return False
        if self.open_recording.is_forked_copy:  # which ends nothing
            self.continues = True
            return True
        if self.recorder is not None and len(self.open_recording.members) > 1:
            # Before leaving: until then no other member ends the recorder.
            self.recorder.read(f"left: {why}", step)
        if self.open_recording.leave(self):
            return False
        self.continues = True
        _, self.summary = self.sum_up()
        return True

    def _exchange_lines(self, most_s: float) -> None:
        """Hand this node's lines of the run to rank 0, which waits for those of all nodes."""
        if self.store is None:
            if most_s and self.placement.rank == 0 and shared_name() is not None:
                node_exchange.wait_for_ledgers(self.runs, self.launch, self.placement.nodes_expected, most_s)
        elif self.store.rank == 0:
            self._of_other_nodes += node_exchange.collect_lines(self.store, self.launch, most_s)
            node_exchange.keep_lines(self._of_other_nodes, self.ledger)
        elif self.recorder is not None:
            own = [line for line in self._lines() if line.get("run") == self.run]
            node_exchange.publish_lines(self.store, self.launch, self.meter, own)
