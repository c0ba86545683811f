"""Carbontracker: its pair of logs.

Grams and kWh of the block "Actual consumption", never of the predicted one, with its PUE included. If it monitored only
some epochs, there is no figure of the training; if it was interrupted, time and energy cover what ran, whatever the
number of epochs in the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from ... import units
from ...errors import TrackerError
from ...estimation.uncertainty import Part
from ...factors.bounds import pue_problem
from ...record import Energy, Hardware, Place
from ..carbontracker_blocks import Block, blocks_of, prediction_of
from ..file import TrackerFile
from ..numbers import read_number
from ..places import iso3_of, known_words
from ..tracked import Tracked, parts_of_sum
from ..tracker import Tracker

_BEGIN = "CarbonTracker: "
_OUTPUT, _STANDARD = "_carbontracker_output.log", "_carbontracker.log"
_INTERRUPTED = "Training was interrupted"
_PREDICTED = re.compile(r"Predicted consumption")
_TIME = re.compile(r"(?:(?P<days>\d{1,6}) days?, )?(?P<h>\d{1,6}):(?P<m>\d\d):(?P<s>\d\d(?:\.\d+)?)")
_VERSION = re.compile(r"carbontracker version (?P<version>[\w.]{1,20})")
_PUE = re.compile(r"multiplied by a PUE coefficient of (?P<pue>\d{1,2}(?:\.\d{1,6})?)")
_COMPONENTS = re.compile(r"components were found: (?P<all>[^\n]{1,400})")
_COMPONENT = re.compile(r"(?P<kind>[A-Z]+) with device\(s\) (?P<names>.*?)\.(?: |$)")
# Up to 2.0 there is no colon before the place; messages about defaults name the place too, in other words.
_PLACE = re.compile(r"fetched every \S{1,10} s at detected location:? (?P<place>[^\n]{1,200}): \[")
# Up to 2.0 the other log has it, if the user asked for verbose output.
_PLACE_IN_OUTPUT = re.compile(r"during training was \S{1,20} gCO2/kWh at detected location: (?P<place>[^\n]{1,200})\.")
# Up to 2.0, metered processors have a number and no name.
_NUMBERED = re.compile(r"cpu:\d{1,4}")
_INTENSITY = re.compile(r"Average carbon intensity during training was (?P<mean>\d{1,6}(?:\.\d{1,9})?) gCO2")
# Fallback for an unknown place: the world means of 2024, 2019 and 2022, by release.
_WORLD_G_PER_KWH = (445.0, 475.0, 481.0)
# Fallback of 1.1, wherever it is, if the live intensity is unavailable: the EU mean of 2017.
_EU_G_PER_KWH = 294.21
# PUE included by releases since 2.0; 1.1 has 1.59 and 1.2 has 1.55, as stated in their other log.
_USUAL_PUE = 1.58


class Carbontracker(Tracker):
    """The logs of Carbontracker."""

    name: ClassVar[str] = "carbontracker"
    title: ClassVar[str] = "Carbontracker"

    def fits(self, file: TrackerFile) -> bool:
        """True if its version or its line prefix occurs."""
        if _VERSION.search(file.head) or _BEGIN in file.head:
            return True
        # Other programs may have written to the log before it.
        return file.is_text and file.has(_BEGIN.encode())

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The one run of a pair, given by either file."""
        output, standard = _pair(file)
        text, log = output.text(), standard.text() if standard else ""
        blocks = blocks_of(text)
        if not any(block.is_actual for block in blocks):
            raise TrackerError(f"{output.name}: {_why_no_actual(text)}")
        return [_tracked(output, text, log, blocks)]


def _pair(file: TrackerFile) -> tuple[TrackerFile, TrackerFile | None]:
    """The log with the figures and the one with the devices, by their common name."""
    name = file.path.name
    if name.endswith(_OUTPUT):
        return file, file.sibling(name.removesuffix(_OUTPUT) + _STANDARD)
    if name.endswith(_STANDARD):
        output = file.sibling(name.removesuffix(_STANDARD) + _OUTPUT)
        return (output, file) if output else (file, None)
    return file, None


def _why_no_actual(text: str) -> str:
    if _PREDICTED.search(text):
        return "this log has what Carbontracker predicted and not what was used: the run was stopped before it was done"
    return 'this log has no "Actual consumption": the run was stopped before an epoch was done, or it is the other log'


