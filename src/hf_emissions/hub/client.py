"""The only module that talks to the Hub, with the session, headers and errors of `huggingface_hub`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urljoin

from ..card.file import CARD_NAME, MOST_BYTES, decode
from ..errors import BusyHubError, HeadMovedError, HfEmissionsError, HubError, NoCardError, UnknownTokenError
from .accounts import Account, read_account
from .address import MAIN, Address
from .body import UnreadableAnswerError
from .commits import JSON, CommitResult, commit_of, path_of, read_upload, upload_of, validation_of, warnings_in, written
from .discussions import MOST_PAGES, Proposal, read_page
from .endpoint import at_endpoint, read_endpoint
from .exchange import HubRequest, exchanged
from .library import listened
from .refusals import asked_wait_s, refusal, status_of
from .unplaced import TooLargeError, UnplacedError
from .waiting import RetryBudget, is_passing_status
from .words import keep_secret

_T = TypeVar("_T")
_SHA = re.compile(r"[0-9a-f]{40}")
# Pages of history searched, fifty commits each; ours is among the latest.
_MOST_HISTORY = 200


@dataclass(frozen=True, slots=True)
class HubCard:
    """Card at a commit.

    Args:
        text: the whole card.
        sha: the commit it was read at.
    """

    text: str
    sha: str


@dataclass(slots=True)
class _Kept:
    url: str = ""
    account: Account | None = None
    names: dict[str, str] = field(default_factory=dict)
    listening: bool = False


@dataclass(frozen=True, slots=True)
class Hub:
    """Client of the Hub, for one command.

    Args:
        token: overrides the client's own (HF_TOKEN, or that of `hf auth login`).
        endpoint: the server, overrides HF_ENDPOINT.
        patience: creates the retry budget of one operation.
        say: called with remarks of the Hub or its client.
    """

    token: str | None = None
    endpoint: str | None = None
    patience: Callable[[], RetryBudget] = RetryBudget
    say: Callable[[str], None] = lambda _: None
    _kept: _Kept = field(default_factory=_Kept, repr=False, compare=False)

    @property
    def url(self) -> str:
        """Address of the server.

        Raises:
            UsageError: the setting is not an address.
        """
        if not self._kept.url:
            self._kept.url = read_endpoint(self.endpoint or _default_endpoint())
        return self._kept.url

    def read(self, address: Address) -> HubCard:
        """Read the card at the head of a revision, by its commit and never from a cache.

        Raises:
            HubError: it does not exist, or could not be read.
        """
        sha = self.ask(lambda: self._head(address), str(address))
        return self._card(address, sha)

    def next_card(self, address: Address, sha: str) -> HubCard | None:
        """Card at the commit on top of `sha`; None if there is none yet.

        Raises:
            HubError: the history could not be read.
        """

        found = self.ask(lambda: self._following(address, sha), str(address))
        return None if found is None else self._card(address, found)

    def account(self) -> Account:
        """Account of the token, cached.

        Raises:
            HubError: there is no token, or the Hub does not know it.
        """
        if self._kept.account is None:
            self._kept.account = self.ask(self._whoami, "the Hub")
        return self._kept.account

    def find(self, address: Address) -> Address:
        """Resolve renames and transfers.

        Raises:
            HubError: the repository does not exist, or could not be read.
        """
        if address.model not in self._kept.names:
            self.ask(lambda: self._head(replace(address, revision=MAIN)), str(address))
        return replace(address, model=self._kept.names[address.model])

    def check(self, address: Address, before: str, text: str, *, propose: bool) -> None:
        """Ask the Hub to validate a card; its remarks go to `say`.

        Args:
            before: the card as read.
            text: its replacement.

        Raises:
            HeadMovedError: the Hub has another card than `before`.
            HubError: it would reject the card, or could not be asked.
        """
        where, asked = str(address), {"create_pr": "1"} if propose else None
        upload = path_of(address.model, "preupload", MAIN if propose else address.revision)

        def looked_at() -> list[str]:
            answer = self._sent("/api/validate-yaml", validation_of(text))
            return list(warnings_in(json_of(answer)))

        for words in self.ask(looked_at, where):
            self.say(f"{where}: the Hub remarks on this card: {words}")
        there = self.ask(lambda: read_upload(json_of(self._sent(upload, upload_of(text), asked))), where)
        if there is not None and there != git_id(before.encode()):
            raise HeadMovedError(
                f"{where}: the Hub has another card by now than was read; nothing was written, try again"
            )

    def commit(
        self, address: Address, text: str, parent: str, message: tuple[str, str], *, propose: bool
    ) -> CommitResult:
        """Commit a card on top of `parent`, or propose it as a new pull request.

        No retry: after a failure, the caller must look first whether it took effect.

        Args:
            message: title and description of the commit or pull request.

        Raises:
            HeadMovedError: `parent` is no longer the head.
            HubError: it was refused.
            UncertainError: the connection broke, or the server failed; the commit may exist.
        """
        place = path_of(address.model, "commit", MAIN if propose else address.revision)
        try:
            answer = self._sent(place, commit_of(text, parent, message), {"create_pr": "1"} if propose else None)
            return written(json_of(answer), f"{self.url}/{address.model}", propose=propose)
        except Exception as error:
            if is_passing(error) or isinstance(error, TooLargeError):
                raise UncertainError(str(address), error) from error
            raise refusal(error, str(address)) from None

    def proposals(self, address: Address, author: str) -> list[Proposal]:
        """Pull requests that `author` has opened, in the Hub's order.

        Raises:
            HubError: they cannot be listed.
        """

        def listed() -> list[Proposal]:
            found: dict[int, Proposal] = {}
            seen: set[int] = set()
            for number in range(MOST_PAGES):
                asked = {"type": "pull_request", "author": author, "p": number}
                answer = self.get(f"{self.url}/api/models/{address.model}/discussions", asked)
                page = read_page(json_of(answer), author, f"{self.url}/{address.model}")
                found.update((one.number, one) for one in page.proposals)
                if page.is_last or page.numbers <= seen:
                    # A server without paging returns the same page again.
                    return list(found.values())
                seen |= page.numbers
            raise HubError(f"{address}: its discussions have no end; nothing was written")

        return self.ask(listed, str(address))

    def comment(self, address: Address, words: str) -> None:
        """Comment on the pull request of a ref. Best effort, no retry."""
        from huggingface_hub.errors import HfHubHTTPError
        from huggingface_hub.utils import httpx

        place = f"/api/models/{address.model}/discussions/{address.revision.rpartition('/')[2]}/comment"
        with suppress(HfHubHTTPError, httpx.HTTPError, HubError, UnreadableAnswerError):
            self._sent(place, (json.dumps({"comment": words}).encode(), JSON))

    def close(self, address: Address, number: int, why: str) -> None:
        """Close a pull request.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """
        place = f"/api/models/{address.model}/discussions/{number}/status"
        sent = json.dumps({"status": "closed", "comment": why}).encode()
        self.ask(lambda: self._sent(place, (sent, JSON)), str(address))

    def ask(self, call: Callable[[], _T], where: str, patience: RetryBudget | None = None) -> _T:
        """Run an idempotent call; retry while the Hub is busy, as its headers say.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """
        waits = patience or self.patience()
        while True:
            try:
                return call()
            except UnplacedError as error:
                raise error.placed(where) from None
            except HfEmissionsError:
                raise
            except Exception as error:  # noqa: BLE001 - of many kinds, and each becomes one line
                said = refusal(error, where)
                if not is_passing(error):
                    raise said from None
                if not wait_for(waits, error, where):
                    raise said if isinstance(said, BusyHubError) else BusyHubError(str(said)) from None

    def get(self, url: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """GET an address of the Hub, without retry.

        Raises:
            Exception: any error of the client; `ask` converts it to one line.
        """
        return exchanged(self.url, HubRequest(url, parameters=parameters, headers=self._headers()))

    def get_file(self, url: str, most_bytes: int = MOST_BYTES) -> Any:
        """GET a file, which may be on another host; that host gets no token."""
        return exchanged(self.url, HubRequest(url, most_bytes=most_bytes, file=True, headers=self._headers()))

    def next_page(self, answer: Any) -> str | None:
        """Address of a listing's next page, moved to the endpoint whatever host the response names; None at the end."""
        link = answer.links.get("next", {}).get("url")
        return at_endpoint(self.url, urljoin(str(answer.request.url), link)) if link else None

    def card_bytes(self, model: str, sha: str, get: Callable[[str], Any] | None = None) -> bytes:
        """Bytes of README.md at a commit, verified against the server's id for them; no retry.

        Args:
            get: replaces `get_file`.

        Raises:
            NoCardError: there is none.
            TooLargeError: it is larger than any card; reading stopped there.
            Exception: any error of the client; `ask` converts it to one line.
        """
        from huggingface_hub import hf_hub_url
        from huggingface_hub.errors import RemoteEntryNotFoundError

        url = hf_hub_url(model, CARD_NAME, revision=sha, endpoint=self.url)
        try:
            response = (get or self.get_file)(url)
        except RemoteEntryNotFoundError:
            raise NoCardError(f"{model}: there is no {CARD_NAME} in this repository; push one first") from None
        except TooLargeError as error:
            raise TooLargeError(str(error).replace("the answer", "the card")) from None
        if not _is_whole(response):
            raise UnreadableAnswerError("the answer is not the file that was asked for")
        return bytes(response.content)

    def _card(self, address: Address, sha: str) -> HubCard:
        data = self.ask(lambda: self.card_bytes(address.model, sha), str(address))
        return HubCard(decode(data, str(address)), sha)

    def _head(self, address: Address) -> str:
        place = f"{self.url}{path_of(address.model, 'revision', address.revision)}"
        found = json_of(self.get(place, {"expand": ["sha"]}))
        if not isinstance(found, Mapping):
            raise UnreadableAnswerError("the answer is no model")
        name, sha = found.get("id"), found.get("sha")
        self._kept.names[address.model] = name if isinstance(name, str) and _is_name(name) else address.model
        if sha is None:
            raise HubError(f"{address}: there is no commit in this repository; push one first")
        if not isinstance(sha, str) or not _SHA.fullmatch(sha):
            raise UnreadableAnswerError("the answer names no commit")
        return sha

    def _following(self, address: Address, sha: str) -> str | None:
        from huggingface_hub.errors import GatedRepoError

        newer = None
        try:
            for commit in self._history(address):
                if commit == sha:
                    return newer
                newer = commit
        except GatedRepoError:
            # The history is closed to users without access, the head is not.
            head = self._head(address)
            return None if head == sha else head
        # The history was rewritten.
        return None

    def _history(self, address: Address) -> Iterator[str]:
        """Commit ids of a revision, newest first."""
        place: str | None = f"{self.url}{path_of(address.model, 'commits', address.revision)}"
        for _ in range(_MOST_HISTORY):
            if place is None:
                return
            answer = self.get(place)
            listed = json_of(answer)
            if not isinstance(listed, list):
                raise UnreadableAnswerError("the answer is no history")
            yield from (str(one.get("id")) for one in listed if isinstance(one, Mapping))
            place = self.next_page(answer)

    def _whoami(self) -> Account:
        from huggingface_hub.errors import LocalTokenNotFoundError

        if "authorization" not in self._headers():
            raise LocalTokenNotFoundError("there is no token")
        return read_account(json_of(self.get(f"{self.url}/api/whoami-v2")))

    def _sent(self, path: str, content: tuple[bytes, str], parameters: Mapping[str, Any] | None = None) -> Any:
        ask = HubRequest(f"{self.url}{path}", "POST", parameters, content, headers=self._headers())
        return exchanged(self.url, ask)

    def _headers(self) -> dict[str, str]:
        """Headers of the client, with the token."""
        if self._kept.listening:
            return _headers(self.token)
        with listened(self.say):
            found = _headers(self.token)
        self._kept.listening = True
        return found


