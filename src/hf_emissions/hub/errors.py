"""Errors of one exchange with the Hub."""

from __future__ import annotations

from typing import Self

from ..errors import HubError


class RequestError(HubError):
    """Failed request, which does not know the repository that it is about."""

    def placed(self, where: str) -> Self:
        """The same error with the repository."""
        return type(self)(f"{where}: {self}")


class TooLargeError(RequestError):
    """Response with more bytes than we read."""


class GatedError(HubError):
    """The repository is gated, and the account has no access."""


class InvalidResponseError(Exception):
    """Response that is not what was requested: truncated, or another page. Worth a retry."""


class UnclearCommitError(InvalidResponseError):
    """The Hub accepted a commit, but the response does not name it. Never to be sent again."""
