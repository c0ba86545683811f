"""`hf-emissions check`: what the rules say about cards."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from ..errors import HfEmissionsError
from ..rules.check import check_card
from ..rules.finding import SEVERITIES, Finding, Severity
from .failures import DONE, FAILED, FINDINGS, explain
from .output import Format, Output, format_option
from .targets import Target, find_targets

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "error"]),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@format_option
def check(targets: tuple[str, ...], fail_on: Severity, format_: Format) -> int:
    """Check cards: is there a block, can it be read, does it say what the Hub asks for?

    \b
    Examples:
      hf-emissions check README.md
      hf-emissions check models/ --format json
      hf-emissions check models/ --format quiet    # the names of the cards with findings
    """
    out = Output(format_)
    results = [_check(out, target) for target in find_targets(targets)]
    out.document(cards=[_as_json(result) for result in results])
    findings = [finding for _, found, _ in results for finding in found]
    out.note(_summary(len(results), findings))
    if any(problem for _, _, problem in results):
        return FAILED
    least = SEVERITIES.index(fail_on)
    return FINDINGS if any(SEVERITIES.index(finding.severity) >= least for finding in findings) else DONE


Result = tuple[Target, list[Finding], str | None]


def _check(out: Output, target: Target) -> Result:
    try:
        findings = check_card(target.text(), name=target.card_name)
    except (HfEmissionsError, OSError) as error:
        out.error(explain(error))
        return target, [], explain(error)
    for finding in findings:
        _print(out, target, finding)
    if findings and out.format == "quiet":
        out.item(target.name)
    return target, findings, None


def _print(out: Output, target: Target, finding: Finding) -> None:
    place = f"{target.name}:{finding.line}:{finding.column}"
    out.line(f"{place}: {finding.severity}: {finding.message} [{finding.rule}]", fg=_COLOURS[finding.severity])


def _as_json(result: Result) -> dict[str, Any]:
    target, findings, problem = result
    document: dict[str, Any] = {"path": target.name, "findings": [asdict(finding) for finding in findings]}
    return document if problem is None else {**document, "error": problem}


def _summary(cards: int, findings: list[Finding]) -> str:
    what = "1 card" if cards == 1 else f"{cards} cards"
    counts = [f"{sum(1 for f in findings if f.severity == s)} {s}" for s in reversed(SEVERITIES)]
    return f"{what} checked: " + (", ".join(counts) if findings else "nothing to report")
