"""`hf-emissions add --from`: many models of one's own, one confirmation, resumable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..errors import QuotaError, UnknownTokenError
from .add_plan import PlanJournal, PlanLine, read_plan
from .editor import Editor
from .failures import DONE, EXPECTED, explain
from .options import Change, EquivalentsOptions
from .output import Output, no_terminal_error
from .publisher import may_write_to_strangers
from .targets import HubTarget, hub_client

_SHOWN = 20


def add_from(path: Path, options: EquivalentsOptions) -> int:
    """Write the figures of a plan into cards on the Hub and return the exit code."""
    planned = read_plan(path)
    changes = {one.address: options.change(one.record) for one in planned}
    # A change of these makes every model pending again.
    how = {name: getattr(options, name) for name in ("section", "equivalents", "overwrite", "create_pr")}
    journal = PlanJournal(path.with_name(f"{path.name}.done"), {**how, "hub": hub_client().url})
    left = journal.left(planned) if options.writes else planned
    if len(left) < len(planned):
        options.out.note(f"{len(planned) - len(left)} of {len(planned)} models are done already ({journal.path})")
    may_write_to_strangers([HubTarget(one.address) for one in planned], from_a_list=True)
    work = [(HubTarget(one.address), changes[one.address]) for one in left]
    if options.writes and left:
        journal.begin()
        if not options.yes and not _agreed(options.out, left, work):
            return DONE

    def done(number: int) -> None:
        if options.writes:
            journal.add(left[number])

    agreed = Editor(replace(options, yes=True), strangers=False)
    return agreed.edit_each(_with_progress(options.out, work), done)


def _with_progress(out: Output, work: list[tuple[HubTarget, Change]]) -> Iterator[tuple[HubTarget, Change]]:
    for number, one in enumerate(work, 1):
        yield one
        if number % _SHOWN == 0:
            out.note(f"{number} of {len(work)} models")


def _agreed(out: Output, left: list[PlanLine], work: list[tuple[HubTarget, Change]]) -> bool:
    """Show the outcome for each model and ask for confirmation; True if given."""
    if not out.can_ask:
        raise no_terminal_error("--from")
    found: Counter[str] = Counter()
    for number, (one, (target, change)) in enumerate(zip(left, work, strict=True), 1):
        words = _outlook(target, change)
        found[words.partition(":")[0]] += 1
        if number <= _SHOWN:
            out.note(f"{one.address}: {one.options['emissions']}, {words}")
    if len(left) > _SHOWN:
        out.note(f"... and {len(left) - _SHOWN} more")
    summary = f"{len(left)} models: {', '.join(f'{count} {words}' for words, count in sorted(found.items()))}"
    if not found["would change"]:
        out.note(summary)
        # No question: nothing will be written, and failures are reported as errors.
        return True
    return out.confirm(f"{summary}. Write to the Hub?")


def _outlook(target: HubTarget, change: Change) -> str:
    try:
        before = target.text()
        return "would change" if change(before) != before else "nothing to change"
    except (QuotaError, UnknownTokenError):
        # All following models would fail too.
        raise
    except EXPECTED as error:
        return f"cannot be written: {explain(error, target.name)}"
