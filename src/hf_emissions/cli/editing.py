"""Shared by commands that change cards: dry run, `--check`, standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import Any

import click

from ..card.file import edit_file
from ..errors import CardError, HfEmissionsError, UsageError
from .failures import DONE, FAILED, FINDINGS, STOPPED, explain, stops
from .hub_target import HubTarget, Publishing, one_by_one, outcome_to_json, publishing_options
from .output import Output
from .targets import AnyTarget

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """Options for writing cards.

    Args:
        dry_run: print the diff and write nothing.
        check: write nothing and report whether something would change.
        yes: on the Hub, skip confirmation.
        create_pr: on the Hub, open a pull request even in one's own repositories.
    """

    dry_run: bool = False
    check: bool = False
    yes: bool = False
    create_pr: bool = False

    @property
    def writes(self) -> bool:
        """True if anything may be written."""
        return not self.dry_run and not self.check


def editing_options(command: Any) -> Any:
    """Add `--dry-run`, `--check`, `--yes` and `--create-pr`, passed to the command as `how`."""
    names = [one.name for one in fields(WriteOptions)]

    @wraps(command)
    def with_how(*args: Any, **given: Any) -> Any:
        return command(*args, how=WriteOptions(**{name: given.pop(name) for name in names}), **given)

    dry_run = click.option("--dry-run", is_flag=True, help="Print the change as a diff and write nothing.")
    check = click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something would change.")
    return dry_run(check(publishing_options(with_how)))


def equivalents_option(command: Any) -> Any:
    """Add `--equivalents` to commands that write a section."""
    words = "In the section, say what the figure is as much as, each comparison with its factor."
    return click.option("--equivalents", is_flag=True, help=words)(command)


def equivalents_notes(emissions_g: float | None, *, asked: bool, section: bool) -> tuple[str, ...]:
    """Notes that `--equivalents` adds to the section.

    Raises:
        UsageError: `--equivalents` without `--section`.
    """
    if not asked:
        return ()
    if not section:
        raise UsageError("--equivalents goes into the section; give --section too")
    from ..factors.equivalences import comparison

    return () if emissions_g is None else (comparison(emissions_g),)


@dataclass(frozen=True, slots=True)
class Editing:
    """Changes the cards of a command and reports the results.

    Args:
        on_hub: called after confirmation, once a card on the Hub has the figure.
        strangers: allow writing to a repository of others; `edit_all` forbids it for one of several.
    """

    out: Output
    how: WriteOptions
    on_hub: Callable[[], None] = lambda: None
    strangers: bool = True

    def edit_all(self, targets: Sequence[AnyTarget], change: Change, **document: Any) -> int:
        """Change each card and return the exit code; a failing card does not stop the rest.

        `document` has additional fields for the JSON.
        """
        strangers = not self.how.writes or one_by_one(targets)
        return replace(self, strangers=strangers).edit_each(((target, change) for target in targets), **document)

    def edit_each(
        self, changes: Iterable[tuple[AnyTarget, Change]], done: Callable[[int], None] = lambda _: None, **document: Any
    ) -> int:
        """Like `edit_all`, with a separate change for each card.

        Args:
            done: called with the index of each change that did not fail.
        """
        results: list[dict[str, Any]] = []
        ended: dict[str, Any] = {}
        interrupted: KeyboardInterrupt | None = None
        try:
            for number, (target, change) in enumerate(changes):
                result, refused = self._edit_or_stop(target, change)
                results.append(result)
                if "error" not in result:
                    done(number)
                self._say(target, result)
                if result.get("interrupted"):
                    raise KeyboardInterrupt
                if refused:
                    ended = {"stopped": True}
                    break
        except KeyboardInterrupt as error:
            # Still report what was written.
            interrupted, ended = error, {"interrupted": True}
        self.out.document(cards=results, **ended, **document)
        if interrupted:
            raise interrupted
        return self._code(results, stopped="stopped" in ended)

    def _code(self, results: Sequence[Mapping[str, Any]], *, stopped: bool) -> int:
        if stopped:
            self.out.note(STOPPED)
        if any("error" in result for result in results):
            return FAILED
        return FINDINGS if self.how.check and any(result["changed"] for result in results) else DONE

    @property
    def publishing(self) -> Publishing:
        """Settings for writing cards on the Hub."""
        return Publishing(self.out, self.how.yes, self.how.create_pr, strangers=self.strangers)

    def _edit_or_stop(self, target: AnyTarget, change: Change) -> tuple[dict[str, Any], bool]:
        """Change one card; its result, with `error` after a failure, and True if following cards would fail too."""
        try:
            result = self._edit(target, change)
        except (HfEmissionsError, OSError) as error:
            self.out.error(explain(error))
            failed = {"path": target.name, "error": explain(error)}
            return failed, stops(error)
        return {"path": target.name, **result}, False

    def _edit(self, target: AnyTarget, change: Change) -> dict[str, Any]:
        """Change a card; the result has `changed`, `written`, `diff` (dry run) or `text` (standard input)."""
        if isinstance(target, HubTarget) and self.how.writes:
            return self._publish(target, change)
        if target.path is not None and self.how.writes:
            changed = edit_file(target.path, change)
            return {"changed": changed, "written": changed}
        before = target.text()
        try:
            after = change(before)
        except CardError as error:
            raise error.named(target.name) from None
        result = {"changed": before != after, "written": False}
        if self.how.dry_run:
            return {**result, "diff": target.diff(before, after)}
        return result if isinstance(target, HubTarget) or target.path or self.how.check else {**result, "text": after}

    def _publish(self, target: HubTarget, change: Change) -> dict[str, Any]:
        outcome = self.publishing.edit(target, change)
        if outcome.written or outcome.before == outcome.after:
            # If nothing changed, an earlier run may have written it and been killed before recording that.
            self.on_hub()
        return outcome_to_json(outcome)

    def _say(self, target: AnyTarget, result: Mapping[str, Any]) -> None:
        if "error" in result:
            return
        if self.out.format == "human" and "diff" in result:
            self.out.diff(result["diff"])
        if self.out.format != "json" and "text" in result:
            self.out.card(result["text"])
        elif result["changed"] and self.out.format == "quiet":
            self.out.item(target.name)
        if not result["changed"]:
            there = result.get("pull_request")
            self.out.note(f"{target.name}: {f'proposed already in {there}' if there else 'nothing to change'}")
        elif result["written"] or self.how.check or (isinstance(target, HubTarget) and not self.how.dry_run):
            self.out.note(f"{target.name}: {_what_happened(result, self.how)}")


def _what_happened(result: Mapping[str, Any], how: WriteOptions) -> str:
    if not result["written"]:
        return "would change" if how.check else "nothing was written"
    if "pull_request" in result:
        return f"proposed in {result['pull_request']}"
    return f"committed, {result['commit_url']}" if "commit_url" in result else "written"
