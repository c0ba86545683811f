"""Another host than the Hub's: the storage of large files, and whoever else an answer of the Hub may name."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from .listener import Listener
from .wire import body_of


@dataclass(frozen=True)
class Visit:
    """One request that came here: what it asked for, and what it told."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Elsewhere:
    """A host of files by their path, that remembers what it was told."""

    tls: bool = True
    files: dict[str, bytes] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)

    def __post_init__(self) -> None:
        handler = type("Handler", (_Handler,), {"host": self})
        self._listener = Listener(handler, tls=self.tls)
        self.start, self.stop = self._listener.start, self._listener.stop

    @property
    def url(self) -> str:
        """Its address: another name and another port than the Hub's."""
        return self._listener.address("localhost")

    def keep(self, name: str, data: bytes) -> str:
        """Keep a file; its address."""
        self.files[f"/{name}"] = data
        return f"{self.url}/{name}"


class _Handler(BaseHTTPRequestHandler):
    host: Elsewhere
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        visit = Visit(self.command, self.path, dict(self.headers.items()), body_of(self))
        self.host.visits.append(visit)
        data = self.host.files.get(self.path.partition("?")[0])
        self.send_response(404 if data is None else 200)
        self.send_header("ETag", '"of-the-storage"')
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data or b"")

    def log_message(self, *arguments: object) -> None:
        """Say nothing: the tests ask for `visits`."""
