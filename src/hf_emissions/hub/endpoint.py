"""Address of the Hub, and checks against it: the token and written content go to no other host."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from ..errors import UsageError

_PORTS = {"http": 80, "https": 443}


def read_endpoint(address: str) -> str:
    """Parse an endpoint; drop trailing slashes.

    Raises:
        UsageError: it is not an address, or holds more than a server and a path.
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
    """True if an address has the endpoint's scheme, host and port."""
    return _origin(urlsplit(endpoint)) == _origin(urlsplit(address))


def at_endpoint(endpoint: str, address: str) -> str:
    """Move an address to the endpoint: mirrors pass on the Hub's own addresses."""
    base, parts = urlsplit(endpoint), urlsplit(address)
    path, prefix = f"/{parts.path.lstrip('/')}", base.path.rstrip("/")
    if not f"{path}/".startswith(f"{prefix}/"):
        path = prefix + path
    return urlunsplit((base.scheme, base.netloc, path, parts.query, ""))


def led_to(address: str, location: str) -> str:
    """Target of a redirect.

    Raises:
        ValueError: it is not an address.
    """
    found = urljoin(address, location)
    parts = urlsplit(found)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError(f"{location[:80]!r} is no address")
    return found


def host_of(address: str) -> str:
    """Host name of an address."""
    return urlsplit(address).hostname or "nowhere"


def is_weaker(before: str, after: str) -> bool:
    """True for a step from https to an unencrypted scheme."""
    return urlsplit(before).scheme == "https" and urlsplit(after).scheme != "https"


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)
