"""Whose repositories are an account's own: those where it may write everywhere."""

from __future__ import annotations

import pytest

from hf_emissions.hub.accounts import read_account
from hf_emissions.hub.address import Address


def account(**roles):
    orgs = [{"type": "org", "name": name, "roleInOrg": role} for name, role in roles.items()]
    return read_account({"name": "ana", "orgs": orgs, "auth": {"accessToken": {"role": "write"}}})


@pytest.mark.parametrize(
    ("role", "own"),
    [
        ("admin", True),
        ("write", True),
        ("contributor", False),  # writes to the repositories that it made itself, and to no others
        ("read", False),
        ("", False),
        (None, False),
    ],
)
def test_an_organizations_repositories_are_those_of_its_writers(role, own):
    assert account(acme=role).owns(Address("acme/model")) == own
    assert account(acme=role).owns(Address("ana/model"))


def test_each_organization_has_its_own_role():
    found = account(Acme="write", other="contributor")
    assert found.organizations == {"Acme"}
    assert found.owns(Address("acme/model"))
    assert not found.owns(Address("other/model"))
