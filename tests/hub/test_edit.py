"""One card on the Hub: what is written, on top of what, and what happens when things go wrong on the way."""

from __future__ import annotations

import json
import os
import signal
import threading
from datetime import UTC, datetime

import pytest
from hub.editing import CARD, OURS, RECORD, WISHES, change, edit, newer
from hub.server import TOKEN
from hub.server import Hub as Server

from hf_emissions.card.patch import patch_card
from hf_emissions.errors import CardError, HubError
from hf_emissions.hub import contribution_policy
from hf_emissions.hub.address import Address
from hf_emissions.hub.client import Hub
from hf_emissions.hub.edit import CommitOptions, edit_card
from hf_emissions.hub.proposals import TITLE
from hf_emissions.hub.waiting import RetryBudget


class TestOnesOwn:
    def test_a_commit_on_top_of_what_was_read(self, server, client):
        repository = server.create("user/model", CARD)
        read = repository.commits[-1]
        outcome = edit(client, "user/model")
        assert (repository.readme, outcome.before, outcome.after) == (OURS, CARD, OURS)
        made = repository.commits[-1]
        assert (made.summary, made.description, made.author) == ("a title", "a description", "user")
        assert outcome.written.sha == made.oid
        assert outcome.written.url == f"{server.url}/user/model/commit/{made.oid}"
        assert f"GET /user/model/resolve/{read.oid}/README.md" in server.requests

    def test_nothing_to_change_writes_nothing(self, server, client):
        repository = server.create("user/model", OURS)
        assert edit(client, "user/model").written is None
        assert len(repository.commits) == 2

    def test_bytes_that_are_not_ours_stay(self, server, client):
        card = "\ufeff---\r\nlanguage: no   # Norwegian\r\n---\r\n# Ein Modell - größer\r\n"
        repository = server.create("user/model", card)
        edit(client, "user/model")
        lines = "co2_eq_emissions:\r\n  emissions: 12.5\r\n  source: CodeCarbon 3.3.2\r\n"
        assert repository.readme == card.replace("---\r\n#", f"{lines}---\r\n#")

    def test_an_organization_of_ours(self, server, client):
        server.users[TOKEN].orgs.append("lab")
        repository = server.create("lab/model", CARD)
        assert not edit(client, "lab/model").written.proposal
        assert repository.readme == OURS

    def test_nobody_agrees(self, server, client):
        repository = server.create("user/model", CARD)
        outcome = edit(client, "user/model", CommitOptions(lambda *_: False, WISHES.describe))
        assert outcome.written is None
        assert repository.readme == CARD

    def test_another_branch(self, server, client):
        repository = server.create("user/model", CARD)
        repository.branches["dev"] = list(repository.commits)
        edit_card(client, Address("user/model", "dev"), change, WISHES)
        assert repository.readme == CARD
        assert repository.find("dev").files["README.md"].decode() == OURS

    def test_a_pull_request_where_it_is_asked_for(self, server, client):
        repository = server.create("user/model", CARD)
        wishes = CommitOptions(WISHES.agree, WISHES.describe, propose=True)
        assert edit(client, "user/model", wishes).written.url == f"{server.url}/user/model/discussions/1"
        assert repository.readme == CARD


class TestAHeadThatMoves:
    def test_the_newer_text_is_kept(self, server, client):
        repository = server.create("user/model", CARD)
        server.faults.add("moved", "/commit/", move=lambda: repository.edit("user", lambda text: text + "newer\n"))
        edit(client, "user/model")
        assert repository.readme == OURS + "newer\n"

    def test_a_change_that_is_the_same_is_not_asked_about_again(self, server, client):
        repository = server.create("user/model", CARD)
        server.faults.add("moved", "/commit/", move=lambda: repository.edit("user", lambda text: text + "newer\n"))
        asked = []
        edit(client, "user/model", CommitOptions(lambda *texts: not asked.append(texts), WISHES.describe))
        assert len(asked) == 1

    def test_the_author_wrote_a_figure_of_their_own_meanwhile(self, server, client):
        repository = server.create("user/model", CARD)
        theirs = CARD.replace("mit\n", "mit\nco2_eq_emissions: 99\n")
        server.faults.add("moved", "/commit/", move=lambda: repository.edit("user", lambda _: theirs))
        with pytest.raises(CardError, match="user/model:3:"):
            edit(client, "user/model")
        assert repository.readme == theirs

    def test_a_robot_that_never_stops(self, server, client):
        repository = server.create("user/model", CARD)
        server.faults.add(
            "moved", "/commit/", times=99, move=lambda: repository.edit("robot", lambda text: text + "again\n")
        )
        with pytest.raises(HubError, match="somebody else wrote to it at the same time"):
            edit(client, "user/model")
        assert "co2_eq" not in repository.readme

    def test_two_writers_at_once_both_survive(self, server, client):
        repository = server.create("user/model", CARD)
        added = [f"<!-- {number} -->\n" for number in range(8)]

        def write(line: str) -> None:
            edit_card(client, Address("user/model"), lambda text: text if line in text else text + line, WISHES)

        writers = [threading.Thread(target=write, args=(line,)) for line in added]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        assert sorted(repository.readme.removeprefix(CARD).splitlines(keepends=True)) == added
        assert len(repository.commits) == 2 + len(added)


