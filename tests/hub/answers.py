"""What the Hub answers: each takes the request, and the parts of its path."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from .refusals import OPEN_FILES, discussed, entered, readable, signed_in
from .repositories import Commit, HubError, PullRequest, Repository, blob, day

if TYPE_CHECKING:
    from .catalogue import Catalogue
    from .server import Hub, User


@dataclass
class Request:
    """One request, read."""

    hub: Hub
    method: str
    path: str
    query: dict[str, list[str]]
    body: bytes
    user: User | None

    def json(self) -> Any:
        return json.loads(self.body)

    def flag(self, name: str) -> bool:
        return self.query.get(name, [""])[0] in ("1", "true")


@dataclass
class File:
    """An answer that is a file and no JSON."""

    data: bytes
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    announced: str = ""  # its length, where that is not the true one


def create_repository(request: Request) -> Any:
    wanted, user = request.json(), signed_in(request)
    name = f"{wanted.get('organization') or user.name}/{wanted['name']}"
    if name in request.hub.repositories:
        raise HubError(409, "RepoExists", "you already created this model repo")
    request.hub.create(name)
    return {"url": f"{request.hub.url}/{name}", "name": name, "id": name}


def validate_yaml(request: Request) -> Any:
    content = request.json()["content"]
    request.hub.validated.append(content)
    errors = [{"message": words} for words in request.hub.validate(content)]
    warnings = [{"message": words} for words in request.hub.warn(content)]
    if errors:
        raise HubError(400, "", json.dumps({"errors": errors, "warnings": warnings}))
    return {"errors": [], "warnings": warnings}


def whoami(request: Request) -> Any:
    user = signed_in(request)
    request.hub.actions.count("whoami")
    token = {"displayName": "test", "role": user.role}
    orgs = [{"type": "org", "name": name, "roleInOrg": user.role_in(name)} for name in user.orgs]
    return {"type": "user", "name": user.name, "orgs": orgs, "auth": {"type": "access_token", "accessToken": token}}


def preupload(request: Request, name: str, revision: str) -> Any:
    repository = entered(request, name)
    files = repository.find(revision).files
    return {
        "files": [
            {
                "path": path,
                "uploadMode": "lfs" if path in repository.lfs else "regular",
                "shouldIgnore": False,
                "oid": blob(files[path]) if path in files else None,
            }
            for path in (entry["path"] for entry in request.json()["files"])
        ]
    }


def commit(request: Request, name: str, revision: str) -> Any:
    repository, user = entered(request, name), signed_in(request)
    lines = [json.loads(line) for line in request.body.splitlines()]
    header = next(line["value"] for line in lines if line["key"] == "header")
    data = {
        line["value"]["path"]: base64.b64decode(line["value"]["content"]) for line in lines if line["key"] == "file"
    }
    if user.role == "read":
        raise HubError(403, "", "Forbidden: this token has the role read")
    if request.flag("create_pr"):
        discussed(request, name)
        request.hub.actions.count("pull request")
        return _proposed(request.hub, repository, user, header, data)
    _check_may_write(repository, revision, user)
    head = repository.find(revision)
    if header.get("parentCommit") not in (None, head.oid):
        raise HubError(412, "PreconditionFailed", "A commit has happened since. Please refresh and try again.")
    request.hub.actions.count("commit")
    made = repository.add(revision, data, header["summary"], user.name, header.get("description", ""))
    return {"commitUrl": f"{request.hub.url}/{name}/commit/{made.oid}", "commitOid": made.oid, "success": True}


def _check_may_write(repository: Repository, revision: str, user: User) -> None:
    own_request = any(one.branch == revision and one.author == user.name for one in repository.pull_requests)
    if not user.owns(repository.owner) and not own_request:
        raise HubError(403, "", f"Forbidden: you have no right to write to {repository.id}")


def _proposed(hub: Hub, repository: Repository, user: User, header: dict, data: dict[str, bytes]) -> Any:
    base = repository.find(header.get("parentCommit") or "main")
    opened = repository.open_pull_request(header["summary"], header.get("description", ""), user.name, base)
    made = repository.add(opened.branch, data, header["summary"], user.name, header.get("description", ""))
    url = f"{hub.url}/{repository.id}"
    return {
        "commitUrl": f"{url}/commit/{made.oid}",
        "commitOid": made.oid,
        "success": True,
        "pullRequestUrl": f"{url}/discussions/{opened.number}",
    }


def list_models(request: Request) -> Any:
    """A page of the listing, the most downloaded first; `cursor` says where it begins."""
    asked = {name: values[0] for name, values in request.query.items()}
    size = min(int(asked.get("limit", PAGE_OF_MODELS)), PAGE_OF_MODELS)
    start = _place(asked["cursor"]) if "cursor" in asked else 0
    rows: list[Any] = []
    place, end = start, _models(request)
    while place < end and len(rows) < size:
        row = _row(request, place)
        place += 1
        if row is not None and _is_asked_for(row, request):
            rows.append(row)
    if place >= end:
        return rows
    return _page(request, rows, "cursor", cursor_of(place))


def cursor_of(place: int) -> str:
    """A place of the listing as the Hub writes it: base64, whose `=`, `+` and `/` must come back as they are."""
    return base64.b64encode(json.dumps({"$or": [{"downloads": place, "_id": "\u00ff\u00fe>?"}]}).encode()).decode()


def _place(cursor: str) -> int:
    try:
        return json.loads(base64.b64decode(cursor, validate=True))["$or"][0]["downloads"]
    except (ValueError, KeyError):
        raise HubError(400, "", "Invalid cursor") from None


def _page(request: Request, rows: list[Any], name: str, following: str) -> File:
    """A page, with where the next one is: at the Hub's own address, whatever its name is that was asked."""
    query = [(key, value) for key, values in request.query.items() if key != name for value in values]
    path = request.path.partition("?")[0]
    link = f'<{request.hub.link_host or request.hub.url}{path}?{urlencode([*query, (name, following)])}>; rel="next"'
    return File(json.dumps(rows).encode(), {"Content-Type": "application/json", "Link": link})


