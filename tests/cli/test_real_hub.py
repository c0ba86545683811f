"""The commands against what the real Hub does where a simple stand-in would not: in one clear line each."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess

import pytest
from hub.catalogue import Catalogue
from hub.quotas import Quotas
from hub.server import Hub

CARD = "---\nlicense: mit\n---\n# A model\n"
BLOCK = "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon 3.3.2\n"
OURS = CARD.replace("mit\n", f"mit\n{BLOCK}")
FIGURE = ["--emissions", "12.5 g", "--source", "CodeCarbon 3.3.2"]
HOUR = "You can retry this action in about 1 hour."


@pytest.fixture
def plan(write, server):
    def plan(*names: str) -> None:
        for name in names:
            server.create(name, CARD)
        write("plan.jsonl", "".join(json.dumps({"model": name, "emissions": "12.5 g"}) + "\n" for name in names))

    return plan


class TestGated:
    @pytest.mark.parametrize("kind", ["auto", "manual"])
    def test_a_card_is_read_by_everybody(self, hub_run, server, kind):
        server.create("other/model", OURS, gated=kind)
        assert hub_run("show", "other/model", HF_TOKEN="").out.startswith("other/model: 12.5 g CO2eq\n")
        assert hub_run("show", "other/model").out.startswith("other/model: 12.5 g CO2eq\n")

    def test_nothing_is_proposed_by_whoever_was_not_let_in(self, hub_run, server):
        server.create("other/model", CARD, gated="manual")
        result = hub_run("add", "other/model", *FIGURE, "--yes", code=2)
        assert result.err.startswith("Error: other/model: the repository is gated; ask for access on its page")

    def test_a_lost_answer_where_the_history_is_closed(self, hub_run, server):
        repository = server.create("other/model", CARD, gated="auto", granted={"user"})
        hub_run("add", "other/model", *FIGURE, "--yes")
        server.faults.add("lost", "/commit/")
        server.faults.add("moved", "/commits/", move=repository.granted.clear)
        arguments = ["--emissions", "13 g", "--source", "CodeCarbon 3.3.2", "--overwrite", "--yes"]
        hub_run("add", "other/model", *arguments)
        branch = repository.branches["refs/pr/1"]
        assert [b"emissions: 13" in commit.files["README.md"] for commit in branch] == [False, False, True]


class TestQuotaOfActions:
    """A refusal for an hour, while the headers say that calls are left."""

    def calls(self, server) -> int:
        return sum("agent-harnesses" not in line for line in server.requests)

    def test_of_commits(self, hub_run, server):
        server.create("user/model", CARD)
        server.quotas, server.actions.limits = Quotas(), {"commit": 0}
        result = hub_run("add", "user/model", *FIGURE, "--yes", code=2)
        assert result.err.splitlines()[0] == (
            "Error: user/model: the Hub refuses this for now: You have been rate limited; rate limit for repository"
            f" commits (0 per hour). {HOUR}"
        )
        assert server.actions.refused == {"commit": 1}
        assert self.calls(server) < 12

    def test_of_pull_requests(self, hub_run, server):
        server.create("other/model", CARD)
        server.quotas, server.actions.limits = Quotas(), {"pull request": 0}
        result = hub_run("add", "other/model", *FIGURE, "--yes", code=2)
        assert f"rate limit for pull requests (0 per hour). {HOUR}" in result.err
        assert self.calls(server) < 12
        server.actions.limits = {}
        hub_run("add", "other/model", *FIGURE, "--yes")
        assert len(server.repository("other/model").pull_requests) == 1

    def test_of_whoami(self, hub_run, server):
        server.create("user/model", CARD)
        server.quotas, server.actions.limits = Quotas(), {"whoami": 0}
        result = hub_run("add", "user/model", *FIGURE, "--yes", code=2)
        assert result.err.startswith("Error: the Hub: the Hub refuses this for now: You have been rate limited; ")
        assert f"rate limit for /whoami-v2 (0 per hour). {HOUR}" in result.err
        assert self.calls(server) < 4

    def test_many_models_stop_and_go_on(self, hub_run, server, plan):
        names = [f"user/model-{number}" for number in range(30)]
        plan(*names)
        server.quotas, server.actions.limits = Quotas(), {"commit": 3}
        result = hub_run("add", "--from", "plan.jsonl", "--yes", code=2)
        assert HOUR in result.err
        assert result.err.splitlines()[-1] == (
            "stopped here, as the remaining cards would be refused too; to resume, run the same command again later"
        )
        assert self.calls(server) < 40
        assert server.actions.refused == {"commit": 1}
        server.actions.limits = {"commit": 30}
        again = hub_run("add", "--from", "plan.jsonl", "--yes")
        assert again.err.startswith("3 of 30 models are done already")
        assert all("12.5" in server.repository(name).readme for name in names)

    def test_as_json(self, hub_run, server, plan):
        plan("user/a", "user/b")
        server.actions.limits = {"commit": 0}
        document = json.loads(hub_run("add", "--from", "plan.jsonl", "--yes", "--format", "json", code=2).out)
        assert document["stopped"] is True
        assert [card["path"] for card in document["cards"]] == ["user/a"]

    def test_several_repairs(self, hub_run, server):
        card = CARD.replace("mit\n", 'mit\nco2_eq_emissions:\n  emissions: "12.5"\n')
        for name in ("user/a", "user/b", "user/c"):
            server.create(name, card)
        server.actions.limits = {"commit": 0}
        hub_run("check", "user/a", "user/b", "user/c", "--fix", "--yes", code=2)
        assert server.actions.refused == {"commit": 1}


class TestRefused:
    def test_a_pull_request_that_is_forbidden(self, hub_run, server):
        server.create("other/model", CARD)
        server.faults.add("403", "/commit/", times=9)
        result = hub_run("add", "other/model", *FIGURE, "--yes", code=2)
        assert "no pull request may be opened or changed here" in result.err
        assert "--create-pr" not in result.err

    @pytest.mark.parametrize("name", ["other/model", "user/model"])
    def test_where_discussions_are_off(self, hub_run, server, name):
        repository = server.create(name, CARD, discussions=False)
        result = hub_run("add", name, *FIGURE, "--yes", "--create-pr", code=2)
        assert "Discussions are disabled for this repo" in result.err
        assert "with --create-pr" not in result.err
        assert result.err.count("\n") == 1
        assert repository.pull_requests == []

    def test_a_commit_that_is_forbidden(self, hub_run, server):
        server.create("user/model", CARD)
        server.faults.add("403", "/commit/")
        assert "or propose it with --create-pr" in hub_run("add", "user/model", *FIGURE, "--yes", code=2).err

    def test_a_disabled_repository(self, hub_run, server):
        server.create("user/model", CARD, disabled=True)
        for arguments in (["show", "user/model"], ["add", "user/model", *FIGURE, "--yes"]):
            err = hub_run(*arguments, code=2).err
            assert err == "Error: user/model: the Hub has disabled this repository; its page says why\n"

    @pytest.mark.parametrize("name", ["user/hf_model-large", "user/hf_bert", "user/api_model", "hf_lab/org_model"])
    def test_a_name_is_no_token(self, hub_run, name):
        err = hub_run("show", name, code=2).err
        assert err.startswith(f"Error: {name}: there is no such model")

    def test_a_name_in_the_server_s_words_is_no_token(self, hub_run, server):
        server.create("user/hf_model-with-a-long-name", CARD)
        server.validate = lambda content: [
            "user/hf_model-with-a-long-name is of hf_2024x: hf_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7"
        ]
        err = hub_run("add", "user/hf_model-with-a-long-name", *FIGURE, "--yes", code=2).err
        assert "user/hf_model-with-a-long-name is of hf_2024x: ***" in err

    @pytest.mark.parametrize("pattern", ["validate-yaml", "/preupload/", "/commit/", "whoami", "/revision/"])
    @pytest.mark.parametrize("status", ["404", "400"])
    def test_a_page_where_an_answer_should_be(self, hub_run, server, pattern, status):
        """As of a server that has no such address; it is not waited for."""
        server.create("user/model", CARD)
        server.faults.add(status, pattern, times=999)
        err = hub_run("add", "user/model", *FIGURE, "--yes", code=2).err
        assert err.count("\n") == 1
        assert len(server.faults.happened) == 1


class TestAnswersThatSayNothing:
    """The Hub took what was sent, and its answer does not say what became of it."""

    @pytest.mark.parametrize("answer", [{}, {"success": True}, [], {"commitOid": 7}, {"commitOid": "abc"}, None])
    def test_of_a_commit(self, hub_run, server, answer):
        repository = server.create("user/model", CARD)
        server.faults.add("odd", "/commit/", data=json.dumps(answer).encode())
        result = hub_run("add", "user/model", *FIGURE, "--yes")
        assert result.err == f"user/model: committed, {server.url}/user/model/commit/{repository.commits[-1].oid}\n"
        assert len(repository.commits) == 3

    @pytest.mark.parametrize("answer", [{}, {"commitOid": "a" * 40}, {"commitOid": "a" * 40, "pullRequestUrl": "/x"}])
    def test_of_a_pull_request(self, hub_run, server, answer):
        repository = server.create("other/model", CARD)
        server.faults.add("odd", "/commit/", data=json.dumps(answer).encode())
        result = hub_run("add", "other/model", *FIGURE, "--yes")
        assert result.err == f"other/model: proposed in {server.url}/other/model/discussions/1\n"
        assert len(repository.pull_requests) == 1

    def test_a_pull_request_that_cannot_be_seen_counts(self, hub_run, server, tmp_path):
        server.create("other/model", CARD)
        server.faults.add("odd", "/commit/")
        hidden = b'{"discussions": [], "count": 0, "start": 0}'
        server.faults.add("odd", "/discussions", times=2, data=hidden)
        server.faults.add("403", "/discussions", times=99)
        hub_run("add", "other/model", *FIGURE, "--yes", code=2)
        assert len(server.repository("other/model").pull_requests) == 1
        ledger = tmp_path / "home" / "hf-emissions" / "pull_requests.jsonl"
        entries = [json.loads(line) for line in ledger.read_text().splitlines()]
        assert [("time" in one, one.get("refused")) for one in entries] == [(True, None)]
        # The same command finds it.
        server.faults.waiting.clear()
        result = hub_run("add", "other/model", *FIGURE, "--yes")
        assert result.err == f"other/model: proposed already in {server.url}/other/model/discussions/1\n"
        assert len(server.repository("other/model").pull_requests) == 1


class TestANameThatLeadsElsewhere:
    """runwayml/stable-diffusion-v1-5 leads to what somebody else has put in its place."""

    @pytest.fixture
    def repository(self, server):
        server.renamed = {"gone/model": "other/model"}
        return server.create("other/model", CARD)

    @pytest.mark.parametrize("more", [["--yes"], ["--yes", "--format", "json"], ["--yes", "--create-pr"]])
    def test_where_nobody_can_be_asked_it_is_refused(self, hub_run, repository, more):
        result = hub_run("add", "gone/model", *FIGURE, *more, code=2)
        assert result.err == (
            "Error: gone/model leads to other/model now, maybe another model, and there is nobody to ask; name"
            " other/model itself\n"
        )
        assert repository.pull_requests == []

    def test_a_repair_too(self, hub_run, repository):
        repository.push("other", README=CARD.replace("mit\n", 'mit\nco2_eq_emissions:\n  emissions: "12.5"\n'))
        hub_run("check", "gone/model", "--fix", "--yes", code=2)
        assert repository.pull_requests == []

    @pytest.mark.parametrize(("answer", "count"), [("y", 1), ("n", 0)])
    def test_a_person_is_asked_with_yes_too(self, server, repository, entry, environment, tmp_path, answer, count):
        main, side = pty.openpty()
        command = subprocess.Popen(
            [*entry, "add", "gone/model", *FIGURE, "--yes"],
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
        question = "gone/model leads to other/model now, maybe another model. Propose this to other/model? [y/N]: "
        assert err.decode().startswith(question)
        assert len(repository.pull_requests) == count

    def test_the_same_name_in_other_letters_is_the_same(self, hub_run, server):
        repository = server.create("other/model", CARD)
        server.renamed = {"Other/Model": "other/model"}
        hub_run("add", "Other/Model", *FIGURE, "--yes")
        assert len(repository.pull_requests) == 1

    def test_reading_it_asks_nobody(self, hub_run, repository):
        hub_run("check", "gone/model", code=1)


class TestLargeCards:
    LARGE = "---\nlicense: mit\n---\n" + "x" * (5 * 1024 * 1024)

    @pytest.mark.parametrize("command", [["show"], ["check"], ["remove", "--yes"], ["add", *FIGURE, "--yes"]])
    def test_in_every_command(self, hub_run, server, write, command):
        server.create("user/model", self.LARGE)
        write("README.md", self.LARGE)
        for target in ("user/model", "README.md"):
            err = hub_run(
                command[0], target, *[one for one in command[1:] if target == "user/model" or one != "--yes"], code=2
            ).err
            assert err.startswith(f"Error: {target}: the card is larger than 4 MB")

    def test_from_standard_input(self, run):
        assert run("show", "-", stdin=self.LARGE, code=2).err.startswith("Error: <stdin>: the card is larger than 4 MB")

    def test_a_file_without_an_end(self, run, tmp_path):
        (tmp_path / "README.md").symlink_to("/dev/zero")
        assert run("show", "README.md", code=2).err == "Error: README.md: this is not a file; name the card itself\n"


class TestPrivate:
    def test_what_is_done_of_a_plan(self, hub_run, plan, tmp_path):
        plan("user/secret")
        (tmp_path / "plan.jsonl.done").touch(0o644)
        hub_run("add", "--from", "plan.jsonl", "--yes")
        assert "user/secret" in (tmp_path / "plan.jsonl.done").read_text()
        assert stat.S_IMODE((tmp_path / "plan.jsonl.done").stat().st_mode) == 0o600

    def test_what_is_done_of_an_audit(self, hub_run, server, tmp_path):
        server.catalogue = Catalogue(1500)
        server.faults.add("404", "cursor=", times=99)
        partial = tmp_path / "out.parquet.partial"
        partial.mkdir(0o755)
        hub_run("audit", "--min-downloads", "0", "--out", "out.parquet", code=2)
        found = [partial, *partial.rglob("*")]
        assert len([path for path in found if path.suffix == ".parquet"]) == 1
        for path in found:
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


class TestPlainHttp:
    def test_a_model_that_is_not_there(self, run, tmp_path):
        with Hub(tls=False) as server:
            err = run("show", "user/nothing", code=2, **server.environment(tmp_path / "home", "")).err
        assert err.startswith(
            "Error: user/nothing: there is no such model, or it is private; check the name, or log in"
        )


class TestWarnings:
    def test_of_the_card(self, run_process, server, tmp_path):
        repository = server.create("user/model", CARD)
        server.warn = lambda content: ["empty or missing\n\x1b[31myaml metadata"]
        around = server.environment(tmp_path / "home")
        result = run_process("add", "user/model", *FIGURE, "--yes", **around)
        assert result.err == (
            "user/model: the Hub remarks on this card: empty or missing \\x1b[31myaml metadata\n"
            f"user/model: committed, {server.url}/user/model/commit/{repository.commits[-1].oid}\n"
        )

    def test_of_the_client_s_settings(self, run_process, server, tmp_path):
        server.create("user/model", OURS)
        around = {**server.environment(tmp_path / "home"), "HF_HUB_VERBOSITY": "loud"}
        result = run_process("show", "user/model", **around)
        assert result.err.startswith("the Hub's client says: Unknown option HF_HUB_VERBOSITY=loud, has to be one of: ")
        assert result.err.count("\n") == 1
