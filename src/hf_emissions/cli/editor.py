"""Changes to the cards of a command: on disk, on the Hub, on standard input, or as a dry run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType

from ..card.file import edit_file
from .failures import DONE, EXPECTED, FAILED, FINDINGS, STOPPED, explain, stops
from .options import Change, WriteOptions
from .output import Document
from .publisher import Publisher, may_write_to_strangers
from .targets import AnyTarget, HubTarget


@dataclass(frozen=True, slots=True)
class EditResult:
    """Result of changing a card, with the names of the JSON document; None is left out.

    Attributes:
        diff: of a dry run.
        text: the whole new card, for standard input.
        stops: True if following cards would fail too.
    """

    path: str
    changed: bool | None = None
    written: bool | None = None
    diff: str | None = None
    text: str | None = None
    error: str | None = None
    interrupted: bool | None = None
    commit: str | None = None
    commit_url: str | None = None
    pull_request: str | None = None
    stops: bool | None = None

    def document(self) -> Document:
        """Convert to JSON fields."""
        return {name: value for name, value in asdict(self).items() if value is not None and name != "stops"}


@dataclass(frozen=True, slots=True)
class Editor:
    """Changes the cards of a command and reports the results.

    Args:
        on_hub: called after confirmation, once a card on the Hub has the figure.
        strangers: allow writing to a repository of others; `edit_all` forbids it for one of several.
    """

    how: WriteOptions
    on_hub: Callable[[], None] = lambda: None
    strangers: bool = True

    def edit_all(self, targets: Sequence[AnyTarget], change: Change, **document: object) -> int:
        """Change each card and return the exit code; a failing card does not stop the rest.

        `document` has additional fields for the JSON.
        """
        strangers = not self.how.writes or may_write_to_strangers(targets)
        return replace(self, strangers=strangers).edit_each(((target, change) for target in targets), document=document)

    def edit_each(
        self,
        changes: Iterable[tuple[AnyTarget, Change]],
        done: Callable[[int], None] = lambda _: None,
        document: Mapping[str, object] = MappingProxyType({}),
    ) -> int:
        """Like `edit_all`, with a separate change for each card.

        Args:
            done: called with the index of each change that did not fail.
        """
        results: list[EditResult] = []
        ended: Document = {}
        try:
            for number, (target, change) in enumerate(changes):
                result = self._result(target, change)
                results.append(result)
                if result.error is None:
                    done(number)
                    self._say(target, result)
                if result.interrupted:
                    raise KeyboardInterrupt
                if result.stops:
                    ended = {"stopped": True}
                    self.how.out.note(STOPPED)
                    break
        except KeyboardInterrupt:
            ended = {"interrupted": True}
            raise
        finally:
            # After a Ctrl-C too, report what was written.
            self.how.out.document(cards=[result.document() for result in results], **ended, **document)
        if any(result.error for result in results):
            return FAILED
        return FINDINGS if self.how.check and any(result.changed for result in results) else DONE

    def _result(self, target: AnyTarget, change: Change) -> EditResult:
        try:
            return self._edit(target, change)
        except EXPECTED as error:
            # The Hub's errors name the card, which may have been renamed.
            published = isinstance(target, HubTarget) and self.how.writes
            explained = explain(error, None if published else target.name)
            self.how.out.error(explained)
            return EditResult(target.name, error=explained, stops=stops(error))

    def _edit(self, target: AnyTarget, change: Change) -> EditResult:
        if isinstance(target, HubTarget) and self.how.writes:
            return self._publish(target, change)
        if target.path is not None and self.how.writes:
            changed = edit_file(target.path, change)
            return EditResult(target.name, changed=changed, written=changed)
        before = target.text()
        after = change(before)
        result = EditResult(target.name, changed=before != after, written=False)
        if self.how.dry_run:
            return replace(result, diff=target.diff(before, after))
        is_stdin = target.path is None and not isinstance(target, HubTarget)
        return replace(result, text=after) if is_stdin and not self.how.check else result

    def _publish(self, target: HubTarget, change: Change) -> EditResult:
        publisher = Publisher(self.how.out, self.how.yes, self.how.create_pr, self.strangers)
        outcome = publisher.edit(target, change)
        written, changed = outcome.written, outcome.before != outcome.after
        if written or not changed:
            # If nothing changed, an earlier run may have written it and been killed before recording that.
            self.on_hub()
        result = EditResult(target.name, changed=changed, written=False, interrupted=outcome.interrupted or None)
        if written is None:
            return replace(result, pull_request=outcome.proposed_in)
        result = replace(result, changed=True, written=True, commit=written.sha)
        if written.proposal:
            return replace(result, pull_request=written.url)
        return replace(result, commit_url=written.url)

    def _say(self, target: AnyTarget, result: EditResult) -> None:
        out = self.how.out
        if out.format == "human" and result.diff is not None:
            out.diff(result.diff)
        if out.format != "json" and result.text is not None:
            out.card(result.text)
        elif result.changed and out.format == "quiet":
            out.item(target.name)
        if not result.changed:
            there = result.pull_request
            out.note(f"{target.name}: {f'proposed already in {there}' if there else 'nothing to change'}")
        elif result.written or self.how.check or (isinstance(target, HubTarget) and not self.how.dry_run):
            out.note(f"{target.name}: {_what_happened(result, self.how)}")


def _what_happened(result: EditResult, how: WriteOptions) -> str:
    if not result.written:
        return "would change" if how.check else "nothing was written"
    if result.pull_request is not None:
        return f"proposed in {result.pull_request}"
    return f"committed, {result.commit_url}" if result.commit_url is not None else "written"
