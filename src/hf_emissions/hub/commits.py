"""Commits of a card through the Hub's API: preliminary checks, request bodies, responses."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ..card.file import CARD_NAME
from .body import UnreadableAnswerError
from .unplaced import UnplacedError
from .words import said_safely

JSON = "application/json"
# Bytes that the Hub wants as a sample of a file before its upload.
_SAMPLE_BYTES = 512
# Limit of remarks that are shown.
_MOST_WARNINGS = 5
_DISCUSSION = re.compile(r"/discussions/([1-9]\d{0,8})/?")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class OddAnswerError(UnreadableAnswerError):
    """The Hub accepted a request, but the response does not tell the outcome. Never to be retried."""


@dataclass(frozen=True, slots=True)
class CommitResult:
    """A commit that was made.

    Args:
        sha: its id.
        url: page of the commit, or of its pull request.
        proposal: True if it is on a pull request.
    """

    sha: str
    url: str
    proposal: bool = False


def path_of(model: str, kind: str, revision: str) -> str:
    """API path for a resource of a revision."""
    return f"/api/models/{model}/{kind}/{quote(revision, safe='')}"


def validation_of(text: str) -> tuple[bytes, str]:
    """Request body and type to validate a card's front matter."""
    return json.dumps({"content": text, "repoType": "model"}).encode(), JSON


def warnings_in(answer: Any) -> Iterator[str]:
    """The Hub's remarks on a card that it accepts; untrusted text."""
    found = answer.get("warnings") if isinstance(answer, Mapping) else None
    listed = found if isinstance(found, list) else []
    for one in listed[:_MOST_WARNINGS]:
        words = one.get("message") if isinstance(one, Mapping) else one
        if words:
            yield said_safely(str(words))
    if listed[_MOST_WARNINGS:]:
        yield f"and {len(listed) - _MOST_WARNINGS} more"


def upload_of(text: str) -> tuple[bytes, str]:
    """Request body and type to learn how a card is to be uploaded."""
    data = text.encode()
    sample = base64.b64encode(data[:_SAMPLE_BYTES]).decode("ascii")
    return json.dumps({"files": [{"path": CARD_NAME, "sample": sample, "size": len(data)}]}).encode(), JSON


def read_upload(answer: Any) -> str | None:
    """Git id of the card that the Hub has now; None if not given.

    Raises:
        UnplacedError: the card is stored as a large file, which nobody would see as a card.
        UnreadableAnswerError: the response does not say how to upload a card.
    """
    files = answer.get("files") if isinstance(answer, Mapping) else None
    found = [one for one in files if isinstance(one, Mapping)] if isinstance(files, list) else []
    modes = [one.get("uploadMode") for one in found]
    if "lfs" in modes:
        raise UnplacedError(f"{CARD_NAME} is kept as a large file (LFS) here; take it out of .gitattributes first")
    if "regular" not in modes:
        raise UnreadableAnswerError("the answer does not say how to upload the card")
    ids = [str(one.get("oid")) for one in found]
    return ids[0] if _COMMIT.fullmatch(ids[0]) else None


def commit_of(text: str, parent: str, message: tuple[str, str]) -> tuple[bytes, str]:
    """Request body and type to commit a card on top of a commit."""
    header = {"summary": message[0], "description": message[1], "parentCommit": parent}
    content = base64.b64encode(text.encode()).decode("ascii")
    lines = (
        {"key": "header", "value": header},
        {"key": "file", "value": {"content": content, "path": CARD_NAME, "encoding": "base64"}},
    )
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines), "application/x-ndjson"


def written(answer: Any, page: str, *, propose: bool) -> CommitResult:
    """Parse the response to a commit.

    Args:
        page: address of the repository's page.

    Raises:
        OddAnswerError: it does not tell the outcome.
    """
    sha = answer.get("commitOid") if isinstance(answer, Mapping) else None
    if not isinstance(sha, str) or not _COMMIT.fullmatch(sha):
        raise OddAnswerError("the answer names no commit")
    if not propose:
        return CommitResult(sha, f"{page}/commit/{sha}")
    found = _DISCUSSION.search(str(answer.get("pullRequestUrl")))
    if found is None:
        raise OddAnswerError("the answer names no pull request")
    return CommitResult(sha, f"{page}/discussions/{found[1]}", proposal=True)
