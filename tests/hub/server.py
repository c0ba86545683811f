"""A Hub on the loopback interface: enough of its HTTP interface for the real `huggingface_hub` client.

Repositories live in memory, each with its whole history. Nothing is stored apart as LFS: every file is "regular".

    with Hub() as hub:
        subprocess.run(..., env={**os.environ, **hub.environment(folder)})
        hub.repository("user/model").commits[-1].files["README.md"]
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

USER = "user"
TOKEN = "hf_dummy"


@dataclass(frozen=True)
class Commit:
    """The state of a repository after a commit: every file by its path."""

    oid: str
    summary: str
    files: dict[str, bytes]
    changed: tuple[str, ...] = ()


@dataclass
class Repository:
    """A model repository: the commits of each of its branches, oldest first."""

    id: str
    branches: dict[str, list[Commit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.branches["main"] = [Commit(_sha(self.id.encode()), "initial commit", {})]

    @property
    def commits(self) -> list[Commit]:
        """The history of the main branch."""
        return self.branches["main"]

    def find(self, revision: str) -> Commit | None:
        """The commit that a branch's name or an id stands for."""
        if revision in self.branches:
            return self.branches[revision][-1]
        return next((found for branch in self.branches.values() for found in branch if found.oid == revision), None)


class HubError(Exception):
    """An answer that says what is wrong, as the Hub does."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Hub:
    """The server, between `with` and its end."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.validated: list[str] = []
        self.requests: list[str] = []
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Hub:
        threading.Thread(target=self._server.serve_forever, daemon=True, name="loopback-hub").start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address to give as HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def environment(self, home: Path) -> dict[str, str]:
        """What a process needs to speak to this Hub and to no other, with a home of its own."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_TOKEN": TOKEN,
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "NO_PROXY": "127.0.0.1",
        }

    def repository(self, name: str) -> Repository:
        """A repository that is there."""
        if name not in self.repositories:
            raise HubError(404, "RepoNotFound", f"there is no repository {name}")
        return self.repositories[name]

    def readmes(self, name: str) -> list[str]:
        """Every root README.md that was uploaded to a repository, oldest first."""
        commits = self.repository(name).commits
        return [commit.files["README.md"].decode() for commit in commits if "README.md" in commit.changed]


def _sha(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def _blob(data: bytes) -> str:
    """The id that git gives to a file's content."""
    return _sha(b"blob %d\0" % len(data) + data)


# What the Hub answers. Each takes the hub, the parts of the path, the query and the body.


def create_repository(hub: Hub, query: dict, body: bytes) -> Any:
    wanted = json.loads(body)
    name = f"{wanted.get('organization') or USER}/{wanted['name']}"
    if name in hub.repositories:
        raise HubError(409, "RepoExists", "you already created this model repo")
    hub.repositories[name] = Repository(name)
    return {"url": f"{hub.url}/{name}", "name": name, "id": name}


def validate_yaml(hub: Hub, query: dict, body: bytes) -> Any:
    hub.validated.append(json.loads(body)["content"])
    return {"errors": [], "warnings": []}


def whoami(hub: Hub, query: dict, body: bytes) -> Any:
    return {"type": "user", "name": USER, "orgs": [], "auth": {"type": "access_token"}}


def preupload(hub: Hub, query: dict, body: bytes, name: str, revision: str) -> Any:
    files = _commit(hub, name, revision).files
    wanted = [entry["path"] for entry in json.loads(body)["files"]]
    return {
        "files": [
            {
                "path": path,
                "uploadMode": "regular",
                "shouldIgnore": False,
                "oid": _blob(files[path]) if path in files else None,
            }
            for path in wanted
        ]
    }


def commit(hub: Hub, query: dict, body: bytes, name: str, revision: str) -> Any:
    lines = [json.loads(line) for line in body.splitlines()]
    header = next(line["value"] for line in lines if line["key"] == "header")
    head = _commit(hub, name, revision)
    if header.get("parentCommit") not in (None, head.oid):
        raise HubError(412, "PreconditionFailed", "the branch has moved")
    files, changed = dict(head.files), []
    for line in lines:
        path = line["value"].get("path")
        if line["key"] == "file":
            files[path] = base64.b64decode(line["value"]["content"])
            changed.append(path)
        elif line["key"] == "deletedFile":
            files.pop(path, None)
    made = Commit(_sha(head.oid.encode() + body), header["summary"], files, tuple(changed))
    hub.repository(name).branches[revision].append(made)
    return {"commitUrl": f"{hub.url}/{name}/commit/{made.oid}", "commitOid": made.oid, "success": True}


def model_info(hub: Hub, query: dict, body: bytes, name: str, revision: str = "main") -> Any:
    found = _commit(hub, name, revision)
    siblings = [{"rfilename": path, "size": len(data), "blobId": _blob(data)} for path, data in found.files.items()]
    return {"id": name, "modelId": name, "sha": found.oid, "siblings": siblings, "tags": [], "private": False}


def _commit(hub: Hub, name: str, revision: str) -> Commit:
    found = hub.repository(name).find(revision)
    if found is None:
        raise HubError(404, "RevisionNotFound", f"{name} has no revision {revision}")
    return found


_NAME, _REVISION = "([^/]+/[^/]+)", "([^/]+)"
ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("POST", "/api/repos/create", create_repository),
    ("POST", "/api/validate-yaml", validate_yaml),
    ("GET", "/api/whoami-v2", whoami),
    ("POST", f"/api/models/{_NAME}/preupload/{_REVISION}", preupload),
    ("POST", f"/api/models/{_NAME}/commit/{_REVISION}", commit),
    ("GET", f"/api/models/{_NAME}/revision/{_REVISION}", model_info),
    ("GET", f"/api/models/{_NAME}", model_info),
]


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        body = self._body()
        try:
            with self.hub.lock:
                self.hub.requests.append(f"{method} {self.path}")
                answer = self._route(method, body)
        except HubError as error:
            self._send(error.status, {"error": error.message}, error.code)
        else:
            self._send(200, answer)

    def _route(self, method: str, body: bytes) -> Any:
        address = urlsplit(self.path)
        for wanted, pattern, answer in ROUTES:
            # The names of a path are quoted, such as `refs%2Fpr%2F1`, and so are split before they are read.
            found = re.fullmatch(pattern, address.path)
            if found and method == wanted:
                return answer(self.hub, parse_qs(address.query), body, *map(unquote, found.groups()))
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

    def _send(self, status: int, answer: Any, code: str = "") -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if code:
            self.send_header("X-Error-Code", code)
            self.send_header("X-Error-Message", str(answer["error"]))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Say nothing: the tests ask for `hub.requests`."""