class UncertainError(Exception):
    """A commit that may or may not have been made."""

    def __init__(self, where: str, cause: Exception) -> None:
        super().__init__(where)
        self.where = where
        self.cause = cause

    def said(self) -> HubError:
        """The cause as a one-line error."""
        return refusal(self.cause, self.where)


def is_passing(error: Exception) -> bool:
    """True if a retry may succeed."""
    from huggingface_hub.utils import httpx

    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    broken = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError)
    return is_passing_status(status_of(error)) or isinstance(error, (*broken, UnreadableAnswerError))


def wait_for(waits: RetryBudget, error: Exception, where: str) -> bool:
    """Wait before a retry; False if that exceeds the budget."""
    from huggingface_hub.utils import httpx

    unreachable = isinstance(error, httpx.ConnectError)
    why = "the Hub cannot be reached" if unreachable else "the Hub is busy"
    # Unexpected pages come from something between us and the Hub.
    other = isinstance(error, UnreadableAnswerError)
    return waits.wait(f"{where}: {why}", asked_wait_s(error), unreachable=unreachable or other)


# A proxy may have marked the ETag as weak, or as that of a compressed response.
_SHA1 = re.compile(r'(?:W/)?"?([0-9a-f]{40})(?:[-;][a-z]{1,10})?"?')
_SHA256 = re.compile(r'(?:W/)?"?([0-9a-f]{64})"?')
# A card is none of these; without an id, only the type reveals another response.
_NO_CARD = ("text/html", "application/json")


