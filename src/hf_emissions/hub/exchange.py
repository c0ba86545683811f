"""One exchange with the Hub, limited in time and size; the token goes to the endpoint alone.

The session is that of the Hub's client, with its proxies, certificates and offline mode. What the client does without
limits is replaced: no waiting, limits on the time and size of a response, and redirects to the endpoint only. A file
may be on another host, which gets no token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .body import ACCEPTED, UnreadableAnswerError, read_body
from .endpoint import host_of, is_at, is_weaker, led_to
from .unplaced import ElsewhereError, TooLargeError, UnplacedError

# Without a timeout, a silent server would block forever.
TIMEOUT_S = 30.0
# A whole response, even a byte at a time: a listing page of `MOST_BYTES` at 5 Mbit/s.
LONGEST_ANSWER_S = 120.0
# A listing page, with the front matter of a thousand models, has 2 to 10 MB.
MOST_BYTES = 64 * 1024 * 1024
# A refusal is one sentence; a redirect's body is read only to reuse the connection.
_REFUSAL_BYTES = 64 * 1024
# A repository is renamed once or twice, and each download is redirected once.
_MOST_HOPS = 8
_KEEPING_METHOD = (307, 308)


@dataclass(frozen=True, slots=True)
class HubRequest:
    """Request to the Hub.

    Args:
        url: an address at the endpoint.
        method: GET or POST.
        parameters: query parameters.
        content: body and content type.
        most_bytes: limit of the response.
        file: True for a file, which may be on another host.
    """

    url: str
    method: str = "GET"
    parameters: Mapping[str, Any] | None = None
    content: tuple[bytes, str] | None = None
    most_bytes: int = MOST_BYTES
    file: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def exchanged(endpoint: str, ask: HubRequest) -> Any:
    """Response, read whole, with redirects as its `history`.

    Args:
        endpoint: where the token may go.
        ask: with the client's headers.

    Raises:
        ElsewhereError: it is redirected to another host.
        Exception: any error of the client, also for a refusal.
    """
    from huggingface_hub.utils import hf_raise_for_status

    history: list[Any] = []
    while True:
        answer = _answer(endpoint, ask, history)
        if not answer.has_redirect_location:
            break
        history.append(answer)
        if len(history) > _MOST_HOPS:
            raise UnplacedError("the Hub sends this on in a circle; try again later")
        ask = _sent_on(endpoint, ask, answer)
    hf_raise_for_status(answer)
    if not answer.is_success:
        raise UnreadableAnswerError(f"the Hub answered {answer.status_code} and nothing else")
    return answer


def _answer(endpoint: str, ask: HubRequest, history: list[Any]) -> Any:
    from huggingface_hub.utils import get_session, httpx

    headers = {**ask.headers, "accept-encoding": ACCEPTED}
    if ask.content is not None:
        headers["content-type"] = ask.content[1]
    if not is_at(endpoint, ask.url):
        headers = {name: value for name, value in headers.items() if name.lower() in ("accept-encoding", "user-agent")}
    with get_session().stream(
        ask.method,
        ask.url,
        params=ask.parameters,
        content=ask.content[0] if ask.content else None,
        headers=headers,
        follow_redirects=False,
        timeout=TIMEOUT_S,
    ) as answer:
        data = _body(answer, ask)
        kept = [(name, value) for name, value in answer.headers.raw if name.lower() not in _ABOUT_THE_WAY]
        return httpx.Response(
            answer.status_code, headers=kept, content=data, request=answer.request, history=list(history)
        )


# Headers of the transfer, which no longer describe the body.
_ABOUT_THE_WAY = frozenset((b"content-encoding", b"content-length", b"transfer-encoding"))


def _body(answer: Any, ask: HubRequest) -> bytes:
    if answer.is_success:
        return read_body(answer, ask.most_bytes, LONGEST_ANSWER_S)
    try:
        return read_body(answer, _REFUSAL_BYTES, LONGEST_ANSWER_S)
    except (TooLargeError, UnreadableAnswerError):
        # The status says enough.
        return b""


def _sent_on(endpoint: str, ask: HubRequest, answer: Any) -> HubRequest:
    """Request that follows a redirect."""
    try:
        url = led_to(ask.url, answer.headers["location"])
    except ValueError as error:
        raise UnreadableAnswerError(f"the Hub sends this on to an address that is none ({error})") from None
    if not is_at(endpoint, url) and (not ask.file or is_weaker(ask.url, url)):
        raise ElsewhereError(
            f"the Hub sends this on to another host ({host_of(url)}), where it does not go; set HF_ENDPOINT to the Hub"
        )
    if ask.method != "GET" and answer.status_code not in _KEEPING_METHOD:
        raise UnplacedError(f"the Hub sends this on with {answer.status_code}, and nothing can be written by that")
    return replace(ask, url=url, parameters=None)
