"""Who a token belongs to, and what that account may write to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .address import Address
from .body import UnreadableAnswerError

# What an account is in an organization that may write to all of its repositories (hub-docs, organizations-security).
_WRITING_ROLES = frozenset(("write", "admin"))


@dataclass(frozen=True, slots=True)
class Account:
    """Who the token belongs to."""

    name: str
    organizations: frozenset[str] = frozenset()  # those whose every repository it may write to
    may_write: bool = True

    def owns(self, address: Address) -> bool:
        """Whether a repository is in the account's own name or that of one of its organizations."""
        return address.owner.lower() in {self.name.lower(), *(name.lower() for name in self.organizations)}


def read_account(answer: Any) -> Account:
    """The account that the Hub's answer describes.

    Raises:
        UnreadableAnswerError: it describes none.
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
