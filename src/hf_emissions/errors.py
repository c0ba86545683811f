"""Every error that a user may see: one line that says what, where, why, and what to do next."""

from __future__ import annotations

from typing import Self


class HfEmissionsError(Exception):
    """Base of all errors raised on purpose; its text is one line for a person."""


class UnitError(HfEmissionsError, ValueError):
    """A quantity that cannot be read without guessing."""


class RecordError(HfEmissionsError, ValueError):
    """A record that contradicts itself or holds an impossible value."""


class MissingExtraError(HfEmissionsError, ImportError):
    """A feature whose optional dependencies are not installed; says which extra to install."""


class PlaceError(HfEmissionsError, ValueError):
    """A country or region that is not known, or has no data."""


class UsageError(HfEmissionsError):
    """A request that cannot be carried out as it was made."""


class TrackerError(HfEmissionsError, ValueError):
    """A tracker's file that cannot be read; with the file, the line, and why."""


class CardError(HfEmissionsError, ValueError):
    """Something at a place in a card that stops us from reading or changing it.

    Args:
        reason: what is wrong and what to do next, without the place.
        line: line of the place, from 1; 0 where no line can be given.
        column: column of the place in characters, from 1.
        name: what to call the card, usually its path.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0, name: str = "README.md") -> None:
        super().__init__(reason, line, column, name)
        self.reason = reason
        self.line = line
        self.column = column
        self.name = name

    def named(self, name: str) -> Self:
        """The same error about a card called `name`."""
        return type(self)(self.reason, self.line, self.column, name)

    def __str__(self) -> str:
        place = f"{self.name}:{self.line}:{self.column}" if self.line else self.name
        return f"{place}: {self.reason}"


class FrontMatterError(CardError):
    """Front matter that cannot be read as one YAML mapping."""


class BlockError(CardError):
    """A `co2_eq_emissions` block in a shape, or with a figure, that nobody can read."""


class BlockExistsError(CardError):
    """A block with somebody else's figure, which is not replaced unless `overwrite` is asked for."""


class VerificationError(CardError):
    """An edit that would have changed something outside the block; nothing was written."""


class HubError(HfEmissionsError):
    """Something that the Hub refuses, does not have, or could not be asked; nothing was written there."""


class NoModelError(HubError):
    """There is no such model on the Hub, or none that may be seen."""


class NoCardError(HubError):
    """A model on the Hub without a card."""


class BusyHubError(HubError):
    """The Hub stayed busy for as long as we wait; what was asked may well succeed later."""


class QuotaError(BusyHubError):
    """A quota of the Hub that is used up for longer than we wait: what would be asked next is refused as well."""


class UnknownTokenError(HubError):
    """The Hub does not know who we are: what would be asked next is refused as well."""


class HeadMovedError(HubError):
    """The revision has a newer commit than the one that was read."""