def _tracked(output: TrackerFile, text: str, log: str, blocks: list[Block]) -> Tracked:
    block = [one for one in blocks if one.is_actual][-1]
    where = f"{output.name}:{text.count(chr(10), 0, block.at) + 1}"
    interrupted = _INTERRUPTED in log or _INTERRUPTED in text
    partly = None if interrupted else _monitored_partly(block, prediction_of(blocks))
    pue, located = _pue(log, where), _located(log, _PLACE) or _located(text, _PLACE_IN_OUTPUT)
    components = _components(log) or _components(text)
    return Tracked(
        tool="Carbontracker",
        run=output.path.name.removesuffix(_OUTPUT).removesuffix(_STANDARD),
        where=where,
        version=_named(_VERSION, log, "version"),
        detail=f"PUE {pue:g} inside",
        emissions_g=read_number(block.grams, "CO2eq", where),
        energy=Energy(kwh=read_number(block.energy, "Energy", where), boundary="facility", pue=pue),
        parts=_parts(components, read_number(block.energy, "Energy", where)),
        pue_assumed=True,
        duration_s=_seconds(block.time, where),
        place=Place(country_iso3=iso3_of(located and located.rpartition(",")[2]), name=located),
        hardware=Hardware(used=_hardware(components), cpu_model=next(iter(components.get("CPU", [])), None)),
        no_figure=partly,
        no_place=_no_place(located, _mean_g_per_kwh(text) or _mean_g_per_kwh(log)),
        notes=(*_notes_of_blocks(text, blocks), *_notes(log, components)),
    )


def _parts(components: dict[str, list[str]], kwh: float) -> tuple[Part, ...]:
    """Processors may be metered or half of their rated power; of the two the wider one counts for all."""
    if not components:
        return ()
    return parts_of_sum("CPU model" if "CPU" in components else "GPU meter", kwh)


def _located(log: str, pattern: re.Pattern[str]) -> str | None:
    """Place in the words of the IP geolocation service: `Copenhagen, Capital Region, DK`."""
    found = pattern.search(log)
    return known_words(found["place"]) if found else None


def _mean_g_per_kwh(text: str) -> float | None:
    found = _INTENSITY.search(text)
    return float(found["mean"]) if found else None


def _no_place(located: str | None, mean: float | None) -> str | None:
    """Why the grams belong to no place: the EU fallback, or no location with a world mean or none; else None."""
    say = "say where with --country, or what its grid emits with --intensity"
    if mean == _EU_G_PER_KWH:
        return f"Carbontracker could not ask what the grid emits and took the EU's mean of 2017, {mean:g} g/kWh; {say}"
    if located or (mean is not None and mean not in _WORLD_G_PER_KWH):
        return None
    took = "" if mean is None else f", {mean:g} g/kWh"
    return f"Carbontracker did not find out where it ran and took the world's mean{took}; {say}"


def _monitored_partly(block: Block, predicted: Block | None) -> str | None:
    """Why the figure covers only some epochs of the training; None if it covers all, or their number is unknown."""
    if predicted is None or block.epochs is None or predicted.epochs is None or block.epochs >= predicted.epochs:
        return None
    return (
        f"Carbontracker monitored {block.epochs} of {predicted.epochs} epochs, as its releases up to 1.2.5 do, and"
        f" {block.grams} g and {block.energy} kWh are of {block.epochs} epoch(s), not the training's (for"
        f" {predicted.epochs} it predicted {predicted.grams} g and {predicted.energy} kWh); estimate the training with:"
        " hf-emissions estimate"
    )


def _notes_of_blocks(text: str, blocks: list[Block]) -> Iterable[str]:
    actual = [block for block in blocks if block.is_actual]
    if len(actual) > 1:
        yield f"the log has {len(actual)} blocks of what was used; the last is taken, the others are not added"
    predicted = [match.start() for match in _PREDICTED.finditer(text)]
    # Each actual block has one prediction, before or after it.
    if len(predicted) > len(actual) and predicted[-1] > actual[-1].at:
        yield "behind it the log has a prediction alone: a later run was stopped, and is not in the figure"


def _notes(log: str, components: dict[str, list[str]]) -> Iterable[str]:
    if not log:
        yield "the log with devices, version and PUE is not beside it; the PUE of 1.1 is 1.59, that of 1.2 is 1.55"
    if _INTERRUPTED in log:
        yield "the training was interrupted: the figure is of what ran until then"
    if "CPU" in components:
        yield "where a processor has no meter Carbontracker takes half of its rated power, and does not say so"
    yield "hardware that Carbontracker was told to simulate cannot be told from hardware that ran"


def _pue(log: str, where: str) -> float:
    found = _PUE.search(log)
    pue = _USUAL_PUE if found is None else float(found["pue"])
    if problem := pue_problem(pue):
        raise TrackerError(f"{where}: the log's PUE {problem}")
    return pue


def _seconds(text: str, where: str) -> float:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise TrackerError(f"{where}: the time {text.strip()[:40]!r} is not in hours, minutes and seconds")
    return units.clock_to_s(int(found["h"]), int(found["m"]), float(found["s"]), days=int(found["days"] or 0))


def _components(log: str) -> dict[str, list[str]]:
    """Devices by kind."""
    line = _COMPONENTS.search(log)
    if line is None:
        return {}
    found = {one["kind"]: one["names"].split(", ") for one in _COMPONENT.finditer(line["all"] + " ")}
    return {kind: [name for name in names if not _NUMBERED.fullmatch(name)] for kind, names in found.items()}


def _hardware(components: dict[str, list[str]]) -> str | None:
    names = components.get("GPU") or components.get("CPU") or []
    return " and ".join(f"{names.count(name)} x {name}" for name in dict.fromkeys(names)) or None


def _named(pattern: re.Pattern[str], text: str, group: str) -> str | None:
    found = pattern.search(text)
    return found[group] if found else None
