"""Targets of commands: a card, a folder of cards, a model on the Hub, or standard input."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..card.diff import unified_diff
from ..card.file import CARD_NAME, read_stream, read_text
from ..errors import UsageError
from ..hub.address import Address, read_address
from .output import Output

if TYPE_CHECKING:
    from ..hub.client import Hub

STDIN = "-"

# Retries of an unreachable server, about half a minute: an interactive user should not wait longer.
_CONNECTIONS = 5


@dataclass(frozen=True, slots=True)
class Target:
    """Card in a file, or on standard input (`path` None)."""

    path: Path | None

    @property
    def card_name(self) -> str:
        """Name in suggested commands."""
        return CARD_NAME if self.path is None else str(self.path)

    @property
    def name(self) -> str:
        """Display name."""
        return "<stdin>" if self.path is None else str(self.path)

    def text(self) -> str:
        """Read the card's text; see `card.file.read_text`."""
        return read_stream(sys.stdin.buffer, self.name) if self.path is None else read_text(self.path)

    def diff(self, before: str, after: str) -> str:
        """Return a diff that `git apply` accepts in the current folder."""
        return unified_diff(before, after, _relative(self.path) if self.path else CARD_NAME)


@dataclass(frozen=True, slots=True)
class HubTarget:
    """Card of a model on the Hub. Like standard input, it has no `path`."""

    address: Address
    path: None = None

    @property
    def name(self) -> str:
        """Display name."""
        return str(self.address)

    @property
    def card_name(self) -> str:
        """Name in suggested commands."""
        return self.name

    def text(self) -> str:
        """Read the card's text at its newest commit."""
        return hub_client().read(self.address).text

    def diff(self, before: str, after: str) -> str:
        """Return a diff that `git apply` accepts in a clone of the repository."""
        return unified_diff(before, after, CARD_NAME)


AnyTarget = Target | HubTarget


def hub_client() -> Hub:
    """Client for the Hub at HF_ENDPOINT, with the token of HF_TOKEN or `hf auth login`."""
    return _hub(os.environ.get("HF_ENDPOINT"), (os.environ.get("HF_TOKEN") or "").strip())


@cache
def _hub(endpoint: str | None, token: str | None) -> Hub:
    from ..hub.client import Hub
    from ..hub.waiting import RetryBudget

    out = Output()
    return Hub(
        endpoint=endpoint or None,
        token=token or None,
        say=out.note,
        patience=lambda: RetryBudget(say=out.note, connections=_CONNECTIONS),
    )


def find_targets(names: tuple[str, ...]) -> list[AnyTarget]:
    """Resolve arguments to cards, deduplicated; folders recursively, without hidden ones.

    An existing path takes precedence over a model of that name.

    Raises:
        UsageError: an argument does not exist, or a folder has no card.
    """
    return list(dict.fromkeys(target for name in names for target in _named(name)))


def one_target(name: str) -> AnyTarget:
    """Resolve a name to one card; of several in a folder, the one at its top."""
    found = find_targets((name,))
    if len(found) == 1:
        return found[0]
    own = Target(Path(name) / CARD_NAME)
    if own in found:
        return own
    raise UsageError(f"{name}: there are {len(found)} cards below; a figure belongs to one training, so name one card")


def _named(name: str) -> list[AnyTarget]:
    if name == STDIN:
        return [Target(None)]
    path = Path(name)
    if path.is_dir():
        return _in_folder(path)
    if path.exists():
        return [Target(path)]
    address = read_address(name)
    if address is not None:
        return [HubTarget(address)]
    raise UsageError(f"{name}: there is no such file or folder; name a card, a folder of cards, user/model, or -")


def _in_folder(folder: Path) -> list[AnyTarget]:
    found = (card for card in sorted(folder.rglob(CARD_NAME)) if card.is_file())
    # Hidden folders, such as .venv and .git, are not by the owner of the folder.
    cards: list[AnyTarget] = [
        Target(card) for card in found if not any(part.startswith(".") for part in card.relative_to(folder).parts)
    ]
    if not cards:
        raise UsageError(f"{folder}: there is no {CARD_NAME} in this folder")
    return cards


def _relative(path: Path) -> str:
    here = Path.cwd()
    absolute = here / path
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute.relative_to("/")).as_posix()
