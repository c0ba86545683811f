"""The prose section "Environmental Impact", between two comments so that it can be replaced in place."""

from __future__ import annotations

from .. import template, units
from ..record import EmissionsRecord
from .front_matter import find_front_matter, line_end, line_end_before
from .heading import end_of_heading, is_heading
from .placeholders import hide_placeholders, show_placeholders

START = "<!-- hf-emissions: this section is kept up to date by a program; edits between these comments are lost -->"
END = "<!-- hf-emissions: end of the section -->"

# Placeholder of the Hub's template; programs that read cards treat it as unknown.
UNKNOWN = "[More Information Needed]"


def render_section(record: EmissionsRecord | None, notes: tuple[str, ...] = (), *, heading: bool = True) -> str:
    """Render the section as Markdown with `\\n` line endings, in the format of the Hub's model card template.

    `record` None means nothing is known about the training; `notes` then say why.
    """
    text = template.render_markdown("section.md.jinja", {**_values(record), "notes": notes, "heading": heading})
    return text.strip("\n") + "\n"


def _values(record: EmissionsRecord | None) -> dict[str, object]:
    from markupsafe import Markup

    values: dict[str, object] = dict.fromkeys(("hardware", "hours", "provider", "region", "carbon"))
    values |= {"energy": None, "source": None}
    if record is not None:
        values |= _known_values(record)
    unknown = Markup(UNKNOWN)  # noqa: S704 - our own constant
    return {
        name: unknown if value is None and name not in ("energy", "source") else value for name, value in values.items()
    }


def _known_values(record: EmissionsRecord) -> dict[str, object]:
    duration_s, energy_kwh, grams = record.duration_s, record.energy_kwh, record.emissions_g
    return {
        "hardware": record.hardware_used,
        "hours": None if duration_s is None else _hours(duration_s),
        "provider": record.cloud_provider,
        "region": record.cloud_region or record.geographical_location,
        "carbon": None if grams is None else _with_range(grams, record.range_g),
        "energy": None if energy_kwh is None else units.format_energy(energy_kwh),
        "source": record.source,
    }


def _hours(duration_s: float) -> str:
    """Format hours, as the label says and programs parse them, plus a readable duration if it differs."""
    hours = units.plain_decimal(units.round_significant(units.s_to_hours(duration_s), 3))
    time = units.format_duration(duration_s)
    return hours if time == f"{hours} h" else f"{hours} ({time})"


def _with_range(emissions_g: float, range_g: tuple[float, float] | None) -> str:
    figure = f"{units.format_mass(emissions_g)} CO2eq"
    if range_g is None:
        return figure
    low, high = (units.format_mass(end) for end in range_g)
    return f"{figure} (90 % range: {low} to {high})"


def put_section(text: str, record: EmissionsRecord | None, notes: tuple[str, ...] = ()) -> str:
    """Replace the card's section, or add it: below its heading "Environmental Impact", else at the end.

    Outside the two comments, only unfilled lines of the Hub's template change: they would contradict the section and
    are hidden. `remove_section` undoes both.
    """
    text = hide_placeholders(text, find_section(text))
    found = find_section(text)
    if found:
        before = text[: found[0]]
        ending = line_end_before(text, line_end(text, found[0]))
        heading = any(is_heading(line) for line in text[found[0] : found[1]].splitlines())
        return before + _marked(render_section(record, notes, heading=heading), ending) + text[found[1] :]
    return _added(text, record, notes)


def remove_section(text: str) -> str:
    """Remove the section with its surrounding line breaks, and restore the lines that `put_section` hid."""
    place = find_front_matter(text)
    return show_placeholders(_without_section(text), place.body if place else 0)


def _without_section(text: str) -> str:
    found = find_section(text)
    if not found:
        return text
    start, end = found
    start = _without_line_end(text, start)
    if end == len(text):
        # To a card without a final line break, the section was added without one, but with two above.
        start = _without_line_end(text, start)
    return text[:start] + text[line_end(text, end) if end < len(text) else end :]


def find_section(text: str) -> tuple[int, int] | None:
    """Span from the section's start comment to its end comment; None unless both are in the body.

    An end comment pairs with the nearest start comment above, so that a stray one never encloses the author's text.
    """
    place = find_front_matter(text)
    at = place.body if place else 0
    while (end := text.find(END, at)) >= 0:
        start = text.rfind(START, at, end)
        if start >= 0:
            return start, end + len(END)
        at = end + len(END)
    return None


def _marked(section: str, ending: str) -> str:
    return f"{START}\n\n{section}\n{END}".replace("\n", ending)


def _added(text: str, record: EmissionsRecord | None, notes: tuple[str, ...]) -> str:
    at = end_of_heading(text)
    if at is not None:
        ending = line_end_before(text, at)
        return text[:at] + ending + _marked(render_section(record, notes, heading=False), ending) + ending + text[at:]
    ending = line_end_before(text, len(text))
    chunk = _marked(render_section(record, notes), ending)
    return f"{text}{ending}{chunk}{ending}" if text.endswith(("\n", "\r")) else f"{text}{ending}{ending}{chunk}"


def _without_line_end(text: str, index: int) -> int:
    for ending in ("\r\n", "\n", "\r"):
        if text.endswith(ending, 0, index):
            return index - len(ending)
    return index