def _models(request: Request) -> int:
    return len(request.hub.repositories) + (request.hub.catalogue.size if request.hub.catalogue else 0)


def _row(request: Request, place: int) -> dict[str, Any] | None:
    """The model at a place of the listing: first the repositories, then the catalogue."""
    own = list(request.hub.repositories) if place < len(request.hub.repositories) else None
    if own is None:
        assert request.hub.catalogue is not None
        return request.hub.catalogue.row(place - len(request.hub.repositories))
    repository = request.hub.repositories[own[place]]
    if repository.private and not (request.user and request.user.owns(repository.owner)):
        return None
    row = {**model_info(request, own[place]), "downloads": 10**9 - place}
    # Of a repository without front matter the listing has none.
    return row if row["cardData"] else {key: value for key, value in row.items() if key != "cardData"}


def _is_asked_for(row: dict[str, Any], request: Request) -> bool:
    author, search = request.query.get("author", [""])[0], request.query.get("search", [""])[0].lower()
    data = row.get("cardData") or {}
    tags = {str(tag) for tag in data.get("tags") or ()} | {str(data.get("pipeline_tag")), *data}
    of_author = author in ("", row["author"])
    return of_author and search in row["id"].lower() and set(request.query.get("filter", ())) <= tags


def model_info(request: Request, name: str, revision: str = "main") -> Any:
    number = request.hub.catalogue.number(name) if request.hub.catalogue else None
    if request.hub.catalogue is not None and number is not None:
        return request.hub.catalogue.row(number)
    repository = readable(request, name)
    found = repository.find(revision)
    siblings = [{"rfilename": path, "size": len(data), "blobId": blob(data)} for path, data in found.files.items()]
    return {
        "id": name,
        "modelId": name,
        "author": repository.owner,
        "sha": found.oid,
        "siblings": siblings,
        "tags": [],
        "private": repository.private,
        "gated": repository.gated,
        "disabled": repository.disabled,
        "cardData": front_matter(found, request.hub.read_yaml),
        "createdAt": day(0),
        "lastModified": day(len(repository.commits)),
    }


def front_matter(found: Commit, read_yaml: Callable[[str], Any]) -> dict[str, Any]:
    """What the Hub reads in a card: nothing where it cannot."""
    text = found.files.get("README.md", b"").decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.startswith("---\n") or "\n---" not in text[3:]:
        return {}
    try:
        data = read_yaml(text[4:].partition("\n---")[0])
    except Exception:  # noqa: BLE001 - of whatever reads it
        return {}
    return json.loads(json.dumps(data, default=str)) if isinstance(data, dict) else {}


def resolve(request: Request, name: str, revision: str, path: str) -> File:
    """A file, or where it is: beside the Hub's copies by commit, or on the host of large files."""
    if request.hub.catalogue is not None and (number := request.hub.catalogue.number(name)) is not None:
        return _of_catalogue(request.hub.catalogue, number, name, revision)
    repository = readable(request, name) if path in OPEN_FILES else entered(request, name)
    found = repository.find(revision)
    headers = {"X-Repo-Commit": found.oid}
    if path not in found.files:
        raise HubError(404, "EntryNotFound", f"Entry not found: {path}", headers)
    if path in repository.lfs:
        return _large(request.hub, found.files[path], headers)
    if repository.gated:
        return resolve_cache(request, name, found.oid, path)
    etag = blob(found.files[path])
    headers |= {"Location": f"/api/resolve-cache/models/{name}/{found.oid}/{path}?etag=%22{etag}%22"}
    return File(b"Temporary Redirect", headers, 307)


def _large(hub: Hub, data: bytes, headers: dict[str, str]) -> File:
    digest = hashlib.sha256(data).hexdigest()
    about = {"X-Linked-ETag": f'"{digest}"', "X-Linked-Size": str(len(data))}
    place = hub.elsewhere.keep(digest, data)
    return File(b"Found", {**headers, **about, "Location": f"{place}?X-Amz-Signature=0"}, 302)


