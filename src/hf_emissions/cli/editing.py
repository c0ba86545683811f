"""What the commands that change cards share: the dry run, `--check`, and standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from ..card.file import edit_file
from ..errors import CardError, HfEmissionsError, UsageError
from .failures import DONE, FAILED, FINDINGS, explain
from .output import Output
from .targets import Target

Change = Callable[[str], str]


def editing_options(command: Any) -> Any:
    """The options `--dry-run` and `--check`."""
    dry_run = click.option("--dry-run", is_flag=True, help="Print the change as a diff and write nothing.")
    check = click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something would change.")
    return dry_run(check(command))


def equivalents_option(command: Any) -> Any:
    """The option `--equivalents` of the commands that write a section."""
    words = "In the section, say what the figure is as much as, each comparison with its factor."
    return click.option("--equivalents", is_flag=True, help=words)(command)


def equivalents_notes(emissions_g: float | None, *, asked: bool, section: bool) -> tuple[str, ...]:
    """What `--equivalents` adds to the notes of the section.

    Raises:
        UsageError: the section was not asked for.
    """
    if not asked:
        return ()
    if not section:
        raise UsageError("--equivalents goes into the section; give --section too")
    from ..factors.equivalences import comparison

    return () if emissions_g is None else (comparison(emissions_g),)


@dataclass(frozen=True, slots=True)
class Editing:
    """How the cards of one command are changed and what is said of it."""

    out: Output
    dry_run: bool
    check: bool

    def edit_all(self, targets: Iterable[Target], change: Change, **document: Any) -> int:
        """Change each card; the exit code. One card that cannot be changed does not stop the rest.

        `document` is what the JSON has beside the cards.
        """
        results = [self._edit_or_explain(target, change) for target in targets]
        self.out.document(cards=results, **document)
        if any("error" in result for result in results):
            return FAILED
        return FINDINGS if self.check and any(result["changed"] for result in results) else DONE

    def _edit_or_explain(self, target: Target, change: Change) -> dict[str, Any]:
        try:
            result = self._edit(target, change)
        except (HfEmissionsError, OSError) as error:
            self.out.error(explain(error))
            return {"path": target.name, "error": explain(error)}
        self._say(target, result)
        return {"path": target.name, **result}

    def _edit(self, target: Target, change: Change) -> dict[str, Any]:
        """What became of a card: `changed` and `written`, the `diff` of a dry run, the `text` of standard input."""
        if target.path is not None and not self.dry_run and not self.check:
            changed = edit_file(target.path, change)
            return {"changed": changed, "written": changed}
        before = target.text()
        try:
            after = change(before)
        except CardError as error:
            raise error.named(target.name) from None
        result = {"changed": before != after, "written": False}
        if self.dry_run:
            return {**result, "diff": target.diff(before, after)}
        return {**result, "text": after} if target.path is None and not self.check else result

    def _say(self, target: Target, result: Mapping[str, Any]) -> None:
        if self.out.format == "human" and "diff" in result:
            self.out.diff(result["diff"])
        if self.out.format != "json" and "text" in result:
            self.out.card(result["text"])
        elif result["changed"] and self.out.format == "quiet":
            self.out.item(target.name)
        if not result["changed"]:
            self.out.note(f"{target.name}: nothing to change")
        elif result["written"] or self.check:
            self.out.note(f"{target.name}: {'written' if result['written'] else 'would change'}")
