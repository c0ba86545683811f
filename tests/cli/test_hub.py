"""The commands on cards that are on the Hub."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess

import pytest
from hub.server import TOKEN, USER

CARD = "---\nlicense: mit\n---\n# A model\n"
BLOCK = "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon 3.3.2\n"
OURS = CARD.replace("mit\n", f"mit\n{BLOCK}")
FIGURE = ["--emissions", "12.5 g", "--source", "CodeCarbon 3.3.2"]
DIFF = """\
--- a/README.md
+++ b/README.md
@@ -1,4 +1,7 @@
 ---
 license: mit
+co2_eq_emissions:
+  emissions: 12.5
+  source: CodeCarbon 3.3.2
 ---
 # A model
"""


def test_show(hub_run, server):
    server.create("user/model", OURS)
    assert hub_run("show", "user/model").out == "user/model: 12.5 g CO2eq\n  source: CodeCarbon 3.3.2\n"
    assert hub_run("show", "hf://user/model", "--format", "quiet").out == "12.5\n"


def test_check(hub_run, server):
    server.create("user/model", CARD)
    assert "missing-emissions" in hub_run("check", "user/model", code=1).out


def test_check_of_several(hub_run, server):
    for name in ("user/a", "other/b"):
        server.create(name, OURS)
    assert "2 cards checked" in hub_run("check", "user/a", "other/b", code=1).err


def test_add(hub_run, server):
    repository = server.create("user/model", CARD)
    result = hub_run("add", "user/model", *FIGURE, "--yes")
    made = repository.commits[-1]
    assert (result.out, result.err) == ("", f"user/model: committed, {server.url}/user/model/commit/{made.oid}\n")
    assert repository.readme == OURS
    assert made.summary == "Training emissions: 12.5 g CO2eq"
    assert made.description == (
        "Writes the training emissions of this model, 12.5 g CO2eq, into the `co2_eq_emissions` block of the model"
        " card. Nothing else of the card is changed.\n"
        "\n"
        "**How the figure came about**\n"
        "- source: CodeCarbon 3.3.2\n"
        "\n"
        "**How to check it**: the Hub's field is in grams of CO2 equivalent"
        " (https://huggingface.co/docs/hub/model-cards-co2).\n"
        "`hf-emissions check user/model` says what else is known about the figure.\n"
    )


def test_add_as_json(hub_run, server):
    repository = server.create("user/model", CARD)
    result = hub_run("add", "user/model", *FIGURE, "--yes", "--format", "json")
    oid = repository.commits[-1].oid
    card = {
        "path": "user/model",
        "changed": True,
        "written": True,
        "commit": oid,
        "commit_url": f"{server.url}/user/model/commit/{oid}",
    }
    assert json.loads(result.out) == {"schema": 1, "cards": [card]}


def test_a_dry_run_writes_nothing(hub_run, server):
    repository = server.create("user/model", CARD)
    assert hub_run("add", "user/model", *FIGURE, "--dry-run").out == DIFF
    assert hub_run("add", "user/model", *FIGURE, "--check", code=1).err == "user/model: would change\n"
    assert repository.readme == CARD


def test_nobody_to_ask(hub_run, server):
    repository = server.create("user/model", CARD)
    result = hub_run("add", "user/model", *FIGURE, code=2)
    assert result.err == (
        "Error: user/model: this asks before it writes, and there is nobody to ask; give --yes or --dry-run\n"
    )
    assert repository.readme == CARD


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False)])
def test_on_a_terminal_it_shows_the_change_and_asks(server, entry, environment, tmp_path, answer, written):
    repository = server.create("user/model", CARD)
    main, side = pty.openpty()
    command = subprocess.Popen(
        [*entry, "add", "user/model", *FIGURE],
        stdin=side,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**environment, **server.environment(tmp_path / "home")},
    )
    os.write(main, f"{answer}\n".encode())
    out, err = command.communicate(timeout=60)
    os.close(main)
    os.close(side)
    assert (out.decode(), command.returncode) == (DIFF, 0)
    assert err.decode().startswith("Write this to user/model on the Hub? [y/N]: ")
    assert (repository.readme == OURS) is written
    assert err.decode().endswith("nothing was written\n") is not written


def test_remove(hub_run, server):
    repository = server.create("user/model", OURS)
    hub_run("remove", "user/model", "--yes")
    assert repository.readme == CARD
    assert repository.commits[-1].summary == "Take out the training emissions"


def test_a_pull_request_to_somebody_else(hub_run, server):
    repository = server.create("other/model", CARD)
    result = hub_run("add", "other/model", *FIGURE, "--yes")
    assert result.err == f"other/model: proposed in {server.url}/other/model/discussions/1\n"
    opened = repository.pull_requests[0]
    assert repository.find("refs/pr/1").files["README.md"].decode() == OURS
    assert opened.description.endswith("`<!-- hf-emissions: no pull requests -->` in the card\nsays so for good.\n")


def test_a_pull_request_to_oneself(hub_run, server):
    repository = server.create("user/model", CARD)
    hub_run("add", "user/model", *FIGURE, "--yes", "--create-pr")
    assert repository.readme == CARD
    assert repository.find("refs/pr/1").files["README.md"].decode() == OURS


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["remove", "other/model"], "theirs to do"),
        (["add", "other/model", "--emissions", "3 g", "--overwrite"], None),
        (
            ["estimate", "--energy", "3 kWh", "--country", "DEU", "--overwrite", "--into", "other/model"],
            "an estimate",
        ),
        (["estimate", "--energy", "3 kWh", "--overwrite", "--into", "other/silent"], "an estimate"),
    ],
)
def test_what_is_not_proposed_to_strangers(hub_run, server, arguments, words):
    repository = server.create("other/model", OURS if words else CARD)
    server.create("other/silent", CARD)
    result = hub_run(*arguments, "--yes", code=2)
    assert (words or "a figure without its source") in result.err.splitlines()[-1]
    assert repository.pull_requests == []


def test_strangers_one_at_a_time(hub_run, server):
    for name in ("other/a", "other/b", "user/c"):
        server.create(name, OURS)
    result = hub_run("remove", "user/c", "other/a", "--yes", code=2)
    assert result.err == f"Error: other/a is not yours ({USER}); name repositories of others one at a time\n"
    assert server.repository("user/c").readme == OURS


def test_repairs_of_strangers_one_at_a_time(hub_run, server):
    for name in ("other/a", "other/b"):
        server.create(name, CARD.replace("mit\n", 'mit\nco2_eq_emissions:\n  emissions: "12.5"\n'))
    result = hub_run("check", "other/a", "other/b", "--fix", "--yes", code=2)
    assert result.err.endswith("name repositories of others one at a time\n")
    assert not any(repository.pull_requests for repository in server.repositories.values())


def test_an_estimate_into_ones_own(hub_run, server):
    repository = server.create("user/model", CARD)
    hub_run("estimate", "--energy", "3.5 kWh", "--country", "DEU", "--into", "user/model", "--yes")
    assert "Estimated with hf-emissions" in repository.readme


def test_a_repair_with_its_evidence(hub_run, server):
    card = CARD.replace("mit\n", 'mit\nco2_eq_emissions:\n  emissions: "12.5 g"\n  source: CodeCarbon 3.3.2\n')
    repository = server.create("other/model", card)
    hub_run("check", "other/model", "--fix", "--unsafe-fixes", "--yes", code=1)
    assert repository.find("refs/pr/1").files["README.md"].decode() == OURS
    assert "**Why**\n- line 4: " in repository.pull_requests[0].description
    assert repository.readme == card


def test_a_path_that_exists_wins(hub_run, server, write):
    write("user/model/README.md", CARD)
    repository = server.create("user/model", CARD)
    hub_run("add", "user/model", *FIGURE)
    assert repository.readme == CARD


def test_no_token(hub_run, server):
    server.create("user/model", CARD)
    result = hub_run("add", "user/model", *FIGURE, "--yes", code=2, HF_TOKEN="")
    assert result.err.startswith("Error: the Hub: there is no token; log in with `hf auth login`, or set HF_TOKEN")


def test_no_token_is_ever_printed(run_process, server, tmp_path):
    server.create("user/model", CARD)
    secret = "hf_" + "verysecrettoken"
    around = {**server.environment(tmp_path / "home", secret), "HF_DEBUG": "1", "HF_HUB_VERBOSITY": "debug"}
    result = run_process("add", "user/model", *FIGURE, "--yes", code=2, **around)
    assert "the Hub does not know the token" in result.err
    assert "verysecret" not in result.out + result.err
    assert not any("verysecret" in request for request in server.requests)


def test_offline(run_process, server, tmp_path):
    around = {**server.environment(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    result = run_process("show", "user/model", code=2, **around)
    assert result.err == (
        "Error: user/model: offline mode is on; unset HF_HUB_OFFLINE to reach the Hub, or name a file\n"
    )
    assert server.requests == []


def test_a_token_with_a_line_break_behind_it(hub_run, server):
    repository = server.create("user/model", CARD)
    hub_run("add", "user/model", *FIGURE, "--yes", HF_TOKEN=f"{TOKEN}\n")
    assert repository.readme == OURS


def test_a_token_that_the_server_repeats(run_process, server, tmp_path):
    server.create("user/model", CARD)
    server.users["longandsecret"] = server.users[TOKEN]
    server.validate = lambda content: ["longandsecret may not do this, Authorization: Bearer longandsecret"]
    around = {**server.environment(tmp_path / "home", "longandsecret"), "HF_DEBUG": "1"}
    result = run_process("add", "user/model", *FIGURE, "--yes", code=2, **around)
    assert "*** may not do this" in result.err
    assert "longandsecret" not in result.out + result.err


def test_a_mended_card_as_json_says_where(hub_run, server):
    card = CARD.replace("mit\n", 'mit\nco2_eq_emissions:\n  emissions: "12.5"\n')
    server.create("user/model", card)
    result = hub_run("check", "user/model", "--fix", "--yes", "--format", "json", code=1)
    oid = server.repository("user/model").commits[-1].oid
    assert json.loads(result.out)["cards"][0]["url"] == f"{server.url}/user/model/commit/{oid}"


def test_a_file_beside_a_model_is_mended_too(hub_run, server, write):
    card = CARD.replace("mit\n", 'mit\nco2_eq_emissions:\n  emissions: "12.5"\n')
    server.create("user/model", card)
    write("README.md", card)
    hub_run("check", "README.md", "user/model", "--fix", "--yes", code=1)
    assert "  emissions: 12.5\n" in server.repository("user/model").readme


class TestInterrupted:
    """Ctrl-C while a commit is under way: what was written is said, in every format."""

    def interrupt(self, server) -> None:
        server.faults.add("moved", "/commit/", move=lambda: os.kill(os.getpid(), signal.SIGINT))

    @pytest.mark.parametrize("arguments", [["add", "user/model", *FIGURE], ["check", "user/model", "--fix"]])
    def test_as_json(self, hub_run, server, arguments):
        card = CARD if arguments[0] == "add" else CARD.replace("mit\n", 'mit\nco2_eq_emissions: "12.5"\n')
        repository = server.create("user/model", card)
        self.interrupt(server)
        result = hub_run(*arguments, "--yes", "--format", "json", code=130)
        assert repository.readme != card
        assert repository.commits[-1].oid in result.out

    def test_in_words(self, hub_run, server):
        server.create("user/model", CARD)
        self.interrupt(server)
        result = hub_run("add", "user/model", *FIGURE, "--yes", code=130)
        assert [line for line in result.err.splitlines() if line] == [
            f"user/model: committed, {server.url}/user/model/commit/{server.repository('user/model').commits[-1].oid}",
            "Interrupted; nothing more was written.",
        ]

    def test_where_it_cannot_be_seen(self, hub_run, server):
        repository = server.create("user/model", CARD)
        server.faults.add("lost", "/commit/", move=lambda: os.kill(os.getpid(), signal.SIGINT))
        server.faults.add("429", "/commits/", times=99, headers={"Retry-After": "9999"})
        result = hub_run("add", "user/model", *FIGURE, "--yes", code=130)
        assert repository.readme == OURS
        assert result.err.splitlines()[-1] == (
            "Interrupted; user/model: whether the last commit was made could not be seen; the same command finds out"
        )
