"""Commits of a card: what the Hub says to one beforehand, making it, and finding it in the history."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..card.file import CARD_NAME
from ..errors import HeadMovedError, HfEmissionsError
from .address import Address, api_path
from .client import COMMIT_ID, Hub, HubCard
from .errors import InvalidResponseError, RequestError, TooLargeError, UnclearCommitError
from .redact import redacted
from .refusals import refusal
from .response import json_of, list_of, member, objects_in
from .waiting import is_transient

# Bytes that the Hub wants as a sample of a file before its upload.
_SAMPLE_BYTES = 512
_MOST_REMARKS = 5
# Pages of history searched, fifty commits each; ours is among the latest.
_MOST_HISTORY = 200
_DISCUSSION = re.compile(r"/discussions/([1-9]\d{0,8})/?")


@dataclass(frozen=True, slots=True)
class CommitResult:
    """A commit that was made, with its page; `proposal` if it opened a pull request."""

    sha: str
    url: str
    proposal: bool = False


class UncertainError(Exception):
    """A commit that may or may not have been made: its cause, also as the one-line error `said`."""

    def __init__(self, cause: Exception, said: HfEmissionsError) -> None:
        super().__init__(str(said))
        self.cause, self.said = cause, said


def check(hub: Hub, address: Address, before: str, after: str, *, propose: bool) -> None:
    """Ask the Hub to validate a card, and whether `before` is still the one that it has; its remarks are passed on."""
    from huggingface_hub.utils.sha import git_hash

    where, data = str(address), after.encode()
    validated = {"content": after, "repoType": "model"}
    for remark in _remarks(hub.ask(lambda: json_of(hub.post("/api/validate-yaml", validated)), where)):
        hub.say(f"{where}: the Hub remarks on this card: {remark}")
    sample = base64.b64encode(data[:_SAMPLE_BYTES]).decode("ascii")
    upload = {"files": [{"path": CARD_NAME, "sample": sample, "size": len(data)}]}
    path = api_path(address, "preupload")
    there = hub.ask(lambda: _current_id(json_of(hub.post(path, upload, propose=propose))), where)
    if there is not None and there != git_hash(before.encode()):
        raise HeadMovedError(f"{where}: the Hub has another card by now than was read; nothing was written, try again")


def _remarks(answer: object) -> Iterator[str]:
    """The Hub's remarks on a card that it accepts; untrusted text."""
    found = member(answer, "warnings")
    listed = found if isinstance(found, list) else []
    for one in listed[:_MOST_REMARKS]:
        words = member(one, "message") if isinstance(one, dict) else one
        if words:
            yield redacted(str(words))
    if listed[_MOST_REMARKS:]:
        yield f"and {len(listed) - _MOST_REMARKS} more"


def _current_id(answer: object) -> str | None:
    """Git id of the card that the Hub has, if it says so; an error for one that nobody would see as a card."""
    files = list(objects_in(member(answer, "files")))
    modes = [one.get("uploadMode") for one in files]
    if "lfs" in modes:
        raise RequestError(f"{CARD_NAME} is kept as a large file (LFS) here; take it out of .gitattributes first")
    if "regular" not in modes:
        raise InvalidResponseError("the answer does not say how to upload the card")
    found = str(files[0].get("oid"))
    return found if COMMIT_ID.fullmatch(found) else None


def commit(
    hub: Hub, address: Address, card: HubCard, message: tuple[str, str], *, propose: bool
) -> tuple[str, int | None]:
    """Commit a card on top of its `sha`, or propose it; return the commit's id and the pull request's number.

    No retry: after an UncertainError, the caller must look first whether it took effect.
    """
    header = {"summary": message[0], "description": message[1], "parentCommit": card.sha}
    content = base64.b64encode(card.text.encode()).decode("ascii")
    file = {"content": content, "path": CARD_NAME, "encoding": "base64"}
    lines = ({"key": "header", "value": header}, {"key": "file", "value": file})
    try:
        return _made(json_of(hub.post(api_path(address, "commit"), *lines, propose=propose)), propose=propose)
    except Exception as error:  # the client's errors are of many kinds, and each is raised again as one of ours
        said = refusal(error, str(address))
        if is_transient(error) or isinstance(error, TooLargeError):
            raise UncertainError(error, said) from error
        raise said from None


def _made(answer: object, *, propose: bool) -> tuple[str, int | None]:
    sha = member(answer, "commitOid")
    if not isinstance(sha, str) or not COMMIT_ID.fullmatch(sha):
        raise UnclearCommitError("the answer names no commit")
    found = _DISCUSSION.search(str(member(answer, "pullRequestUrl")))
    if propose and found is None:
        raise UnclearCommitError("the answer names no pull request")
    return sha, int(found[1]) if propose and found else None


def next_card(hub: Hub, address: Address, sha: str) -> HubCard | None:
    """Card at the commit on top of `sha`; None if there is none yet, or the history was rewritten."""
    found = hub.ask(lambda: _next_commit(hub, address, sha), str(address))
    return None if found is None else hub.card(address, found)


def _next_commit(hub: Hub, address: Address, sha: str) -> str | None:
    from huggingface_hub.errors import GatedRepoError

    newer = None
    try:
        for one in _history(hub, address):
            if one == sha:
                return newer
            newer = one
    except GatedRepoError:
        # The history is closed to users without access, the head is not.
        _, newest = hub.head(address)
        return None if newest == sha else newest
    return None


def _history(hub: Hub, address: Address) -> Iterator[str]:
    """Commit ids of a revision, newest first."""
    url: str | None = f"{hub.url}{api_path(address, 'commits')}"
    for _ in range(_MOST_HISTORY):
        if url is None:
            return
        response = hub.get(url)
        yield from (str(one.get("id")) for one in objects_in(list_of(json_of(response), "history")))
        url = hub.next_page(response)
