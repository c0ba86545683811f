"""One exchange with the Hub: within bounds of time and size, and with the token for the endpoint alone.

The session is that of the Hub's client, with its proxies, certificates and offline mode. What the client would do by
itself without a bound is done here: no waiting, no answer that takes or holds more than it may, and of redirects those
to the endpoint; a file alone may lie on another host, which is told no token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .body import ACCEPTED, UnreadableAnswerError, read_body
from .endpoint import host_of, is_at, is_weaker, led_to
from .unplaced import ElsewhereError, TooLargeError, UnplacedError

# Without one, a server that says nothing would hold us for ever.
TIMEOUT_S = 30.0
# A whole answer, be it sent a byte at a time: a page of the listing of `MOST_BYTES` over 5 Mbit/s.
LONGEST_ANSWER_S = 120.0
# A page of the listing, with the front matter of a thousand models, has 2 to 10 MB.
MOST_BYTES = 64 * 1024 * 1024
# Of a refusal we need a sentence, and of a redirect nothing but that the connection can be used again.
_REFUSAL_BYTES = 64 * 1024
# A repository is renamed once or twice, and each download is sent on once.
_MOST_HOPS = 8
_KEEPING_METHOD = (307, 308)


@dataclass(frozen=True, slots=True)
class HubRequest:
    """What is asked of the Hub.

    Args:
        url: an address at the endpoint.
        method: GET or POST.
        parameters: of the query.
        content: what is sent, with its type.
        most_bytes: so large may the answer be.
        file: whether it is a file, which may lie on another host.
    """

    url: str
    method: str = "GET"
    parameters: Mapping[str, Any] | None = None
    content: tuple[bytes, str] | None = None
    most_bytes: int = MOST_BYTES
    file: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def exchanged(endpoint: str, ask: HubRequest) -> Any:
    """The answer, read whole, with the answers of redirects as its `history`.

    Args:
        endpoint: where the token may go.
        ask: with the client's headers.

    Raises:
        ElsewhereError: it would have to go to another host.
        Exception: whatever the client raises, also for an answer that is a refusal.
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


# Headers that say how the body came, and no more what it is.
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
    """What is to be asked after a redirect."""
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
