"""The page of a rule and the index of all, as Markdown, from the words that the rules hold."""

from __future__ import annotations

from collections.abc import Iterable

from .finding import Finding
from .rule import Rule, view

_MENDED = {
    None: "by hand; the message says how",
    True: "`hf-emissions check README.md --fix`: safe, nothing that the card says changes",
    False: "`hf-emissions check README.md --fix --unsafe-fixes`: it changes what the card says, so look at the diff",
}
_MARK = {None: "", True: "safe", False: "unsafe"}


def page(rule: Rule) -> str:
    """What the rule looks for, why, a card that fails and one that passes, and how to mend it or leave it out."""
    finding = _finding(rule)
    said = f"README.md:{finding.line}:{finding.column}: {finding.severity}: {finding.message} [{rule.id}]"
    return f"""\
# {rule.id}

{rule.looks_for}

| severity | mended |
|---|---|
| {rule.severity} | {_MENDED[is_safe(rule)]} |

## Why it matters

{rule.why}

## A card that fails

{_fenced("markdown", rule.fails)}
{_fenced("text", said)}
## A card that passes

{_fenced("markdown", rule.passes)}
## Leaving it out

`hf-emissions check --ignore {rule.id}`, or in the card a line `<!-- hf-emissions: ignore {rule.id} -->`.
"""


def index(rules: Iterable[Rule]) -> str:
    """The list of all rules, with links to their pages."""
    rows = "".join(_row(rule) for rule in rules)
    return f"""\
# Rules

What `hf-emissions check` looks for. An `error` is what nobody can read, or what is wrong by the card's own words; a
`warning` misleads, or leaves out what the Hub asks for; an `info` is good to know, and never makes the exit code 1.

| rule | severity | fix | what it looks for |
|---|---|---|---|
{rows}"""


def _row(rule: Rule) -> str:
    return f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {_MARK[is_safe(rule)]} | {rule.looks_for} |\n"


def is_safe(rule: Rule) -> bool | None:
    """Whether the fix of the rule's own example is safe; None where it has none."""
    fix = _finding(rule).fix
    return None if fix is None else fix.safe


def _finding(rule: Rule) -> Finding:
    return rule.findings(view(rule.fails, "README.md"))[0]


def _fenced(language: str, text: str) -> str:
    # Longer than any fence in an example.
    text = text if text.endswith("\n") else f"{text}\n"
    return f"````{language}\n{text}````\n"
