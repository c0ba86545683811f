"""`hf-emissions add --from`: many models of one's own, one confirmation, resumable."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..errors import CardError, HfEmissionsError, QuotaError, UnknownTokenError, UsageError
from .editing import Change, Editing
from .failures import DONE, explain
from .hub_target import HubTarget, one_by_one, the_hub
from .output import Output
from .plan import PlanJournal, PlanLine, read_plan

ChangeTo = Callable[[Mapping[str, str]], Change]
_SHOWN = 20


def add_from(
    path: Path, options: tuple[str, ...], editing: Editing, change_to: ChangeTo, wishes: Mapping[str, Any]
) -> int:
    """Write the figures of a plan into cards on the Hub and return the exit code.

    Args:
        wishes: other options; changing them makes every model pending again.

    Raises:
        UsageError: the plan is invalid, names someone else's repository, or confirmation is impossible.
        OSError: the journal cannot be written.
    """
    planned = read_plan(path, options)
    changes = {one.address: _change(path, one, change_to) for one in planned}
    done = PlanJournal.beside(path, {**wishes, "create_pr": editing.how.create_pr, "hub": the_hub().url})
    left = done.left(planned) if editing.how.writes else planned
    if len(left) < len(planned):
        editing.out.note(f"{len(planned) - len(left)} of {len(planned)} models were done before ({done.path})")
    one_by_one([HubTarget(one.address) for one in planned], from_a_list=True)
    if editing.how.writes and left:
        done.begin()
        if not editing.how.yes and not _agreed(editing.out, left, changes):
            return DONE
    agreed = replace(editing, how=replace(editing.how, yes=True), strangers=False)
    return agreed.edit_each(_told(editing.out, left, changes), _remembering(done, left, writes=editing.how.writes))


def _told(out: Output, left: list[PlanLine], changes: Mapping[Any, Change]) -> Iterator[tuple[HubTarget, Change]]:
    for number, one in enumerate(left, 1):
        yield HubTarget(one.address), changes[one.address]
        if number % _SHOWN == 0:
            out.note(f"{number} of {len(left)} models")


def _remembering(done: PlanJournal, left: list[PlanLine], *, writes: bool) -> Callable[[int], None]:
    def remember(number: int) -> None:
        if writes:
            done.add(left[number])

    return remember


def _change(path: Path, one: PlanLine, change_to: ChangeTo) -> Change:
    try:
        return change_to(one.options)
    except HfEmissionsError as error:
        raise UsageError(f"{path}:{one.line}: {error}") from None


def _agreed(out: Output, left: list[PlanLine], changes: Mapping[Any, Change]) -> bool:
    """Show the outcome for each model and ask for confirmation; True if given."""
    if out.format != "human" or not (sys.stdin and sys.stdin.isatty()):
        raise UsageError("--from asks before it writes, and here is nobody to ask; give --yes or --dry-run")
    found: Counter[str] = Counter()
    for number, one in enumerate(left, 1):
        words = _outlook(HubTarget(one.address), changes[one.address])
        found[words.partition(":")[0]] += 1
        if number <= _SHOWN:
            out.note(f"{one.address}: {one.options['emissions']}, {words}")
    if len(left) > _SHOWN:
        out.note(f"... and {len(left) - _SHOWN} more")
    summary = ", ".join(f"{count} {words}" for words, count in sorted(found.items()))
    if not found["would change"]:
        out.note(f"{len(left)} models: {summary}")
        # No question: nothing will be written, and failures are reported as errors.
        return True
    return click.confirm(f"{len(left)} models: {summary}. Write to the Hub?", default=False, err=True)


def _outlook(target: HubTarget, change: Change) -> str:
    try:
        before = target.text()
        return "would change" if change(before) != before else "nothing to change"
    except CardError as error:
        return f"cannot be written: {explain(error.named(target.name))}"
    except (QuotaError, UnknownTokenError):
        # All following models would fail too.
        raise
    except (HfEmissionsError, OSError) as error:
        return f"cannot be written: {explain(error)}"
