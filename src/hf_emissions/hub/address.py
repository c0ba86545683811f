"""Address of a card on the Hub: `user/model`, `hf://user/model@revision`, or the URL of its page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

MAIN = "main"

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?"
_BARE = re.compile(rf"({_PART})/({_PART})")
_SCHEME = re.compile(r"hf://(?:models/)?([^/@]+/[^/@]+)(?:@([^/]+(?:/pr/\d+)?))?(?:/README\.md)?/?")
_PAGE = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([^/?#]+/[^/?#]+)(?:/(?:tree|blob)/([^/?#]+).*)?/?")
_PULL_REQUEST = re.compile(r"refs/pr/(\d+)")


@dataclass(frozen=True, slots=True)
class Address:
    """Model repository and revision: a branch, a commit, or `refs/pr/N`."""

    model: str
    revision: str = MAIN

    @property
    def owner(self) -> str:
        """User or organization of the repository."""
        return self.model.partition("/")[0]

    @property
    def pull_request(self) -> int | None:
        """Number of the pull request whose ref the revision is."""
        found = _PULL_REQUEST.fullmatch(self.revision)
        return int(found[1]) if found else None

    def __str__(self) -> str:
        return self.model if self.revision == MAIN else f"hf://{self.model}@{self.revision}"


def api_path(address: Address, kind: str) -> str:
    """API path for a resource of a revision, such as its commits."""
    return f"/api/models/{address.model}/{kind}/{quote(address.revision, safe='')}"


def read_address(name: str) -> Address | None:
    """Parse an address; None if the name is not one.

    `user/model` that ends with .md, .markdown or .txt is taken for a mistyped path.
    """
    found = _SCHEME.fullmatch(name) or _PAGE.fullmatch(name)
    model, revision = (found[1], found[2]) if found else (name, None)
    if not _BARE.fullmatch(model) or "--" in model or ".." in model:
        return None
    if found is None and model.lower().endswith((".md", ".markdown", ".txt")):
        return None
    return Address(model, unquote(revision) if revision else MAIN)
