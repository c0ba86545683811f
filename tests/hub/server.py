"""A Hub on the loopback interface: enough of its HTTP interface for the real `huggingface_hub` client.

Nothing is stored apart as LFS: every file is "regular".

    with Hub() as hub:
        subprocess.run(..., env={**os.environ, **hub.environment(folder)})
        hub.repository("user/model").commits[-1].files["README.md"]
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .answers import ROUTES, File, Request
from .catalogue import Catalogue
from .faults import Fault, Faults
from .quotas import Quotas
from .repositories import HubError, Repository

USER = "user"
TOKEN = "hf_dummy"
SILENT_S = 1.0
HTML = b"<!DOCTYPE html><html><body><h1>We are busting our ass</h1></body></html>"


@dataclass
class User:
    """An account, as its token sees it."""

    name: str
    role: str = "write"
    orgs: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)

    def role_in(self, org: str) -> str:
        return self.roles.get(org, "write")

    def owns(self, owner: str) -> bool:
        return owner == self.name or (owner in self.orgs and self.role_in(owner) in ("write", "admin"))


class Hub:
    """The server, between `with` and its end."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.users: dict[str, User] = {TOKEN: User(USER)}
        self.renamed: dict[str, str] = {}
        self.validated: list[str] = []
        # Standard library alone: who wants listings with the front matter of cards hands in a reader of YAML.
        self.read_yaml: Callable[[str], Any] = lambda text: {}
        self.validate: Callable[[str], list[str]] = lambda content: []
        self.requests: list[str] = []
        self.faults = Faults()
        self.catalogue: Catalogue | None = None
        self.quotas: Quotas | None = None
        self.remember = True
        self.lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = _Server(("127.0.0.1", 0), handler)

    def __enter__(self) -> Hub:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="loopback-hub").start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address to give as HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def environment(self, home: Path, token: str = TOKEN) -> dict[str, str]:
        """What a process needs to speak to this Hub and to no other, with a home of its own."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_TOKEN": token,
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "NO_PROXY": "127.0.0.1",
        }

    def add_user(self, name: str, token: str, role: str = "write", orgs: tuple[str, ...] = ()) -> User:
        self.users[token] = User(name, role, list(orgs))
        return self.users[token]

    def create(self, name: str, readme: str | bytes | None = None, **settings: bool) -> Repository:
        """A repository, with a card if one is given."""
        made = self.repositories[name] = Repository(name, **settings)
        if readme is not None:
            made.push(made.owner, "the card", README=readme)
        return made

    def repository(self, name: str) -> Repository:
        """A repository that is there."""
        return self.repositories[name]

    def moved(self, path: str) -> str | None:
        """Where a path leads that has the old name of a repository."""
        for old, new in self.renamed.items():
            found = re.match(rf"(/(?:api/(?:resolve-cache/)?models/)?){re.escape(old)}(?=[/?]|$)", path)
            if found:
                return f"{found[1]}{new}{path[found.end() :]}"
        return None

    def readmes(self, name: str) -> list[str]:
        """Every root README.md that was uploaded to a repository, oldest first."""
        commits = self.repository(name).commits
        return [commit.files["README.md"].decode() for commit in commits if "README.md" in commit.changed]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client has left: tests kill clients."""


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    _announced: Mapping[str, str] = {}
    protocol_version = "HTTP/1.1"
    # Else each answer waits 40 ms for the acknowledgement of its headers.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer("GET")

    def do_HEAD(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        body = self._body()
        if not self._within_quota():
            return
        fault = self.hub.faults.next(self.command, self.path)
        if fault is not None and self._failed(fault):
            return
        try:
            with self.hub.lock:
                if self.hub.remember:
                    self.hub.requests.append(f"{self.command} {self.path}")
                if fault is not None and fault.move is not None:
                    fault.move()
                answer = self._route(method, body)
        except HubError as error:
            self._send_error(error)
            return
        if fault is not None and fault.kind == "lost":
            self.close_connection = True
            return
        file = answer if isinstance(answer, File) else _json(answer)
        self._send(file, fault)

    def _within_quota(self) -> bool:
        allowed, self._announced = True, {}
        if self.hub.quotas is not None:
            allowed, self._announced = self.hub.quotas.count(self.path)
        if not allowed:
            self._send(File(HTML, {"Content-Type": "text/html"}, 429))
        return allowed

    def _failed(self, fault: Fault) -> bool:
        """Whether the fault is the whole answer."""
        if fault.kind in ("drop", "silent"):
            time.sleep(SILENT_S if fault.kind == "silent" else 0)
            self.close_connection = True
        elif fault.kind == "html":
            self._send(File(HTML, {"Content-Type": "text/html"}, 200))
        elif fault.kind.isdigit():
            self._send(File(HTML, {"Content-Type": "text/html", **fault.headers}, int(fault.kind)))
        return fault.kind in ("drop", "silent", "html") or fault.kind.isdigit()

    def _route(self, method: str, body: bytes) -> Any:
        address = urlsplit(self.path)
        user = self.hub.users.get((self.headers.get("Authorization") or "").removeprefix("Bearer "))
        moved = self.hub.moved(self.path)
        if moved is not None:
            return File(b"Temporary Redirect", {"Location": moved}, 307)
        request = Request(self.hub, method, self.path, parse_qs(address.query), body, user)
        for wanted, pattern, answer in ROUTES:
            # The names of a path are quoted, such as `refs%2Fpr%2F1`, and so are split before they are read.
            found = re.fullmatch(pattern, address.path)
            if found and method == wanted:
                return answer(request, *map(unquote, found.groups()))
        raise HubError(404, "EntryNotFound", f"no such address: {method} {self.path}")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send_error(self, error: HubError) -> None:
        # An error that is JSON already is sent as it is.
        data = (
            error.message.encode() if error.message.startswith("{") else json.dumps({"error": error.message}).encode()
        )
        headers = {"Content-Type": "application/json"}
        if error.code:
            headers |= {"X-Error-Code": error.code, "X-Error-Message": error.message}
        self._send(File(data, headers, error.status))

    def _send(self, file: File, fault: Fault | None = None) -> None:
        self.send_response(file.status)
        length = len(file.data) // 2 if fault is not None and fault.kind == "short" else len(file.data)
        for name, value in {**self._announced, **file.headers, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault is not None and fault.kind in ("cut", "short"):
            # `short` says that this is the whole length; with `cut` the rest is missing.
            self.wfile.write(file.data[: len(file.data) // 2])
            self.close_connection = True
        elif fault is not None and fault.kind == "drip":
            self._drip(file.data)
        else:
            self.wfile.write(file.data)

    def _drip(self, data: bytes) -> None:
        pieces = 8
        for at in range(0, len(data), max(1, len(data) // pieces)):
            self.wfile.write(data[at : at + max(1, len(data) // pieces)])
            self.wfile.flush()
            time.sleep(0.02)

    def log_message(self, *arguments: object) -> None:
        """Say nothing: the tests ask for `hub.requests`."""


def _json(answer: Any) -> File:
    return File(json.dumps(answer).encode(), {"Content-Type": "application/json"})
