"""Parse the ML CO2 Impact calculator's paragraph in cards, including edited versions.

Its hours are "cumulative", with arithmetic for one device; many authors enter wall hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_text import CardText, Unit, lowered
from .devices import devices
from .extracted_fact import ExtractedFact
from .numbers import DIGITS, SCALE, number
from .places import place_named

_HOURS = re.compile(
    rf"(?P<amount>{DIGITS})(?: ?(?P<scale>{SCALE}))? (?P<device>(?:[a-z0-9-]{{1,12}}[ -]){{0,3}}?)(?:hours"
    rf"|hrs|h) of comput(?:ation|e)\b.{{0,60}}?\bperformed\b.{{0,20}}? on .{{0,20}}?"
    r"(?:hardware|gpu|device"
    r"|accelerator)s?(?: of)?(?: type)?:? (?P<hardware>.{2,60}?)(?: ?\((?:with )?(?:a )?tdp\b"
    r"|[.,;](?:\s|$)|$)"
)
_REGION = re.compile(r"(?:in|using) (?:the )?(?:compute )?region (?P<region>[a-z0-9 -]{4,30}?)(?:,|\.| which| with)")


def read_calculator(page: CardText) -> Iterator[ExtractedFact]:
    """Hours, hardware and region from the calculator's sentences."""
    place = page.low.find("of comput", page.body)
    if place < 0:
        return
    for unit in page.units([place]):
        low = lowered(unit.text)
        found = _HOURS.search(low)
        if found is not None:
            yield from _hours(unit, found)
            yield from _hardware(unit, found)
            region = _REGION.search(low)
            if region:
                yield from place_named(region["region"], unit.start + region.start("region"))


def _hours(unit: Unit, found: re.Match[str]) -> Iterator[ExtractedFact]:
    hours = number(found["amount"], found["scale"])
    if hours:
        name = "device_hours" if found["device"].strip() else "hours"
        yield ExtractedFact(name, hours, unit.start + found.start("amount"), unit.start + found.end("amount"))


def _hardware(unit: Unit, found: re.Match[str]) -> Iterator[ExtractedFact]:
    begin, end = found.span("hardware")
    for device in devices(unit.text[begin:end], lowered(unit.text[begin:end]))[:1]:
        place = unit.start + begin
        if device.name:
            yield ExtractedFact("hardware", device.name, place + device.start, place + device.end)
        if device.exact and device.count:
            yield ExtractedFact("count", device.count, place + device.start, place + device.end)
