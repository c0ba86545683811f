"""The only module that talks to the Hub, through the client of `huggingface_hub`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, TypeVar

from ..card.file import CARD_NAME, decode
from ..errors import BusyHubError, HubError, NoCardError
from .address import MAIN, Address
from .refusals import refusal, status_of
from .session import bounded
from .waiting import Patience, is_passing_status

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class HubCard:
    """A card as it stands at one commit.

    Args:
        text: the whole card.
        sha: the commit that it was read at.
    """

    text: str
    sha: str


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request on the Hub."""

    number: int
    title: str
    status: str
    url: str

    @property
    def revision(self) -> str:
        """The ref that its commits are on."""
        return f"refs/pr/{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for its owner."""
        return self.status in ("open", "draft")


@dataclass(frozen=True, slots=True)
class Written:
    """A commit that was made.

    Args:
        sha: its id.
        url: the page of the commit, or of the pull request that it opened or went into.
        proposal: whether it is on a pull request.
    """

    sha: str
    url: str
    proposal: bool = False


class UnreadableAnswerError(Exception):
    """An answer that is not what was asked for: cut off, or another page; worth asking again."""


@dataclass(slots=True)
class _Kept:
    api: Any = None
    account: Account | None = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hub:
    """The Hub, for one command.

    Args:
        token: instead of the one that the client finds (HF_TOKEN, or the one of `hf auth login`).
        endpoint: the server, instead of HF_ENDPOINT.
        patience: makes the bound of waiting for one piece of work.
    """

    token: str | None = None
    endpoint: str | None = None
    patience: Callable[[], Patience] = Patience
    _kept: _Kept = field(default_factory=_Kept, repr=False, compare=False)

    @property
    def api(self) -> HfApi:
        """The client."""
        if self._kept.api is None:
            self._kept.api = _client(self.token, self.endpoint)
        api: HfApi = self._kept.api
        return api

    @property
    def url(self) -> str:
        """The address of the server."""
        return str(self.api.endpoint).rstrip("/")

    def read(self, address: Address) -> HubCard:
        """The card at the head of a revision, fetched by its commit and never from a cache.

        Raises:
            HubError: it is not there, or could not be read.
        """
        sha = self.ask(lambda: self._head(address), str(address))
        data = self.ask(lambda: self.card_bytes(address.model, sha), str(address))
        return HubCard(decode(data, str(address)), sha)

    def next_card(self, address: Address, sha: str) -> HubCard | None:
        """The card at the commit that was made on top of the commit `sha`, or None where there is none yet.

        Raises:
            HubError: the history could not be read.
        """

        def following() -> str | None:
            newer = None
            for commit in self.api.list_repo_commits(address.model, revision=address.revision):
                if commit.commit_id == sha:
                    break
                newer = commit.commit_id
            return newer

        found = self.ask(following, str(address))
        if found is None:
            return None
        data = self.ask(lambda: self.card_bytes(address.model, found), str(address))
        return HubCard(decode(data, str(address)), found)

    def account(self) -> Account:
        """Who the token belongs to.

        Raises:
            HubError: there is no token, or the Hub does not know it.
        """
        if self._kept.account is None:
            self._kept.account = self.ask(lambda: _account(self.api.whoami()), "the Hub")
        return self._kept.account

    def find(self, address: Address) -> Address:
        """The same under the name that the repository has now: the old one of a renamed or given one leads there.

        Raises:
            HubError: it is not there, or could not be read.
        """
        if address.model not in self._kept.names:
            self.ask(lambda: self._head(replace(address, revision=MAIN)), str(address))
        return replace(address, model=self._kept.names[address.model])

    def commit(self, address: Address, text: str, parent: str, message: tuple[str, str], *, propose: bool) -> Written:
        """Write a card as one commit on top of the commit `parent`, or propose it as a new pull request.

        It is tried once: whether a try that failed took effect must be seen from the Hub before the next.

        Args:
            message: the title and the description of the commit, or of the pull request.

        Raises:
            HeadMovedError: `parent` is not the head any more.
            HubError: it was refused.
            UncertainError: the connection broke, or the server failed: it may have been made or not.
        """
        from huggingface_hub import CommitOperationAdd

        try:
            with bounded():
                done = self.api.create_commit(
                    address.model,
                    [CommitOperationAdd(CARD_NAME, text.encode("utf-8"))],
                    commit_message=message[0],
                    commit_description=message[1],
                    revision=None if propose else address.revision,
                    create_pr=propose,
                    parent_commit=parent,
                )
        except Exception as error:
            if is_passing(error):
                raise UncertainError(str(address), error) from error
            raise refusal(error, str(address)) from None
        return Written(done.oid, str(done.pr_url or done.commit_url), propose)

    def proposals(self, address: Address, author: str) -> list[Proposal]:
        """The pull requests that `author` has opened, in the order of the Hub.

        Raises:
            HubError: they cannot be listed.
        """

        def listed() -> list[Proposal]:
            found = self.api.get_repo_discussions(address.model, author=author, discussion_type="pull_request")
            return [
                Proposal(one.num, one.title, one.status, f"{self.url}/{address.model}/discussions/{one.num}")
                for one in found
                if one.is_pull_request and one.author == author
            ]

        return self.ask(listed, str(address))

    def comment(self, address: Address, words: str) -> None:
        """Write a comment into the pull request whose ref is named. Tried once: it is nothing that must be there."""
        from huggingface_hub.errors import HfHubHTTPError
        from huggingface_hub.utils import httpx

        number = int(address.revision.rpartition("/")[2])
        with bounded(), suppress(HfHubHTTPError, httpx.HTTPError, ValueError):
            self.api.comment_discussion(address.model, number, words)

    def close(self, address: Address, number: int, why: str) -> None:
        """Close a pull request.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """
        self.ask(lambda: self.api.change_discussion_status(address.model, number, "closed", comment=why), str(address))

    def ask(self, call: Callable[[], _T], where: str, patience: Patience | None = None) -> _T:
        """What a call that changes nothing gives; asked again while the Hub is busy, as its headers say.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """
        waits = patience or self.patience()
        while True:
            try:
                with bounded():
                    return call()
            except HubError:
                raise
            except Exception as error:  # noqa: BLE001 - of many kinds, and each becomes one line
                if not is_passing(error):
                    raise refusal(error, where) from None
                if not wait_for(waits, error, where):
                    raise BusyHubError(str(refusal(error, where))) from None

    def get(self, url: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The answer of the Hub to one GET of an address of its own, once.

        Raises:
            Exception: whatever the client raises; `ask` makes one line of it.
        """
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        with bounded(at_once=False):
            response = get_session().get(url, params=parameters, headers=build_hf_headers(token=self.token))
        hf_raise_for_status(response)
        return response

    def card_bytes(self, model: str, sha: str, get: Callable[[str], Any] | None = None) -> bytes:
        """The bytes of README.md at a commit, held against the id that the server gives for them, asked for once.

        Args:
            get: used instead of `get`.

        Raises:
            NoCardError: there is none.
            Exception: whatever the client raises; `ask` makes one line of it.
        """
        from huggingface_hub import hf_hub_url
        from huggingface_hub.errors import RemoteEntryNotFoundError

        url = hf_hub_url(model, CARD_NAME, revision=sha, endpoint=self.url)
        try:
            response = (get or self.get)(url)
        except RemoteEntryNotFoundError:
            raise NoCardError(f"{model}: there is no {CARD_NAME} in this repository; push one first") from None
        if not _is_whole(response.content, response.headers):
            raise UnreadableAnswerError("the answer is not the file that was asked for")
        return bytes(response.content)

    def _head(self, address: Address) -> str:
        found = self.api.model_info(address.model, revision=address.revision)
        self._kept.names[address.model] = found.id or address.model
        if not found.sha:
            raise HubError(f"{address}: there is no commit in this repository; push one first")
        return found.sha


class UncertainError(Exception):
    """A commit of which nobody knows yet whether it was made."""

    def __init__(self, where: str, cause: Exception) -> None:
        super().__init__(where)
        self.where = where
        self.cause = cause

    def said(self) -> HubError:
        """It as one line."""
        return refusal(self.cause, self.where)


def is_passing(error: Exception) -> bool:
    """Whether the same call may well succeed a little later."""
    from huggingface_hub.utils import httpx

    broken = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError)
    return is_passing_status(status_of(error)) or isinstance(error, (*broken, UnreadableAnswerError, JSONDecodeError))


def wait_for(waits: Patience, error: Exception, where: str) -> bool:
    """Wait before what failed is tried again; False where that would take longer than is left."""
    from huggingface_hub.utils import httpx

    unreachable = isinstance(error, httpx.ConnectError)
    why = "the Hub cannot be reached" if unreachable else "the Hub is busy"
    return waits.wait(f"{where}: {why}", headers_of(error), unreachable=unreachable)


def headers_of(error: Exception) -> Mapping[str, str]:
    """The headers of the answer that an error is about."""
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", None) or {}
    return headers


def _account(answer: Any) -> Account:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("name"), str):
        raise UnreadableAnswerError("the answer names no account")
    listed = [one for one in answer.get("orgs") or () if isinstance(one, Mapping)]
    organizations = frozenset(str(one.get("name")) for one in listed if one.get("roleInOrg") in _WRITING_ROLES)
    token = (answer.get("auth") or {}).get("accessToken") or {}
    return Account(answer["name"], organizations, token.get("role") != "read")


_SHA1 = re.compile(r'(?:W/)?"?([0-9a-f]{40})"?')


def _is_whole(data: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the bytes are those that the answer's ETag names, by git's id of a file; True for another kind of id."""
    named = _SHA1.fullmatch(headers.get("x-linked-etag") or headers.get("etag") or "")
    if named is None:
        return "text/html" not in headers.get("content-type", "")
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == named[1]


def _client(token: str | None, endpoint: str | None) -> HfApi:
    from huggingface_hub import HfApi, constants
    from huggingface_hub.utils import logging

    # Their warnings would stand between our lines; what they say is in our own.
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    return HfApi(endpoint=endpoint or constants.ENDPOINT, token=token, library_name="hf-emissions")
