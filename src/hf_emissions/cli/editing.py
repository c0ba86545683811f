"""What the commands that change cards share: the dry run, `--check`, and standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from ..card.file import edit_file
from ..errors import CardError, HfEmissionsError
from .failures import DONE, FAILED, FINDINGS, explain
from .output import Output
from .targets import Target

Change = Callable[[str], str]


def editing_options(command: Any) -> Any:
    """The options `--dry-run` and `--check`."""
    dry_run = click.option("--dry-run", is_flag=True, help="Print the change as a diff and write nothing.")
    check = click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something would change.")
    return dry_run(check(command))


def edit_all(out: Output, targets: Iterable[Target], change: Change, *, dry_run: bool, check: bool) -> int:
    """Change each card and say what was done; the exit code. One card that cannot be changed does not stop the rest."""
    results = []
    for target in targets:
        try:
            changed = _edit(out, target, change, dry_run, check)
            results.append({"path": target.name, "changed": changed})
        except (HfEmissionsError, OSError) as error:
            out.error(explain(error))
            results.append({"path": target.name, "error": explain(error)})
    out.document(cards=results, written=not (dry_run or check))
    if any("error" in result for result in results):
        return FAILED
    return FINDINGS if check and any(result["changed"] for result in results) else DONE


def _edit(out: Output, target: Target, change: Change, dry_run: bool, check: bool) -> bool:
    if target.path is not None and not dry_run and not check:
        changed = edit_file(target.path, change)
        out.note(f"{target.name}: {'written' if changed else 'nothing to change'}")
        return changed
    before = target.text()
    try:
        after = change(before)
    except CardError as error:
        raise error.named(target.name) from None
    _show(out, target, before, after, dry_run=dry_run, check=check)
    return before != after


def _show(out: Output, target: Target, before: str, after: str, *, dry_run: bool, check: bool) -> None:
    if dry_run and out.format == "human":
        out.diff(target.diff(before, after))
    elif target.path is None and not dry_run and not check and out.format != "json":
        out.card(after)
    if before == after or check:
        out.note(f"{target.name}: {'nothing to change' if before == after else 'would change'}")
