"""Model repositories in memory, each with its whole history: commits, branches, and pull requests as refs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class HubError(Exception):
    """An answer that says what is wrong, as the Hub does."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


@dataclass(frozen=True)
class Commit:
    """The state of a repository after a commit: every file by its path."""

    oid: str
    summary: str
    files: dict[str, bytes]
    changed: tuple[str, ...] = ()
    author: str = ""
    description: str = ""


@dataclass
class PullRequest:
    """A pull request: its commits are on the branch `refs/pr/<number>`."""

    number: int
    title: str
    description: str
    author: str
    status: str = "open"
    comments: list[str] = field(default_factory=list)

    @property
    def branch(self) -> str:
        return f"refs/pr/{self.number}"


@dataclass
class Repository:
    """A model repository: the commits of each of its branches, oldest first.

    Args:
        gated: `auto` or `manual`: who is not `granted` sees no more than README.md and LICENSE.
        disabled: by the Hub itself.
        discussions: whether there may be any, and so pull requests.
        lfs: files that are kept on another host.
    """

    id: str
    private: bool = False
    gated: str | bool = False
    granted: set[str] = field(default_factory=set)
    disabled: bool = False
    discussions: bool = True
    lfs: set[str] = field(default_factory=set)
    branches: dict[str, list[Commit]] = field(default_factory=dict)
    pull_requests: list[PullRequest] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.branches["main"] = [Commit(sha(self.id.encode()), "initial commit", {})]

    @property
    def owner(self) -> str:
        return self.id.split("/")[0]

    @property
    def commits(self) -> list[Commit]:
        """The history of the main branch."""
        return self.branches["main"]

    @property
    def readme(self) -> str:
        """The card at the head of main."""
        return self.commits[-1].files["README.md"].decode()

    def find(self, revision: str) -> Commit:
        """The commit that a branch's name or an id stands for."""
        if revision in self.branches:
            return self.branches[revision][-1]
        for found in (commit for branch in self.branches.values() for commit in branch):
            if found.oid == revision:
                return found
        raise HubError(404, "RevisionNotFound", f"{self.id} has no revision {revision}")

    def push(self, author: str, summary: str = "", branch: str = "main", **files: bytes | str) -> Commit:
        """Commit files as somebody who uses git; `README` stands for README.md."""
        named = {("README.md" if name == "README" else name): content for name, content in files.items()}
        data = {name: content.encode() if isinstance(content, str) else content for name, content in named.items()}
        return self.add(branch, data, summary, author)

    def edit(self, author: str, change: Callable[[str], str], branch: str = "main") -> Commit:
        """Commit a change to the card at the head of a branch."""
        return self.push(author, branch=branch, README=change(self.find(branch).files["README.md"].decode()))

    def add(self, branch: str, data: dict[str, bytes], summary: str, author: str, description: str = "") -> Commit:
        head = self.branches[branch][-1]
        content = b"".join(name.encode() + body for name, body in sorted(data.items()))
        oid = sha(head.oid.encode() + author.encode() + summary.encode() + content)
        made = Commit(oid, summary, {**head.files, **data}, tuple(data), author, description)
        self.branches[branch].append(made)
        return made

    def open_pull_request(self, title: str, description: str, author: str, base: Commit) -> PullRequest:
        """A pull request whose branch begins at a commit."""
        opened = PullRequest(len(self.pull_requests) + 1, title, description, author)
        self.pull_requests.append(opened)
        self.branches[opened.branch] = [base]
        return opened

    def pull_request(self, number: int) -> PullRequest:
        for found in self.pull_requests:
            if found.number == number:
                return found
        raise HubError(404, "EntryNotFound", f"{self.id} has no discussion {number}")


def sha(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def blob(data: bytes) -> str:
    """The id that git gives to a file's content."""
    return sha(b"blob %d\0" % len(data) + data)


def day(number: int) -> str:
    """The nth day of the world of these tests, as the Hub writes times."""
    return (FIRST_DAY + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
