"""`hf-emissions rules`: list and explain the rules of `check`."""

from __future__ import annotations

from dataclasses import dataclass

from ..rules.check import RULES
from ..rules.rule import Rule
from ..rules.rule_docs import is_safe, page
from .command import argument, command
from .failures import DONE
from .options import OutputOptions
from .output import Document
from .reporters.reporter import COLOURS
from .settings import known_rules


@dataclass(frozen=True, kw_only=True)
class RulesOptions(OutputOptions):
    """Options of `rules`."""

    ids: tuple[str, ...] = argument(nargs=-1, metavar="[RULE]...")


@command(RulesOptions)
def rules(options: RulesOptions) -> int:
    """List the rules of `check`, or explain the named ones.

    The explanation of a rule says what it looks for and why, and shows a card that fails and one that passes.

    \b
    Examples:
      hf-emissions rules
      hf-emissions rules kilograms-as-grams
      hf-emissions rules --format quiet    # only the names
    """
    out = options.out
    wanted = known_rules(options.ids, "rules") if options.ids else ()
    chosen = [rule for rule in RULES if rule.id in wanted or not wanted]
    out.document(rules=[_document(rule) for rule in chosen])
    width = max(len(rule.id) for rule in RULES)
    for rule in chosen:
        if out.format == "quiet":
            out.item(rule.id)
        elif wanted:
            out.line(page(rule))
        else:
            line = f"{rule.id:<{width}}  {rule.severity:<7}  {rule.looks_for}"
            out.line(line, colour=COLOURS[rule.severity])
    return DONE


def _document(rule: Rule) -> Document:
    """JSON fields of a rule; `fix`: its example is fixed safely, unsafely, or not (null)."""
    fix = {None: None, True: "safe", False: "unsafe"}[is_safe(rule)]
    words = {"looks_for": rule.looks_for, "why": rule.why, "fails": rule.fails, "passes": rule.passes}
    return {"id": rule.id, "severity": rule.severity, "fix": fix, **words}
