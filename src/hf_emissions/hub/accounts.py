"""Account of a token, and its write access."""

from __future__ import annotations

from dataclasses import dataclass

from .address import Address
from .errors import InvalidResponseError
from .response import member, objects_in

# Roles that may write to all repositories of an organization (hub-docs, organizations-security).
_WRITING_ROLES = ("write", "admin")


@dataclass(frozen=True, slots=True)
class Account:
    """Account that the token belongs to."""

    name: str
    organizations: frozenset[str] = frozenset()  # with write access to every repository
    may_write: bool = True

    def owns(self, address: Address) -> bool:
        """True if the repository belongs to the account or one of its organizations."""
        return address.owner.lower() in {self.name.lower(), *(name.lower() for name in self.organizations)}


def read_account(answer: object) -> Account:
    """Parse the Hub's description of an account."""
    name = member(answer, "name")
    if not isinstance(name, str):
        raise InvalidResponseError("the answer names no account")
    listed = objects_in(member(answer, "orgs"))
    organizations = frozenset(str(one.get("name")) for one in listed if one.get("roleInOrg") in _WRITING_ROLES)
    role = member(member(member(answer, "auth"), "accessToken"), "role")
    return Account(name, organizations, may_write=role != "read")
