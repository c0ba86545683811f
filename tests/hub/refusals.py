"""How the Hub refuses: what is not there for whoever asks, and what is there and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .repositories import HubError, Repository

if TYPE_CHECKING:
    from .answers import Request
    from .server import User

# To everybody, also of a gated repository, since August 2023.
OPEN_FILES = ("README.md", "LICENSE")


def unknown_token() -> HubError:
    return HubError(401, "", "Invalid credentials in Authorization header")


def not_there(request: Request) -> HubError:
    """A repository that is missing or private: without a token a bare 401, which tells nobody whether it is there."""
    if request.user is None:
        return HubError(401, "", "Invalid username or password.")
    return HubError(404, "RepoNotFound", "Repository not found")


def signed_in(request: Request) -> User:
    if request.user is None:
        raise HubError(401, "", "Invalid username or password.")
    return request.user


def readable(request: Request, name: str) -> Repository:
    """A repository that this user may see."""
    found = request.hub.repositories.get(name)
    if found is None or (found.private and not _owns(request, found)):
        raise not_there(request)
    if found.disabled:
        raise HubError(403, "", "Access to this resource is disabled.")
    return found


def entered(request: Request, name: str) -> Repository:
    """A repository whose files this user may see."""
    found = readable(request, name)
    granted = request.user is not None and request.user.name in found.granted
    if found.gated and not granted and not _owns(request, found):
        message = f"Access to model {name} is restricted. You must have access to it and be authenticated to access it."
        raise HubError(403 if request.user else 401, "GatedRepo", message)
    return found


def discussed(request: Request, name: str) -> Repository:
    """A repository that may have discussions and pull requests."""
    found = readable(request, name)
    if not found.discussions:
        raise HubError(403, "", "Discussions are disabled for this repo")
    return found


def _owns(request: Request, found: Repository) -> bool:
    return request.user is not None and request.user.owns(found.owner)
