"""A Hub on the loopback interface, over TLS: enough of its HTTP interface for the real `huggingface_hub` client.

What it believes of the real one comes from public records of that, and not from the code under test.

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
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .actions import Actions, refused
from .answers import ROUTES, File, Request
from .catalogue import Catalogue
from .certificates import authority
from .elsewhere import Elsewhere
from .faults import Fault, Faults
from .listener import Listener
from .quotas import Quotas
from .refusals import unknown_token
from .repositories import HubError, Repository
from .wire import body_of

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
    """The server, between `with` and its end.

    Args:
        tls: over TLS, as the real one; without, the client takes other ways.
    """

    def __init__(self, *, tls: bool = True) -> None:
        self.repositories: dict[str, Repository] = {}
        self.users: dict[str, User] = {TOKEN: User(USER)}
        self.renamed: dict[str, str] = {}
        self.validated: list[str] = []
        # Standard library alone: who wants listings with the front matter of cards hands in a reader of YAML.
        self.read_yaml: Callable[[str], Any] = lambda text: {}
        self.validate: Callable[[str], list[str]] = lambda content: []
        self.warn: Callable[[str], list[str]] = lambda content: []
        self.actions = Actions()
        # What `Link` names where the server was asked by another name, as a mirror is.
        self.link_host = ""
        # Sent with every answer.
        self.headers: dict[str, str] = {}
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self.elsewhere = Elsewhere(tls=tls)
        self.faults = Faults()
        self.catalogue: Catalogue | None = None
        self.quotas: Quotas | None = None
        self.remember = True
        self.lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"hub": self})
        self._listener = Listener(handler, tls=tls)

    def __enter__(self) -> Hub:
        self._listener.start()
        self.elsewhere.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.stop()
        self.elsewhere.stop()

    @property
    def url(self) -> str:
        """The address to give as HF_ENDPOINT."""
        return self._listener.address("127.0.0.1")

    def environment(self, home: Path, token: str = TOKEN) -> dict[str, str]:
        """What a process needs to speak to this Hub and to no other, with a home of its own."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_TOKEN": token,
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "SSL_CERT_FILE": str(authority()),
        }

    def add_user(self, name: str, token: str, role: str = "write", orgs: tuple[str, ...] = ()) -> User:
        self.users[token] = User(name, role, list(orgs))
        return self.users[token]

    def create(self, name: str, readme: str | bytes | None = None, **settings: Any) -> Repository:
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
        body = body_of(self)
        if not self._within_quota():
            return
        fault = self.hub.faults.next(self.command, self.path)
        if fault is not None and self._failed(fault):
            return
        try:
            answer = self._carried_out(method, body, fault)
        except HubError as error:
            self._send_error(error)
            return
        if fault is not None and fault.kind == "lost":
            self.close_connection = True
            return
        file = answer if isinstance(answer, File) else _json(answer)
        if fault is not None and fault.kind == "odd":
            file = File(fault.data, {"Content-Type": "application/json", **fault.headers}, fault.status)
        self._send(file, fault)

    def _carried_out(self, method: str, body: bytes, fault: Fault | None) -> Any:
        with self.hub.lock:
            if self.hub.remember:
                self.hub.requests.append(f"{self.command} {self.path}")
                self.hub.bodies.append(body)
            if fault is not None and fault.move is not None:
                fault.move()
            if fault is not None and fault.kind == "action" and "/commit/" in self.path and method == "POST":
                raise refused("commit")
            return self._route(method, body)

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
        elif fault.kind == "away":
            self._send(File(b"Moved", {"Location": f"{self.hub.elsewhere.url}{self.path}"}, 307))
        elif fault.kind.isdigit():
            self._send(File(HTML, {"Content-Type": "text/html", **fault.headers}, int(fault.kind)))
        return fault.kind in ("drop", "silent", "html", "away") or fault.kind.isdigit()

    def _route(self, method: str, body: bytes) -> Any:
        address = urlsplit(self.path)
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        user = self.hub.users.get(token)
        if token and user is None:
            raise unknown_token()
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

    def _send_error(self, error: HubError) -> None:
        # An error that is JSON already is sent as it is.
        data = (
            error.message.encode() if error.message.startswith("{") else json.dumps({"error": error.message}).encode()
        )
        headers = {"Content-Type": "application/json", **error.headers}
        if not error.message.startswith("{"):
            headers["X-Error-Message"] = error.message
        if error.code:
            headers["X-Error-Code"] = error.code
        self._send(File(data, headers, error.status))

    def _send(self, file: File, fault: Fault | None = None) -> None:
        self.send_response(file.status)
        length = len(file.data) // 2 if fault is not None and fault.kind == "short" else len(file.data)
        headers = {
            **self._announced,
            **self.hub.headers,
            **file.headers,
            "Content-Length": file.announced or str(length),
        }
        for name, value in headers.items():
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
