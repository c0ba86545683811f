"""What a command is pointed at: a card, a folder of cards, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..card.diff import unified_diff
from ..card.file import CARD_NAME, decode, read_text
from ..errors import UsageError

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Target:
    """One card: a file, or what stands on standard input (`path` None)."""

    path: Path | None

    @property
    def name(self) -> str:
        """What to call it."""
        return "<stdin>" if self.path is None else str(self.path)

    def text(self) -> str:
        """The card's text; see `card.file.read_text`."""
        return decode(sys.stdin.buffer.read(), self.name) if self.path is None else read_text(self.path)

    def diff(self, before: str, after: str) -> str:
        """The change as a diff that `git apply` takes in the current folder."""
        return unified_diff(before, after, _relative(self.path) if self.path else CARD_NAME)


def find_targets(names: tuple[str, ...]) -> Iterator[Target]:
    """The cards that the arguments of a command name: every README.md below a folder.

    Raises:
        UsageError: nothing of that name, or a folder without a card.
    """
    for name in names:
        if name == STDIN:
            yield Target(None)
            continue
        path = Path(name)
        if path.is_dir():
            yield from _in_folder(path)
        elif path.exists():
            yield Target(path)
        else:
            raise UsageError(f"{name}: there is no such file or folder; name a card, a folder of cards, or -")


def one_target(name: str) -> Target:
    """The one card that a name stands for.

    Raises:
        UsageError: it stands for none, or for several.
    """
    found = list(find_targets((name,)))
    if len(found) == 1:
        return found[0]
    own = Target(Path(name) / CARD_NAME)
    if own in found:
        return own
    raise UsageError(f"{name}: there are {len(found)} cards below; a figure belongs to one training, so name one card")


def _in_folder(folder: Path) -> Iterator[Target]:
    cards = sorted(folder.rglob(CARD_NAME))
    if not cards:
        raise UsageError(f"{folder}: there is no {CARD_NAME} in this folder")
    yield from (Target(card) for card in cards if card.is_file())


def _relative(path: Path) -> str:
    here = Path.cwd()
    absolute = here / path
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute.relative_to("/")).as_posix()
