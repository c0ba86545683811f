"""Errors without a place: an exchange does not know which repository it is about."""

from __future__ import annotations

from typing import Self

from ..errors import HubError


class UnplacedError(HubError):
    """Error of an exchange, without the place."""

    def placed(self, where: str) -> Self:
        """The same error with its place."""
        return type(self)(f"{where}: {self}")


class TooLargeError(UnplacedError):
    """Response with more bytes than we read."""


class ElsewhereError(UnplacedError):
    """Redirect to another host, where the request must not go."""
