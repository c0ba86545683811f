"""User-facing errors. Each message is one line: what, where, why, and what to do next."""

from __future__ import annotations

from typing import Self


class HfEmissionsError(Exception):
    """Base class of all deliberate errors; its text is one line for a person."""


class UnitError(HfEmissionsError, ValueError):
    """A quantity that cannot be parsed without guessing."""


class RecordError(HfEmissionsError, ValueError):
    """An inconsistent record, or one with an impossible value."""


class MissingExtraError(HfEmissionsError, ImportError):
    """An optional dependency is missing; the message names the extra to install."""


class PlaceError(HfEmissionsError, ValueError):
    """An unknown country or region, or one without data."""


class UsageError(HfEmissionsError):
    """A request that cannot be carried out as given."""


class TrackerError(HfEmissionsError, ValueError):
    """A tracker file that cannot be read; the message gives file, line and reason."""


class CardError(HfEmissionsError, ValueError):
    """A problem at a position in a card that prevents reading or changing it.

    Args:
        reason: what is wrong and what to do next, without the position.
        line: line number, from 1; 0 if there is none.
        column: column in characters, from 1.
        name: display name of the card, usually its path.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0, name: str = "README.md") -> None:
        super().__init__(reason, line, column, name)
        self.reason = reason
        self.line = line
        self.column = column
        self.name = name

    def named(self, name: str) -> Self:
        """Return the same error for a card called `name`."""
        return type(self)(self.reason, self.line, self.column, name)

    def __str__(self) -> str:
        place = f"{self.name}:{self.line}:{self.column}" if self.line else self.name
        return f"{place}: {self.reason}"


class FrontMatterError(CardError):
    """Front matter that does not parse as one YAML mapping."""


class BlockError(CardError):
    """A `co2_eq_emissions` block whose shape or figure cannot be parsed."""


class BlockExistsError(CardError):
    """A block with someone else's figure, replaced only with `overwrite`."""


class VerificationError(CardError):
    """An edit that would have changed something outside the block; nothing was written."""


class HubError(HfEmissionsError):
    """The Hub refused, lacks the item, or could not be reached; nothing was written there."""


class NoModelError(HubError):
    """The model does not exist on the Hub, or is not accessible."""


class NoCardError(HubError):
    """A model on the Hub without a card."""


class BusyHubError(HubError):
    """The Hub stayed busy beyond the maximum wait; a later retry may succeed."""


class QuotaError(BusyHubError):
    """A Hub quota is exhausted for longer than the maximum wait; further requests would be refused too."""


class UnknownTokenError(HubError):
    """The Hub does not recognise the token; further requests would be refused too."""


class HeadMovedError(HubError):
    """The revision has a newer commit than the one that was read."""
