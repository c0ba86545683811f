"""One exchange with the Hub, limited in time and size; the token goes to the endpoint alone.

The session is that of the Hub's client, with its proxies, certificates and offline mode. What the client does without
limits is replaced: no waiting, limits on the time and size of a response, and redirects to the endpoint only. A file
may be on another host, which gets no token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..card.file import MOST_BYTES as CARD_BYTES
from .endpoint import is_at, redirect_target
from .errors import InvalidResponseError, RequestError, TooLargeError
from .response import ACCEPTED, read_body

if TYPE_CHECKING:
    from huggingface_hub.utils import httpx

# Without a timeout, a silent server would block forever.
TIMEOUT_S = 30.0
# A whole response, even a byte at a time: a listing page of `MOST_BYTES` at 5 Mbit/s.
LONGEST_ANSWER_S = 120.0
# A listing page, with the front matter of a thousand models, has 2 to 10 MB.
MOST_BYTES = 64 * 1024 * 1024
# A refusal is one sentence; a redirect's body is read only to reuse the connection.
_REFUSAL_BYTES = 64 * 1024
# A repository is renamed once or twice, and each download is redirected once.
_MOST_REDIRECTS = 8
# Headers of the transfer, which no longer describe the body that was read.
_TRANSFER_HEADERS = (b"content-encoding", b"content-length", b"transfer-encoding")

Parameters = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True, slots=True)
class HubRequest:
    """GET request to the endpoint or, with a body, POST; a `file` is no larger than a card, maybe on another host."""

    url: str
    headers: Mapping[str, str]
    parameters: Parameters | None = None
    body: bytes | None = None
    file: bool = False


def exchange(endpoint: str, request: HubRequest) -> httpx.Response:
    """Send a request, read the whole response; redirects are its `history`. Raises any error of the client."""
    from huggingface_hub.utils import hf_raise_for_status

    history: list[httpx.Response] = []
    while (response := _response(endpoint, request, history)).has_redirect_location:
        if len(history) == _MOST_REDIRECTS:
            raise RequestError("the Hub sends this on in a circle; try again later")
        history.append(response)
        request = _redirected(endpoint, request, response)
    hf_raise_for_status(response)
    if not response.is_success:
        raise InvalidResponseError(f"the Hub answered {response.status_code} and nothing else")
    return response


def _response(endpoint: str, request: HubRequest, history: list[httpx.Response]) -> httpx.Response:
    from huggingface_hub.utils import get_session, httpx

    headers = {**request.headers, "accept-encoding": ACCEPTED}
    if not is_at(endpoint, request.url):
        headers = {name: value for name, value in headers.items() if name.lower() in ("accept-encoding", "user-agent")}
    with get_session().stream(
        "GET" if request.body is None else "POST",
        request.url,
        params=request.parameters,
        content=request.body,
        headers=headers,
        follow_redirects=False,
        timeout=TIMEOUT_S,
    ) as response:
        return httpx.Response(
            response.status_code,
            headers=[(name, value) for name, value in response.headers.raw if name.lower() not in _TRANSFER_HEADERS],
            content=_body(response, CARD_BYTES if request.file else MOST_BYTES),
            request=response.request,
            history=list(history),
        )


def _body(response: httpx.Response, most_bytes: int) -> bytes:
    try:
        return read_body(response, most_bytes if response.is_success else _REFUSAL_BYTES, LONGEST_ANSWER_S)
    except (TooLargeError, InvalidResponseError):
        if response.is_success:
            raise
        # The status says enough.
        return b""


def _redirected(endpoint: str, request: HubRequest, response: httpx.Response) -> HubRequest:
    url = redirect_target(endpoint, request.url, response.headers["location"], file=request.file)
    status = response.status_code
    if request.body is not None and status not in (307, 308):
        raise RequestError(f"the Hub sends this on with {status}, and nothing can be written by that")
    return replace(request, url=url, parameters=None)