class TestFaults:
    @pytest.mark.parametrize("kind", ["429", "500", "503", "html", "cut", "short", "drop", "drip"])
    @pytest.mark.parametrize(
        "pattern",
        ["whoami", "/revision/main", "/resolve/", "resolve-cache", "validate-yaml", "/preupload/", "/commit/"],
    )
    def test_it_is_asked_again(self, server, client, kind, pattern):
        repository = server.create("user/model", CARD)
        server.faults.add(kind, pattern)
        edit(client, "user/model")
        assert repository.readme == OURS
        assert len(repository.commits) == 3
        assert server.faults.happened[0][0] == kind

    def test_a_commit_whose_answer_is_lost_is_made_once(self, server, client):
        repository = server.create("user/model", CARD)
        server.faults.add("lost", "/commit/")
        assert edit(client, "user/model").written.sha == repository.commits[-1].oid
        assert len(repository.commits) == 3

    def test_a_commit_whose_answer_is_lost_does_not_undo_a_newer_one(self, server, client):
        repository = server.create("user/model", CARD)
        since = OURS.replace("12.5", "99")
        server.faults.add("lost", "/commit/")
        server.faults.add("moved", "/commits/main", move=lambda: repository.edit("user", lambda _: since))
        outcome = edit_card(
            client, Address("user/model"), lambda text: patch_card(text, RECORD, overwrite=True), WISHES
        )
        assert outcome.written.sha == repository.commits[-2].oid
        assert (outcome.before, outcome.after) == (CARD, OURS)
        assert repository.readme == since

    def test_a_pull_request_whose_answer_is_lost_is_opened_once(self, server, client):
        repository = server.create("other/model", CARD)
        server.faults.add("lost", "/commit/")
        assert edit(client, "other/model").written.url == f"{server.url}/other/model/discussions/1"
        assert len(repository.pull_requests) == 1
        assert len(contribution_policy.opened(datetime.now(UTC))) == 1

    def test_it_waits_as_long_as_the_headers_say(self, server, client, waits):
        server.create("user/model", CARD)
        quota = {"RateLimit": '"api";r=0;t=55', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
        server.faults.add("429", "/revision/", headers=quota)
        server.faults.add("503", "/commit/", headers={"Retry-After": "7"})
        edit(client, "user/model")
        assert waits == [56.0, 7.0]

    def test_it_does_not_wait_for_ever(self, server, client, waits):
        repository = server.create("user/model", CARD)
        server.faults.add("503", "/commit/", times=999)
        with pytest.raises(HubError, match=r"^user/model: the Hub answered 503 .* could not be seen"):
            edit(client, "user/model")
        assert sum(waits) <= 330
        assert repository.readme == CARD

    def test_the_bytes_are_those_that_the_commit_names(self, server, client, waits):
        """A whole answer with the wrong content, from a proxy that mixes things up, is no card."""
        repository = server.create("user/model", CARD)
        server.faults.add("html", "resolve-cache", times=3)
        assert client.read(Address("user/model")).text == CARD
        assert len(waits) == 3
        assert repository.readme == CARD

    @pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html; charset=utf-8"])
    @pytest.mark.parametrize("name", ["user/model", "other/model"])
    def test_another_answer_where_the_card_should_be_never_takes_its_place(self, server, client, kind, name):
        """Even one that no id tells from a card: the Hub says which card it has before a new one is sent."""
        repository = server.create(name, CARD)
        server.faults.add("odd", "resolve-cache", data=b"{}", headers={"Content-Type": kind})
        edit(client, name)
        branch = "main" if name == "user/model" else "refs/pr/1"
        assert [commit.files["README.md"].decode() for commit in repository.branches[branch][-2:]] == [CARD, OURS]

    def test_a_server_that_never_gives_the_card(self, server, client):
        repository = server.create("user/model", CARD)
        server.faults.add("odd", "resolve-cache", times=999, data=b"{}", headers={"Content-Type": "text/plain"})
        with pytest.raises(HubError, match="the Hub has another card by now than was read"):
            edit(client, "user/model")
        assert repository.readme == CARD


class TestCtrlC:
    def interrupt(self, server: Server, kind: str, **more) -> None:
        server.faults.add(kind, "/commit/", move=lambda: os.kill(os.getpid(), signal.SIGINT), **more)

    def test_during_the_commit_it_is_known_that_it_was_made(self, server, client):
        repository = server.create("user/model", CARD)
        self.interrupt(server, "moved")
        outcome = edit(client, "user/model")
        assert outcome.interrupted
        assert outcome.written.sha == repository.commits[-1].oid
        assert repository.readme == OURS

    def test_a_lost_answer_is_looked_for(self, server, client):
        repository = server.create("user/model", CARD)
        self.interrupt(server, "lost")
        outcome = edit(client, "user/model")
        assert outcome.interrupted
        assert outcome.written.sha == repository.commits[-1].oid

    @pytest.mark.parametrize("name", ["user/model", "other/model"])
    def test_while_it_waits_after_a_lost_answer(self, server, name):
        """What became of the commit is looked for, and said."""
        repository = server.create(name, CARD)
        server.faults.add("lost", "/commit/")

        def wait(_: float) -> None:
            os.kill(os.getpid(), signal.SIGINT)

        outcome = edit(Hub(TOKEN, server.url, lambda: RetryBudget(sleep=wait)), name)
        assert outcome.interrupted
        assert outcome.written.proposal is (name == "other/model")
        assert OURS in [commit.files["README.md"].decode() for commit in repository.branches["main"][1:]] or (
            repository.find("refs/pr/1").files["README.md"].decode() == OURS
        )

    def test_while_it_waits_and_nothing_can_be_seen(self, server):
        repository = server.create("user/model", CARD)
        server.faults.add("lost", "/commit/")
        server.faults.add("503", "/commits/", times=99)

        def wait(_: float) -> None:
            os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(KeyboardInterrupt, match="user/model: whether the last commit was made could not be seen"):
            edit(Hub(TOKEN, server.url, lambda: RetryBudget(sleep=wait)), "user/model")
        assert repository.readme == OURS

    def test_while_it_waits_for_a_quota_nothing_was_written(self, server):
        repository = server.create("user/model", CARD)
        server.faults.add("429", "/commit/", times=99)

        def wait(_: float) -> None:
            os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(KeyboardInterrupt) as caught:
            edit(Hub(TOKEN, server.url, lambda: RetryBudget(sleep=wait)), "user/model")
        assert str(caught.value) == ""
        assert repository.readme == CARD

    def test_before_the_commit_nothing_is_written(self, server, client):
        repository = server.create("user/model", CARD)

        def agree(*_: object) -> bool:
            os.kill(os.getpid(), signal.SIGINT)
            return True

        with pytest.raises(KeyboardInterrupt):
            edit(client, "user/model", CommitOptions(agree, WISHES.describe))
        assert repository.readme == CARD


class TestStrangers:
    def test_a_pull_request_by_default(self, server, client):
        repository = server.create("other/model", CARD)
        outcome = edit(client, "other/model")
        opened = repository.pull_requests[0]
        assert (opened.title, opened.description, opened.author) == (TITLE, "a description", "user")
        assert outcome.written.url == f"{server.url}/other/model/discussions/1"
        assert repository.find("refs/pr/1").files["README.md"].decode() == OURS
        assert repository.readme == CARD

    def test_an_open_one_of_ours_is_updated_on_its_own_ref(self, server, client):
        repository = server.create("other/model", CARD)
        edit(client, "other/model")
        repository.edit("other", lambda text: text + "newer on main\n")
        repository.edit("other", lambda text: text + "by the owner\n", branch="refs/pr/1")
        outcome = edit_card(client, Address("other/model"), newer, WISHES)
        assert outcome.written.url == f"{server.url}/other/model/discussions/1"
        assert len(repository.pull_requests) == 1
        expected = OURS.replace("12.5", "13") + "by the owner\n"
        assert repository.find("refs/pr/1").files["README.md"].decode() == expected

    def test_one_of_somebody_else_is_left_alone(self, server, client):
        repository = server.create("other/model", CARD)
        repository.open_pull_request(TITLE, "", "third", repository.commits[-1])
        edit(client, "other/model")
        assert [one.author for one in repository.pull_requests] == ["third", "user"]

    def test_a_closed_one_is_a_no(self, server, client):
        repository = server.create("other/model", CARD)
        edit(client, "other/model")
        repository.pull_requests[0].status = "closed"
        with pytest.raises(HubError, match="the owner closed our pull request #1"):
            edit(client, "other/model")
        assert len(repository.pull_requests) == 1

    def test_a_merged_one_is_no_no(self, server, client):
        repository = server.create("other/model", CARD)
        edit(client, "other/model")
        repository.pull_requests[0].status = "merged"
        assert edit(client, "other/model").written.url.endswith("/discussions/2")

    def test_a_card_that_says_no(self, server, client):
        repository = server.create("other/model", CARD + "<!-- hf-emissions: no pull requests -->\n")
        with pytest.raises(HubError, match="other/model: the card asks for no pull requests"):
            edit(client, "other/model")
        assert repository.pull_requests == []

    @pytest.mark.parametrize("line", ["Other", "other/model  # asked in issue 7"])
    def test_an_account_that_said_no(self, server, client, line):
        repository = server.create("other/model", CARD)
        contribution_policy.folder().mkdir(parents=True)
        (contribution_policy.folder() / "no_pull_requests.txt").write_text(f"# a comment\n{line}\n")
        with pytest.raises(HubError, match="other asked for no pull requests"):
            edit(client, "other/model")
        assert repository.pull_requests == []

    def test_the_bound_of_a_day(self, server, client):
        for number in range(contribution_policy.MOST_A_DAY + 1):
            server.create(f"other/model-{number}", CARD)
        for number in range(contribution_policy.MOST_A_DAY):
            edit(client, f"other/model-{number}")
        with pytest.raises(HubError, match="10 pull requests to others were opened within a day"):
            edit(client, f"other/model-{contribution_policy.MOST_A_DAY}")
        assert server.repository(f"other/model-{contribution_policy.MOST_A_DAY}").pull_requests == []


class TestRefused:
    def test_no_readme(self, server, client):
        server.create("user/model")
        with pytest.raises(HubError, match=r"^user/model: there is no README.md in this repository"):
            edit(client, "user/model")

    def test_no_repository(self, client):
        with pytest.raises(HubError, match=r"^user/nothing: there is no such model, or it is private"):
            edit(client, "user/nothing")

    def test_a_private_one_of_somebody_else(self, server, client):
        server.create("other/secret", CARD, private=True)
        with pytest.raises(HubError, match=r"^other/secret: there is no such model, or it is private"):
            edit(client, "other/secret")

    def test_a_gated_one(self, server, client):
        server.create("other/gated", CARD, gated="auto")
        with pytest.raises(HubError, match=r"^other/gated: the repository is gated"):
            edit(client, "other/gated")

    def test_a_commit_is_nothing_to_write_to(self, server, client):
        repository = server.create("user/model", CARD)
        asked = []
        wishes = CommitOptions(lambda *texts: not asked.append(texts), WISHES.describe)
        with pytest.raises(HubError, match="a commit cannot be written to; name a branch or refs/pr/N"):
            edit_card(client, Address("user/model", repository.commits[-1].oid), change, wishes)
        assert asked == []

    @pytest.mark.parametrize(("name", "propose"), [("user/model", True), ("other/model", None)])
    def test_a_pull_request_against_another_branch(self, server, client, name, propose):
        repository = server.create(name, CARD)
        repository.branches["dev"] = list(repository.commits)
        wishes = CommitOptions(WISHES.agree, WISHES.describe, propose=propose)
        with pytest.raises(HubError, match="a pull request is opened against main; leave @dev out"):
            edit_card(client, Address(name, "dev"), change, wishes)
        assert repository.pull_requests == []
        assert repository.find("dev").files["README.md"].decode() == CARD

    @pytest.mark.parametrize("answer", [{}, [], None, "x", {"name": 3}])
    def test_an_account_that_is_none(self, server, client, answer):
        server.create("user/model", CARD)
        server.faults.add("odd", "whoami", times=99, data=json.dumps(answer).encode())
        with pytest.raises(HubError, match=r"^the Hub: "):
            edit(client, "user/model")

    def test_no_such_revision(self, server, client):
        server.create("user/model", CARD)
        with pytest.raises(HubError, match=r"^hf://user/model@v9: there is no such revision"):
            edit_card(client, Address("user/model", "v9"), change, WISHES)

    def test_a_token_that_is_not_known(self, server):
        server.create("user/model", CARD)
        with pytest.raises(HubError, match="the Hub does not know the token") as caught:
            edit(Hub("hf_secretsecret", server.url), "user/model")
        assert "secret" not in str(caught.value)

    def test_a_token_that_may_only_read(self, server):
        repository = server.create("user/model", CARD)
        server.add_user("user", "hf_reader", role="read")
        with pytest.raises(HubError, match=r"^user/model: the token of user may only read"):
            edit(Hub("hf_reader", server.url), "user/model")
        assert repository.readme == CARD

    def test_a_card_that_the_hub_refuses(self, server, client):
        repository = server.create("user/model", CARD)
        server.validate = lambda content: ['"license" must be one of [...]']
        with pytest.raises(HubError, match=r'^user/model: the Hub refuses this card, mend it first: .*"license" must'):
            edit(client, "user/model")
        assert repository.readme == CARD

    def test_bytes_that_are_not_utf8(self, server, client):
        server.create("user/model", b"---\nlicense: \xff\n---\n")
        with pytest.raises(CardError, match=r"^user/model:2:10: the bytes are not UTF-8"):
            edit(client, "user/model")