def _of_catalogue(catalogue: Catalogue, number: int, name: str, revision: str) -> File:
    if catalogue.card(number) is None:
        raise HubError(404, "EntryNotFound", "Entry not found: README.md")
    place = f"/api/resolve-cache/models/{name}/{revision}/README.md?etag=%22{catalogue.etag(number)}%22"
    return File(b"Temporary Redirect", {"X-Repo-Commit": revision, "Location": place}, 307)


def resolve_cache(request: Request, name: str, revision: str, path: str) -> File:
    if request.hub.catalogue is not None and (number := request.hub.catalogue.number(name)) is not None:
        data = request.hub.catalogue.card(number) or b""
        return File(data, {"X-Repo-Commit": revision, "ETag": f'"{blob(data)}"', "Content-Type": "text/plain"})
    found = (readable(request, name) if path in OPEN_FILES else entered(request, name)).find(revision)
    data = found.files[path]
    headers = {"X-Repo-Commit": found.oid, "ETag": f'"{blob(data)}"', "Content-Type": "text/plain; charset=utf-8"}
    return File(data, headers)


def commits(request: Request, name: str, revision: str) -> Any:
    """A page of the history of a branch, the newest commit first."""
    branch = entered(request, name).branches.get(revision)
    if branch is None:
        raise HubError(404, "RevisionNotFound", f"{name} has no revision {revision}")
    page = int(request.query.get("p", ["0"])[0])
    shown = list(reversed(branch))[page * PAGE : (page + 1) * PAGE]
    rows = [
        {
            "id": one.oid,
            "title": one.summary,
            "message": one.description,
            "authors": [{"user": one.author}],
            "date": day(0),
        }
        for one in shown
    ]
    return _page(request, rows, "p", str(page + 1)) if (page + 1) * PAGE < len(branch) else rows


# Commits, discussions and models of one page.
PAGE = 50
PAGE_OF_MODELS = 1000


def discussions(request: Request, name: str) -> Any:
    found = discussed(request, name).pull_requests
    author, status = request.query.get("author", [""])[0], request.query.get("status", ["all"])[0]
    found = [one for one in found if author in ("", one.author)]
    found = [one for one in found if status == "all" or (status == "open") == (one.status in ("open", "draft"))]
    start = PAGE * int(request.query.get("p", ["0"])[0])
    shown = [_discussion(one, name) for one in found[start : start + PAGE]]
    return {"discussions": shown, "count": len(found), "start": start, "numClosedDiscussions": 0}


def _discussion(one: PullRequest, name: str) -> dict[str, Any]:
    return {
        "num": one.number,
        "title": one.title,
        "author": {"name": one.author},
        "status": one.status,
        "isPullRequest": True,
        "createdAt": day(one.number),
        "repo": {"name": name, "type": "model"},
    }


def change_status(request: Request, name: str, number: str) -> Any:
    found, wanted = readable(request, name).pull_request(int(number)), request.json()
    found.status = wanted["status"]
    found.comments += [wanted["comment"]] if wanted.get("comment") else []
    return {"newStatus": _event(request, "status-change", {"status": found.status})}


def comment(request: Request, name: str, number: str) -> Any:
    found, words = readable(request, name).pull_request(int(number)), request.json()["comment"]
    found.comments.append(words)
    return {"newMessage": _event(request, "comment", {"edited": False, "hidden": False, "latest": {"raw": words}})}


def _event(request: Request, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"id": "1", "type": kind, "createdAt": day(0), "author": {"name": signed_in(request).name}, "data": data}


_NAME, _REVISION, _PATH = "([^/]+/[^/]+)", "([^/]+)", "(.+)"
ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("POST", "/api/repos/create", create_repository),
    ("POST", "/api/validate-yaml", validate_yaml),
    ("GET", "/api/whoami-v2", whoami),
    ("POST", f"/api/models/{_NAME}/preupload/{_REVISION}", preupload),
    ("POST", f"/api/models/{_NAME}/commit/{_REVISION}", commit),
    ("GET", "/api/models", list_models),
    ("GET", f"/api/models/{_NAME}/revision/{_REVISION}", model_info),
    ("GET", f"/api/models/{_NAME}/commits/{_REVISION}", commits),
    ("GET", f"/api/models/{_NAME}/discussions", discussions),
    ("POST", f"/api/models/{_NAME}/discussions/([0-9]+)/status", change_status),
    ("POST", f"/api/models/{_NAME}/discussions/([0-9]+)/comment", comment),
    ("GET", f"/api/models/{_NAME}", model_info),
    ("GET", f"/api/resolve-cache/models/{_NAME}/{_REVISION}/{_PATH}", resolve_cache),
    ("GET", f"/{_NAME}/resolve/{_REVISION}/{_PATH}", resolve),
]
