"""Client of the Hub: calls with retries, and the card of a repository."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

from ..card.file import CARD_NAME, decode
from ..errors import BusyHubError, HubError, NoCardError
from .accounts import Account, read_account
from .address import MAIN, Address, api_path
from .blobs import is_whole
from .endpoint import at_endpoint, read_endpoint
from .errors import InvalidResponseError, TooLargeError
from .exchange import HubRequest, Parameters, exchange
from .library import request_headers
from .refusals import refusal
from .response import json_of, object_of
from .waiting import RetryBudget, is_transient

if TYPE_CHECKING:
    from huggingface_hub.utils import httpx

COMMIT_ID = re.compile(r"[0-9a-f]{40}")
# A repository's name goes into URLs.
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class HubCard:
    """Text of a card at the commit `sha`."""

    text: str
    sha: str


@dataclass(eq=False)
class Hub:
    """Client of the Hub, for one command."""

    token: str | None = field(default=None, repr=False)  # overrides HF_TOKEN and that of `hf auth login`
    endpoint: str | None = None  # overrides HF_ENDPOINT
    patience: Callable[[], RetryBudget] = RetryBudget  # creates the retry budget of one operation
    say: Callable[[str], None] = lambda _: None  # called with remarks of the Hub or its client
    _account: Account | None = None

    @cached_property
    def url(self) -> str:
        """Address of the server; a UsageError if the setting is none."""
        from huggingface_hub import constants

        return read_endpoint(self.endpoint or constants.ENDPOINT)

    def read(self, address: Address) -> HubCard:
        """Read the card at the head of a revision, by its commit and never from a cache."""
        _, sha = self.ask(lambda: self.head(address), str(address))
        return self.card(address, sha)

    def card(self, address: Address, sha: str) -> HubCard:
        """Read the card at a commit."""
        data = self.ask(lambda: self.card_bytes(address.model, sha), str(address))
        return HubCard(decode(data, str(address)), sha)

    def account(self) -> Account:
        """Account of the token, cached."""
        if self._account is None:
            self._account = self.ask(self._whoami, "the Hub")
        return self._account

    def find(self, address: Address) -> Address:
        """Resolve renames and transfers."""
        name, _ = self.ask(lambda: self.head(replace(address, revision=MAIN)), str(address))
        return replace(address, model=name)

    def ask(self, call: Callable[[], _T], where: str, patience: RetryBudget | None = None) -> _T:
        """Run an idempotent call about the repository `where`; retry while the Hub is busy, as its headers say."""
        budget = patience or self.patience()
        while True:
            try:
                return call()
            except Exception as error:  # noqa: BLE001 - the client's are of many kinds, and each becomes one line
                said = refusal(error, where)
                if not is_transient(error):
                    raise said from None
                if not budget.wait_after(error, where):
                    raise said if isinstance(said, BusyHubError) else BusyHubError(str(said)) from None

    def get(self, url: str, parameters: Parameters | None = None, *, file: bool = False) -> httpx.Response:
        """GET an address of the Hub, or a card's `file`, without retry; raises any error of the client."""
        return exchange(self.url, HubRequest(url, self._headers(), parameters, file=file))

    def post(self, path: str, *documents: object, propose: bool = False) -> httpx.Response:
        """POST JSON to a path of the API, several documents as lines; no retry, raises any error of the client."""
        parameters = {"create_pr": "1"} if propose else None
        kind = "application/json" if len(documents) == 1 else "application/x-ndjson"
        body = "".join(f"{json.dumps(one)}\n" for one in documents).encode()
        headers = {**self._headers(), "content-type": kind}
        return exchange(self.url, HubRequest(f"{self.url}{path}", headers, parameters, body))

    def next_page(self, response: httpx.Response) -> str | None:
        """Address of a listing's next page, moved to the endpoint whatever host the response names; None at the end."""
        link = response.links.get("next", {}).get("url")
        return at_endpoint(self.url, urljoin(str(response.request.url), link)) if link else None

    def card_bytes(self, model: str, sha: str, get: Callable[[str], httpx.Response] | None = None) -> bytes:
        """Bytes of README.md at a commit, verified against the server's id for them; no retry but that of `get`."""
        from huggingface_hub import hf_hub_url
        from huggingface_hub.errors import RemoteEntryNotFoundError

        url = hf_hub_url(model, CARD_NAME, revision=sha, endpoint=self.url)
        try:
            response = get(url) if get else self.get(url, file=True)
        except RemoteEntryNotFoundError:
            raise NoCardError(f"{model}: there is no {CARD_NAME} in this repository; push one first") from None
        except TooLargeError as error:
            raise TooLargeError(str(error).replace("the answer", "the card")) from None
        if not is_whole(response):
            raise InvalidResponseError("the answer is not the file that was asked for")
        return response.content

    def head(self, address: Address) -> tuple[str, str]:
        """Current name of a repository, and the newest commit of a revision; no retry."""
        response = self.get(f"{self.url}{api_path(address, 'revision')}", {"expand": ["sha"]})
        found = object_of(json_of(response), "model")
        name, sha = found.get("id"), found.get("sha")
        if sha is None:
            raise HubError(f"{address}: there is no commit in this repository; push one first")
        if not isinstance(sha, str) or not COMMIT_ID.fullmatch(sha):
            raise InvalidResponseError("the answer names no commit")
        return name if isinstance(name, str) and _NAME.fullmatch(name) else address.model, sha

    def _whoami(self) -> Account:
        from huggingface_hub.errors import LocalTokenNotFoundError

        if "authorization" not in self._headers():
            raise LocalTokenNotFoundError("there is no token")
        return read_account(json_of(self.get(f"{self.url}/api/whoami-v2")))

    def _headers(self) -> dict[str, str]:
        return request_headers(self.token, self.say)
