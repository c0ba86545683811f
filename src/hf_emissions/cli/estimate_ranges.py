"""`check --with-estimates`: add estimated ranges to findings where the card's facts allow it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..errors import HfEmissionsError, MissingExtraError
from ..facts.extract import extract_facts
from ..facts.facts import Facts
from ..rules.finding import Finding

RULE = "estimable-emissions"


def with_ranges(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Add tier and range of an estimate to findings of `estimable-emissions`.

    Raises:
        MissingExtraError: the extra for estimates is not installed.
    """
    return [
        replace(finding, message=f"{finding.message} ({_range(extract_facts(text))})")
        if finding.rule == RULE
        else finding
        for finding in findings
    ]


def _range(facts: Facts) -> str:
    """Tier and range of an estimate, or the reason why there is none."""
    # Imported lazily: estimates need numpy, checks do not.
    from ..estimation.estimate import estimate
    from ..estimation.explanation import range_words

    try:
        found = estimate(facts)
    except MissingExtraError:
        raise
    except HfEmissionsError as error:
        return f"no estimate: {error}"
    if found.median_g is None:
        return f"tier {found.tier}: {found.band or found.why_no_number}"
    return f"tier {found.tier}: {range_words(found)} CO2eq, 90 % range"
