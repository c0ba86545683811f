"""`--with-estimates`: the range of an estimate, in the findings about cards whose facts allow one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..errors import HfEmissionsError, MissingExtraError
from ..facts.extract import extract_facts
from ..facts.facts import Facts
from ..rules.finding import Finding

RULE = "estimable-emissions"


def with_estimates(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """The findings; those of `estimable-emissions` with the tier and the range of an estimate.

    Raises:
        MissingExtraError: the extra that estimates need is not installed.
    """
    return [_with_estimate(text, finding) if finding.rule == RULE else finding for finding in findings]


def _with_estimate(text: str, finding: Finding) -> Finding:
    return replace(finding, message=f"{finding.message} ({range_of(extract_facts(text))})")


def range_of(facts: Facts) -> str:
    """Tier and range of an estimate from these facts, in words; or why there is none."""
    # Here and not above: estimates need numpy, which a check does without.
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
