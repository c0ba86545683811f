"""`hf-emissions rules`: list and explain the rules of `check`."""

from __future__ import annotations

from typing import Any

import click

from ..rules.check import RULES
from ..rules.rule import Rule
from ..rules.rule_docs import is_safe, page
from .command import Command
from .failures import DONE
from .output import Format, Output, format_option
from .settings import known_rules

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command(cls=Command)
@click.argument("ids", nargs=-1, metavar="[RULE]...")
@format_option
def rules(ids: tuple[str, ...], format_: Format) -> int:
    """List the rules of `check`, or explain some of them.

    With the name of a rule: what it looks for, why that matters, a card that fails and one that passes.

    \b
    Examples:
      hf-emissions rules
      hf-emissions rules kilograms-as-grams
      hf-emissions rules --format quiet    # the names alone
    """
    out = Output(format_)
    wanted = known_rules(list(ids), "rules") if ids else ()
    chosen = [rule for rule in RULES if rule.id in wanted or not wanted]
    out.document(rules=[_as_json(rule) for rule in chosen])
    for rule in chosen:
        if format_ == "quiet":
            out.item(rule.id)
        elif wanted:
            out.line(page(rule))
        else:
            _print(out, rule)
    return DONE


def _print(out: Output, rule: Rule) -> None:
    width = max(len(each.id) for each in RULES)
    out.line(f"{rule.id:<{width}}  {rule.severity:<7}  {rule.looks_for}", fg=_COLOURS[rule.severity])


def _as_json(rule: Rule) -> dict[str, Any]:
    """JSON fields of a rule; `fix`: its example is fixed safely, unsafely, or not (null)."""
    mended = {None: None, True: "safe", False: "unsafe"}[is_safe(rule)]
    words = {"looks_for": rule.looks_for, "why": rule.why, "fails": rule.fails, "passes": rule.passes}
    return {"id": rule.id, "severity": rule.severity, "fix": mended, **words}
