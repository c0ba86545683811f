"""Where the Hub is, and whether an address is still there: the token and what is written go to no other host."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from ..errors import UsageError

_PORTS = {"http": 80, "https": 443}


def read_endpoint(address: str) -> str:
    """An endpoint without the slash at its end.

    Raises:
        UsageError: it is no address, or holds a password.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise UsageError(f"HF_ENDPOINT is {address[:80]!r}, no address of a server; write https://huggingface.co, say")
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError("HF_ENDPOINT holds more than a server and a path; a token goes into HF_TOKEN")
    return address.rstrip("/")


def is_at(endpoint: str, address: str) -> bool:
    """Whether an address is on the same host, by the same way, as the endpoint."""
    return _origin(urlsplit(endpoint)) == _origin(urlsplit(address))


def at_endpoint(endpoint: str, address: str) -> str:
    """The path and query of an address at the endpoint: mirrors hand on what the Hub said of its own address."""
    base, parts = urlsplit(endpoint), urlsplit(address)
    path, prefix = f"/{parts.path.lstrip('/')}", base.path.rstrip("/")
    if not f"{path}/".startswith(f"{prefix}/"):
        path = prefix + path
    return urlunsplit((base.scheme, base.netloc, path, parts.query, ""))


def led_to(address: str, location: str) -> str:
    """The address that a redirect leads to.

    Raises:
        ValueError: it is none.
    """
    found = urljoin(address, location)
    parts = urlsplit(found)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError(f"{location[:80]!r} is no address")
    return found


def host_of(address: str) -> str:
    """The name of the host in an address."""
    return urlsplit(address).hostname or "nowhere"


def is_weaker(before: str, after: str) -> bool:
    """Whether the way to the second address can be read and changed by others, and that to the first cannot."""
    return urlsplit(before).scheme == "https" and urlsplit(after).scheme != "https"


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)
