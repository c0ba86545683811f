"""Errors that are known before it is known what they are of: an exchange does not know which repository it is about."""

from __future__ import annotations

from typing import Self

from ..errors import HubError


class UnplacedError(HubError):
    """Something that an exchange ran into, without the place."""

    def placed(self, where: str) -> Self:
        """The same of something that is named."""
        return type(self)(f"{where}: {self}")


class TooLargeError(UnplacedError):
    """An answer with more bytes than we read."""


class ElsewhereError(UnplacedError):
    """An answer that sends us on to another host, where this does not go."""