def git_id(data: bytes) -> str:
    """Git's blob id of a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _is_whole(answer: Any) -> bool:
    """True if the bytes match the Hub's id: git's, or the SHA-256 of a large file. Without an id, by content type."""
    data, told = answer.content, [*answer.history, answer]
    linked = next((one.headers["x-linked-etag"] for one in told if "x-linked-etag" in one.headers), None)
    named = linked or answer.headers.get("etag") or ""
    if found := _SHA1.fullmatch(named):
        return git_id(data) == found[1]
    if linked and (found := _SHA256.fullmatch(linked)):
        return hashlib.sha256(data).hexdigest() == found[1]
    return not answer.headers.get("content-type", "").lower().startswith(_NO_CARD)


def json_of(answer: Any) -> Any:
    """Parse a JSON response; an integer of over 20 digits is null, since Python refuses thousands of them.

    Raises:
        UnreadableAnswerError: it is not JSON, or nested too deep.
    """
    try:
        return json.loads(answer.content, parse_int=lambda digits: int(digits) if len(digits) <= 20 else None)
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError(f"the answer is no JSON ({type(error).__name__})") from None


def _is_name(name: str) -> bool:
    """True for a valid repository name: it goes into URLs."""
    return re.fullmatch(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?", name, re.ASCII) is not None


def _headers(token: str | None) -> dict[str, str]:
    from huggingface_hub.utils import build_hf_headers

    headers: dict[str, str] = build_hf_headers(token=token, library_name="hf-emissions")
    used = headers.get("authorization", "").removeprefix("Bearer ")
    keep_secret(used)
    if used and not _IN_A_TOKEN.fullmatch(used):
        # Sending it would raise an error that shows it.
        raise UnknownTokenError("the token holds a character that no token has; look at HF_TOKEN, or log in anew")
    return headers


# Characters allowed in a header.
_IN_A_TOKEN = re.compile(r"[!-~]+")


def _default_endpoint() -> str:
    from huggingface_hub import constants

    return str(constants.ENDPOINT)
