"""Account of a token, and its write access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .address import Address
from .body import UnreadableAnswerError

# Roles that may write to all repositories of an organization (hub-docs, organizations-security).
_WRITING_ROLES = frozenset(("write", "admin"))


@dataclass(frozen=True, slots=True)
class Account:
    """Account that the token belongs to."""

    name: str
    organizations: frozenset[str] = frozenset()  # with write access to every repository
    may_write: bool = True

    def owns(self, address: Address) -> bool:
        """True if the repository belongs to the account or one of its organizations."""
        return address.owner.lower() in {self.name.lower(), *(name.lower() for name in self.organizations)}


def read_account(answer: Any) -> Account:
    """Parse the Hub's description of an account.

    Raises:
        UnreadableAnswerError: it names none.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("name"), str):
        raise UnreadableAnswerError("the answer names no account")
    listed = answer.get("orgs")
    found = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    organizations = frozenset(str(one.get("name")) for one in found if one.get("roleInOrg") in _WRITING_ROLES)
    token: Any = answer.get("auth")
    for name in ("accessToken", "role"):
        token = token.get(name) if isinstance(token, Mapping) else None
    return Account(answer["name"], organizations, token != "read")  # noqa: S105 - a role
