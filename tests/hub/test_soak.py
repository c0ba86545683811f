"""Thousands of writes by several processes over TLS, with faults and kills: none lost, none doubled, no card damaged.

Among the faults are quotas of actions, and among the repositories gated ones.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hub.repositories import Commit, Repository
from hub.server import Hub
from hub.soak import change_of

WRITES = int(os.environ.get("HF_EMISSIONS_SOAK_WRITES", "5000"))
WRITERS, MODELS, OTHERS = 4, 12, 3
MOST_S = 900
CARD = "---\nlicense: mit\nlanguage: no   # Norwegian\n---\n# A model\n"
FAULTS = ("429", "500", "503", "html", "cut", "short", "drop", "drip", "lost", "odd", "action", "away")
GATED = ("auto", "manual", False)


class Writer:
    """A writer, started anew after each kill with a seed of its own."""

    def __init__(self, hub: Hub, folder: Path, name: str) -> None:
        self.hub, self.folder, self.name, self.started = hub, folder, name, 0

    def start(self, seed: int) -> None:
        self.started += 1
        log = self.folder / f"{self.name}-{self.started}.log"
        script = Path(__file__).with_name("soak.py")
        environment = {**os.environ, **self.hub.environment(self.folder / "home")}
        command = [sys.executable, str(script), self.hub.url, self.name, str(seed), str(log), *self.hub.repositories]
        with (self.folder / f"{self.name}.err").open("a") as errors:
            self.process = subprocess.Popen(command, env=environment, stderr=errors)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.mark.slow
def test_every_readme_is_what_its_accepted_edits_say(tmp_path):
    chosen = random.Random(20261124)
    with Hub() as hub:
        for number in range(MODELS):
            hub.create(f"user/model-{number}", CARD, gated=GATED[number % 3])
        for number in range(OTHERS):
            hub.create(f"other/model-{number}", CARD, gated=GATED[number % 3], granted={"user"})
        writers = [Writer(hub, tmp_path, f"writer-{number}") for number in range(WRITERS)]
        for number, writer in enumerate(writers, 1):
            writer.start(number)
        hub.faults.at_random(0.04, FAULTS, seed=6)
        try:
            kills, authors = disturb(hub, writers, chosen)
        finally:
            for writer in writers:
                writer.kill()
        said = [line.split() for log in tmp_path.glob("*.log") for line in log.read_text().splitlines() if line]
        for repository in hub.repositories.values():
            check(repository, {int(number) for model, number, _ in said if model == repository.id})
        assert accepted(hub) >= WRITES
        assert kills >= 20
        print(
            f"{accepted(hub)} writes accepted, {len(said)} said to be written, {kills} kills, {authors} edits by the"
            f" author, {sum(len(one.pull_requests) for one in hub.repositories.values())} pull requests,"
            f" faults {len(hub.faults.happened)} of {len(hub.requests)} requests"
        )
        assert len(said) > 0.9 * accepted(hub)
        # Another host was told nothing of what was written, and no token.
        assert not any(visit.body or "authorization" in map(str.lower, visit.headers) for visit in hub.elsewhere.visits)
        assert {kind for kind, _ in hub.faults.happened} == set(FAULTS)


def accepted(hub: Hub) -> int:
    return sum(number_of(commit) is not None for one in writes(hub) for commit in one)


def writes(hub: Hub) -> list[list[Commit]]:
    """The commits of every branch, those that a branch began with left out."""
    branches = [branch for repository in hub.repositories.values() for branch in repository.branches.items()]
    return [commits[2 if name == "main" else 1 :] for name, commits in branches]


def number_of(commit: Commit) -> int | None:
    """The change that a commit of a writer is."""
    written = commit.summary if commit.summary.isdigit() else commit.description
    return int(written) if commit.author == "user" and written.isdigit() else None


def disturb(hub: Hub, writers: list[Writer], chosen: random.Random) -> tuple[int, int]:
    """Kill writers, and write as the author does, until enough was written."""
    kills, seed, authors, start = 0, len(writers), 0, time.monotonic()
    while accepted(hub) < WRITES or kills < 20:
        assert time.monotonic() - start < MOST_S, f"only {accepted(hub)} writes"
        time.sleep(chosen.uniform(0.1, 0.6))
        repository = hub.repositories[chosen.choice(list(hub.repositories))]
        with hub.lock:
            authors += 1
            repository.edit("author", lambda text, number=authors: f"{text}By the author: {number}\n")
        if chosen.random() < 0.2:
            kills, seed = kills + 1, seed + 1
            writer = chosen.choice(writers)
            writer.kill()
            writer.start(seed)
    return kills, authors


def check(repository: Repository, said: set[int]) -> None:
    """Each commit is its edit and nothing else, none was made twice, and none that was said to be there is missing."""
    made: set[int] = set()
    for name, commits in repository.branches.items():
        check_history(commits[1 if name == "main" else 0 :], made)
    assert said <= made
    if repository.owner == "other":
        assert all(commit.author != "user" for commit in repository.commits)
        assert sum(one.status == "open" for one in repository.pull_requests) == 1


def check_history(commits: list[Commit], made: set[int]) -> None:
    for before, commit in pairwise(commits):
        text = before.files["README.md"].decode()
        after = commit.files["README.md"].decode()
        if commit.author == "author":
            assert after.startswith(text)
            continue
        number = number_of(commit)
        assert number not in made
        made.add(number)
        assert after == change_of(number)(text)
        # Whatever was written, the lines of the author are all there.
        assert after.partition("# A model\n")[2] == text.partition("# A model\n")[2]
