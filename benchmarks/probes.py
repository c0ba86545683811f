"""Real cards with a block, each made wrong in memory in the way that one rule looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from units import dated, divide, scale, with_block

from hf_emissions import patch_card
from hf_emissions.card.parsed import parse_card
from hf_emissions.errors import HfEmissionsError
from hf_emissions.record import EmissionsRecord

# What is changed for each rule: a card and its record in, the changed card out.
Probe = Callable[[str, EmissionsRecord], str | None]


def changed(**fields: object) -> Probe:
    """The block with other fields."""
    return lambda text, record: patch_card(text, replace(record, **fields), overwrite=True)  # type: ignore[arg-type]


def zero(text: str, record: EmissionsRecord) -> str:
    """A figure of 0 with a sentence that says why."""
    card = changed(emissions_g=0.0)(text, record)
    return f"{card}\nAll electricity was 100 % renewable, so that no carbon was emitted.\n"


def memory(text: str, record: EmissionsRecord) -> str | None:
    """Ten hours beside 2 TB of memory, which CodeCarbon 2 takes for 750 W, of 9 kWh."""
    fields = {"ram_gb": 2000.0, "duration_s": 36_000.0, "energy_kwh": 9.0, "emissions_g": 3000.0}
    return changed(source="CodeCarbon 2.8.3", **fields)(text, record)


PROBES: dict[str, Probe] = {
    "kilograms-as-grams": lambda text, _: divide(text),
    "body-disagrees": lambda text, _: scale(text, 1.5),
    "implausible-intensity": lambda text, _: scale(text, 1e5),
    "copied-from-base-model": lambda text, _: text,
    "market-based-zero": zero,
    "inference-figure": changed(source="CodeCarbon, per query"),
    "modelled-memory-dominates": memory,
    "quebec-default": changed(emissions_g=39.4, energy_kwh=10.0),
}


def cases(rule: str) -> Iterator[tuple[str, str, EmissionsRecord]]:
    """Name, text and own record of each card that the probe of a rule can change."""
    for name, text in (*with_block(), *((case.name, case.text) for case in dated())):
        try:
            record = parse_card(text).record
            made = PROBES[rule](text, record) if record is not None and record.emissions_g else None
        except HfEmissionsError:
            continue
        if made is not None and record is not None:
            yield name, made, record
