"""Address of the Hub, and checks against it: the token and written content go to no other host."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from ..errors import UsageError
from .errors import InvalidResponseError, RequestError

_PORTS = {"http": 80, "https": 443}


def read_endpoint(address: str) -> str:
    """Parse an endpoint, drop trailing slashes; a UsageError if it is not a server with, at most, a path."""
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
    """True if an address has the endpoint's scheme, host and port."""
    return _origin(urlsplit(endpoint)) == _origin(urlsplit(address))


def at_endpoint(endpoint: str, address: str) -> str:
    """Move an address to the endpoint: mirrors pass on the Hub's own addresses."""
    base, parts = urlsplit(endpoint), urlsplit(address)
    path, prefix = f"/{parts.path.lstrip('/')}", base.path.rstrip("/")
    if not f"{path}/".startswith(f"{prefix}/"):
        path = prefix + path
    return urlunsplit((base.scheme, base.netloc, path, parts.query, ""))


def redirect_target(endpoint: str, address: str, location: str, *, file: bool) -> str:
    """Address that a redirect leads to: at the endpoint or, for a file, at another host that is as well encrypted."""
    try:
        target = urljoin(address, location)
        parts = urlsplit(target)
        is_address = parts.scheme in _PORTS and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise InvalidResponseError(f"the Hub sends this on to an address that is none ({location[:80]!r})")
    weaker = address.startswith("https:") and parts.scheme != "https"
    if not is_at(endpoint, target) and (not file or weaker):
        raise RequestError(
            f"the Hub sends this on to another host ({parts.hostname}), where it does not go;"
            " set HF_ENDPOINT to the Hub"
        )
    return target


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)
