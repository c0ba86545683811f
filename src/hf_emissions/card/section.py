"""The prose section: "Environmental Impact", between two comments, so that it can be replaced in place."""

from __future__ import annotations

import re
from typing import Any

from .. import template, units
from ..record import EmissionsRecord
from .front_matter import find_front_matter, line_end, line_end_before, line_start

START = "<!-- hf-emissions: this section is kept up to date by a program; edits between these comments are lost -->"
END = "<!-- hf-emissions: end of the section -->"

# What the Hub's own template has where nothing is known, and what readers of cards take for nothing.
UNKNOWN = "[More Information Needed]"

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+environmental impact[ \t]*#*[ \t]*\Z", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(```|~~~)")


def render_section(record: EmissionsRecord, notes: tuple[str, ...] = (), *, heading: bool = True) -> str:
    """The section's Markdown, with `\\n` line ends, in the form of the Hub's own model card template."""
    text = template.render_markdown("section.md.jinja", {**_values(record), "notes": notes, "heading": heading})
    return text.strip("\n") + "\n"


def _values(record: EmissionsRecord) -> dict[str, Any]:
    from markupsafe import Markup

    unknown = Markup(UNKNOWN)  # noqa: S704 - our own constant
    duration = record.duration_s
    return {
        "hardware": record.hardware_used or unknown,
        "hours": unknown if duration is None else units.plain_decimal(_hours(duration)),
        "provider": record.cloud_provider or unknown,
        "region": record.cloud_region or record.geographical_location or unknown,
        "carbon": unknown if record.emissions_g is None else _with_range(record.emissions_g, record.range_g),
        "energy": None if record.energy_kwh is None else units.format_energy(record.energy_kwh),
        "source": record.source,
    }


def _hours(duration_s: float) -> float:
    return units.round_significant(units.s_to_hours(duration_s), 3)


def _with_range(emissions_g: float, range_g: tuple[float, float] | None) -> str:
    figure = f"{units.format_mass(emissions_g)} CO2eq"
    if range_g is None:
        return figure
    low, high = (units.format_mass(end) for end in range_g)
    return f"{figure} (90 % range: {low} to {high})"


def put_section(text: str, record: EmissionsRecord, notes: tuple[str, ...] = ()) -> str:
    """The card with its section written anew, or added: below its own heading "Environmental Impact" or at the end.

    Nothing outside the two comments changes, and `remove_section` takes out what was added.
    """
    found = find_section(text)
    if found:
        before = text[: found[0]]
        ending = line_end_before(text, line_end(text, found[0]))
        heading = not _has_heading_just_above(before)
        return before + _marked(render_section(record, notes, heading=heading), ending) + text[found[1] :]
    return _added(text, record, notes)


def remove_section(text: str) -> str:
    """The card without its section; what `put_section` added around it goes too."""
    found = find_section(text)
    if not found:
        return text
    start, end = found
    start = _without_line_end(text, start)
    if end == len(text):
        # Where the card had no final line break, the section was given none either, and two above.
        start = _without_line_end(text, start)
    return text[:start] + text[line_end(text, end) if end < len(text) else end :]


def find_section(text: str) -> tuple[int, int] | None:
    """Where the section's first comment begins and its last one ends; None where the two are not in the body."""
    place = find_front_matter(text)
    start = text.find(START, place.body if place else 0)
    end = text.find(END, start) if start >= 0 else -1
    return None if end < 0 else (start, end + len(END))


def _marked(section: str, ending: str) -> str:
    return f"{START}\n\n{section}\n{END}".replace("\n", ending)


def _added(text: str, record: EmissionsRecord, notes: tuple[str, ...]) -> str:
    at = _below_heading(text)
    if at is not None:
        ending = line_end_before(text, at)
        return text[:at] + ending + _marked(render_section(record, notes, heading=False), ending) + ending + text[at:]
    ending = line_end_before(text, len(text))
    chunk = _marked(render_section(record, notes), ending)
    return f"{text}{ending}{chunk}{ending}" if text.endswith(("\n", "\r")) else f"{text}{ending}{ending}{chunk}"


def _below_heading(text: str) -> int | None:
    """The end of the line of the author's own heading, code examples left aside; None where there is none."""
    place = find_front_matter(text)
    at, fence = place.body if place else 0, ""
    while at < len(text):
        end = line_end(text, at)
        line = text[at:end].rstrip("\r\n")
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        elif not fence and _HEADING.match(line) and text.endswith(("\n", "\r"), at, end):
            return end
        at = end
    return None


def _has_heading_just_above(before: str) -> bool:
    above = before.rstrip()
    return bool(_HEADING.match(above[line_start(above, len(above)) :]))


def _without_line_end(text: str, index: int) -> int:
    for ending in ("\r\n", "\n", "\r"):
        if text.endswith(ending, 0, index):
            return index - len(ending)
    return index
