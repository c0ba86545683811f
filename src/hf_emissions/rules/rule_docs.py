"""Markdown documentation of the rules: one page each, and an index."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from .finding import Finding
from .rule import Rule, view

_WIDTH = 120
_MENDED = {
    None: "by hand; the message says how",
    True: "`hf-emissions check README.md --fix`: safe, nothing that the card says changes",
    False: "`hf-emissions check README.md --fix --unsafe-fixes`: it changes what the card says, so look at the diff",
}
_MARK = {None: "", True: "safe", False: "unsafe"}


def page(rule: Rule) -> str:
    """Page of a rule: purpose, reason, failing and passing card, and how to fix or ignore it."""
    finding = _finding(rule)
    said = f"README.md:{finding.line}:{finding.column}: {finding.severity}: {finding.message} [{rule.id}]"
    return f"""\
# {rule.id}

{_wrapped(rule.looks_for)}

| severity | mended |
|---|---|
| {rule.severity} | {_MENDED[is_safe(rule)]} |

## Why it matters

{_wrapped(rule.why)}

## A card that fails

{_fenced("markdown", rule.fails)}
{_fenced("text", said)}
## A card that passes

{_fenced("markdown", rule.passes)}
## Leaving it out

- On the command line: `hf-emissions check --ignore {rule.id}`
- On a line of the card: `<!-- hf-emissions: ignore {rule.id} -->`
"""


def index(rules: Iterable[Rule]) -> str:
    """Table of all rules, linked to their pages."""
    rows = "".join(_row(rule) for rule in rules)
    return f"""\
# Rules

What `hf-emissions check` looks for.

- `error`: nobody can read it, or the card itself shows that it is wrong.
- `warning`: it misleads, or leaves out what the Hub asks for.
- `info`: good to know. It never makes the exit code 1.

| rule | severity | fix | what it looks for |
|---|---|---|---|
{rows}"""


def _row(rule: Rule) -> str:
    return f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {_MARK[is_safe(rule)]} | {rule.looks_for} |\n"


def is_safe(rule: Rule) -> bool | None:
    """True if the fix of the rule's example is safe; None if it has no fix."""
    fix = _finding(rule).fix
    return None if fix is None else fix.safe


def _finding(rule: Rule) -> Finding:
    return rule.findings(view(rule.fails, "README.md"))[0]


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _fenced(language: str, text: str) -> str:
    # Longer than any fence in an example.
    text = text if text.endswith("\n") else f"{text}\n"
    return f"````{language}\n{text}````\n"
