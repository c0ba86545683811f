"""`add --from`: the figures of many models of one's own, asked about once, and never written twice."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hub.server import USER

CARD = "---\nlicense: mit\n---\n# A model\n"
BLOCK = "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon 3.3.2\n"
OURS = CARD.replace("mit\n", f"mit\n{BLOCK}")


@pytest.fixture
def plan(write, server) -> Callable[..., Path]:
    def plan(*names: str, **more: str) -> Path:
        for name in names:
            server.create(name, CARD)
        lines = [
            json.dumps({"model": name, "emissions": "12.5 g", "source": "CodeCarbon 3.3.2", **more}) for name in names
        ]
        return write("plan.jsonl", "\n".join(lines) + "\n")

    return plan


def test_every_model_gets_its_figure(hub_run, server, plan):
    plan("user/a", "user/b")
    hub_run("add", "--from", "plan.jsonl", "--yes")
    assert [server.repository(name).readme for name in ("user/a", "user/b")] == [OURS, OURS]


def test_a_second_start_does_nothing_twice(hub_run, server, plan, tmp_path):
    plan("user/a", "user/b")
    hub_run("add", "--from", "plan.jsonl", "--yes")
    before = list(server.requests)
    result = hub_run("add", "--from", "plan.jsonl", "--yes")
    assert result.err.startswith("2 of 2 models are done already (plan.jsonl.done)")
    assert not [one for one in server.requests[len(before) :] if "/commit/" in one]


def test_one_that_fails_does_not_stop_the_rest(hub_run, server, plan):
    plan("user/a", "user/b")
    server.repository("user/a").push("user", README="---\nlicense: [\n---\n")
    result = hub_run("add", "--from", "plan.jsonl", "--yes", code=2)
    assert "Error: user/a:" in result.err
    assert server.repository("user/b").readme == OURS
    server.repository("user/a").push("user", README=CARD)
    hub_run("add", "--from", "plan.jsonl", "--yes")
    assert server.repository("user/a").readme == OURS
    assert len(server.repository("user/b").commits) == 3


def test_never_a_stranger_from_a_list(hub_run, server, plan):
    plan("other/a")
    result = hub_run("add", "--from", "plan.jsonl", "--yes", code=2)
    assert result.err == f"Error: other/a is not yours ({USER}); name repositories of others one at a time\n"
    assert server.repository("other/a").pull_requests == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "plan.jsonl:1: this line is not JSON"),
        (
            '{"model": "user/a", "emissions": "1 g", "emissions": "2 g"}',
            'plan.jsonl:1: this line is not JSON ("emissions" stands in it twice)',
        ),
        (
            '{"model": "user/a", "emissions": "1 g"}\n{"model": "User/a", "emissions": "2 g"}',
            "plan.jsonl:2: User/a is in line 1 too; give one figure per model",
        ),
        ("[]", "plan.jsonl:1: this line is not an object; write {"),
        ('{"model": "a"}', 'plan.jsonl:1: the model is "a"; write user/model'),
        ('{"model": "user/a"}', 'plan.jsonl:1: user/a has no "emissions"'),
        ('{"model": "user/a", "emissions": 12}', "plan.jsonl:1: emissions is 12; write it as text with its unit"),
        ('{"model": "user/a", "emissions": "12"}', "plan.jsonl:1: --emissions: "),
        ('{"model": "user/a", "emissions": "1 g", "gpu": "x"}', 'plan.jsonl:1: there is no option "gpu"'),
        ("", "plan.jsonl: the plan has no model; write"),
    ],
)
def test_a_line_that_cannot_be_read(hub_run, write, line, words):
    write("plan.jsonl", line)
    assert hub_run("add", "--from", "plan.jsonl", "--yes", code=2).err.startswith(f"Error: {words}")


def test_a_plan_that_is_not_utf_8(hub_run, write):
    write("plan.jsonl", b'{"model": "user/a", "emissions": "1 g"}\n{"model": "user/b", "source": "\xff"}\n')
    result = hub_run("add", "--from", "plan.jsonl", "--yes", code=2)
    assert result.err == "Error: plan.jsonl:2: this line is not UTF-8; save the plan as UTF-8\n"


def test_nothing_beside_it(hub_run, plan):
    plan("user/a")
    result = hub_run("add", "user/a", "--from", "plan.jsonl", code=2)
    assert result.err == "Error: --from takes the models and figures from the plan; leave TARGET and the figure out\n"


def test_a_byte_order_mark_and_a_separator_of_lines_within_a_text(hub_run, server, plan, tmp_path):
    plan("user/a", source="CodeCarbon\u2028 3.3.2")
    path = tmp_path / "plan.jsonl"
    text = json.dumps(json.loads(path.read_text()), ensure_ascii=False)
    path.write_text("\ufeff" + text + "\n", encoding="utf-8")
    hub_run("add", "--from", "plan.jsonl", "--yes")
    assert "emissions: 12.5" in server.repository("user/a").readme


def test_other_wishes_are_another_piece_of_work(hub_run, server, plan):
    plan("user/a")
    hub_run("add", "--from", "plan.jsonl", "--yes", "--create-pr")
    assert server.repository("user/a").readme == CARD
    hub_run("add", "--from", "plan.jsonl", "--yes")
    assert server.repository("user/a").readme == OURS
    hub_run("add", "--from", "plan.jsonl", "--yes", "--section")
    assert "## Environmental Impact" in server.repository("user/a").readme


def test_the_last_line_of_a_model_counts(hub_run, server, write):
    server.create("user/a", CARD)
    for grams in (12.5, 13, 12.5):
        write("plan.jsonl", json.dumps({"model": "user/a", "emissions": f"{grams} g"}))
        hub_run("add", "--from", "plan.jsonl", "--yes", "--overwrite")
        assert f"emissions: {grams}" in server.repository("user/a").readme


def test_a_journal_that_is_damaged_or_cut_off(hub_run, server, plan, tmp_path):
    plan("user/a", "user/b")
    journal = tmp_path / "plan.jsonl.done"
    journal.write_bytes(b'\xff\xfe\n{"model": "user/a", "emi')
    hub_run("add", "--from", "plan.jsonl", "--yes")
    commits = [len(server.repository(name).commits) for name in ("user/a", "user/b")]
    result = hub_run("add", "--from", "plan.jsonl", "--yes")
    assert result.err.startswith("2 of 2 models are done already")
    assert [len(server.repository(name).commits) for name in ("user/a", "user/b")] == commits == [3, 3]


def test_a_journal_that_cannot_be_written_is_noticed_before_anything_is_done(hub_run, server, plan, tmp_path):
    plan("user/a")
    (tmp_path / "plan.jsonl.done").mkdir()
    assert "plan.jsonl.done: Is a directory" in hub_run("add", "--from", "plan.jsonl", "--yes", code=2).err
    assert server.repository("user/a").readme == CARD


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False)])
def test_it_shows_what_would_become_of_each_and_asks_once(server, plan, entry, environment, tmp_path, answer, written):
    plan("user/a", "user/b")
    server.repository("user/b").push("user", README=OURS)
    main, side = pty.openpty()
    command = subprocess.Popen(
        [*entry, "add", "--from", "plan.jsonl"],
        stdin=side,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**environment, **server.environment(tmp_path / "home")},
    )
    os.write(main, f"{answer}\n".encode())
    _, err = command.communicate(timeout=60)
    os.close(main)
    os.close(side)
    assert command.returncode == 0
    said = err.decode()
    assert said.startswith("user/a: 12.5 g, would change\nuser/b: 12.5 g, nothing to change\n")
    assert said.count("Write to the Hub? [y/N]") == 1
    assert "2 models: 1 nothing to change, 1 would change. Write to the Hub?" in said
    assert (server.repository("user/a").readme == OURS) is written


def test_ctrl_c_and_again(hub_run, server, plan):
    plan("user/a", "user/b", "user/c")
    server.faults.add("moved", "/user/b/commit/", move=lambda: os.kill(os.getpid(), signal.SIGINT))
    result = hub_run("add", "--from", "plan.jsonl", "--yes", "--format", "json", code=130)
    document = json.loads(result.out)
    assert document["interrupted"]
    assert [(card["path"], card["written"]) for card in document["cards"]] == [("user/a", True), ("user/b", True)]
    result = hub_run("add", "--from", "plan.jsonl", "--yes")
    assert result.err.startswith("2 of 3 models are done already")
    assert [len(server.repository(f"user/{name}").commits) for name in "abc"] == [3, 3, 3]
    assert server.repository("user/c").readme == OURS


def test_killed_at_any_time_and_again(server, plan, entry, environment, tmp_path):
    """A kill -9 while the second model's commit is under way: it was made, and its line in the journal was not."""
    names = [f"user/{name}" for name in "abcd"]
    plan(*names)
    started: list[subprocess.Popen] = []

    def kill() -> None:
        started[0].kill()

    server.faults.add("moved", "/user/b/commit/", move=kill)
    command = [*entry, "add", "--from", "plan.jsonl", "--yes"]
    around = {**environment, **server.environment(tmp_path / "home")}
    started.append(subprocess.Popen(command, cwd=tmp_path, env=around, stderr=subprocess.DEVNULL))
    assert started[0].wait(60) == -signal.SIGKILL
    again = subprocess.run(command, cwd=tmp_path, env=around, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again
    assert again.stderr.startswith("1 of 4 models are done already")
    assert [len(server.repository(name).commits) for name in names] == [3, 3, 3, 3]


@pytest.mark.parametrize("stream", ["out", "err"])
def test_a_reader_who_leaves_stops_nothing(server, plan, entry, environment, tmp_path, stream):
    names = [f"user/{name}" for name in "abcd"]
    plan(*names)
    reader, writer = os.pipe()
    os.close(reader)
    form = ["--format", "quiet"] if stream == "out" else []
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, f"std{stream}": writer}
    done = subprocess.run(
        [*entry, "add", "--from", "plan.jsonl", "--yes", *form],
        cwd=tmp_path,
        env={**environment, **server.environment(tmp_path / "home")},
        timeout=60,
        check=False,
        **streams,
    )
    os.close(writer)
    assert done.returncode == 0
    assert [server.repository(name).readme for name in names] == [OURS] * 4


def test_a_repository_that_was_given_away_is_a_strangers(hub_run, server, plan):
    plan("user/a", "user/b")
    server.repositories["other/b"] = server.repositories.pop("user/b")
    server.repositories["other/b"].id = "other/b"
    server.renamed = {"user/b": "other/b"}
    result = hub_run("add", "--from", "plan.jsonl", "--yes", code=2)
    assert f"Error: other/b is not yours ({USER}); name repositories of others one at a time\n" in result.err
    assert server.repository("user/a").readme == OURS
    assert server.repository("other/b").readme == CARD
    assert server.repository("other/b").pull_requests == []
