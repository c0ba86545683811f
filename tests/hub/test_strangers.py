"""The repositories of others: one pull request, within its bound, and a no that is heard wherever it is said."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hub.editing import CARD, OURS, WISHES, change, edit, newer
from hub.server import TOKEN

from hf_emissions.errors import HubError
from hf_emissions.hub import contribution_policy
from hf_emissions.hub.address import Address
from hf_emissions.hub.client import Hub
from hf_emissions.hub.edit import CommitOptions, edit_card
from hf_emissions.hub.proposals import TITLE

NO = "<!-- hf-emissions: no pull requests -->\n"


class TestNeverASecondOne:
    def test_several_at_once(self, server):
        """Each with a client of its own, as processes have."""
        repository = server.create("other/model", CARD)
        failed = []

        def propose() -> None:
            try:
                edit(Hub(TOKEN, server.url), "other/model")
            except HubError as error:
                failed.append(error)

        threads = [threading.Thread(target=propose) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
        assert failed == []
        assert len(repository.pull_requests) == 1

    def test_one_that_arrives_late(self, server, client):
        """Its answer was lost, and the Hub opened it after we had looked and sent it again: ours is closed."""
        repository = server.create("other/model", CARD)

        def late() -> None:
            opened = repository.open_pull_request(TITLE, "", "user", repository.commits[-1])
            repository.push("user", branch=opened.branch, README=OURS)

        server.faults.add("500", "/commit/")
        server.faults.add("moved", "/commit/", move=late)
        outcome = edit(client, "other/model")
        assert [one.status for one in repository.pull_requests] == ["open", "closed"]
        assert repository.pull_requests[1].comments == ["The same as #1, which came first."]
        assert outcome.proposed_in.endswith("/other/model/discussions/1")
        # What we closed ourselves is no owner's no, also when the first one is merged.
        repository.pull_requests[0].status = "merged"
        assert edit(client, "other/model").written.url.endswith("/discussions/3")

    def test_one_whose_title_was_changed(self, server, client):
        repository = server.create("other/model", CARD)
        edit(client, "other/model")
        repository.pull_requests[0].title = "CO2"
        assert edit_card(client, Address("other/model"), newer, WISHES).written.url.endswith("/discussions/1")
        repository.pull_requests[0].status = "closed"
        with pytest.raises(HubError, match="the owner closed our pull request #1"):
            edit(client, "other/model")
        assert len(repository.pull_requests) == 1

    def test_a_new_figure_is_said_where_the_old_one_was(self, server, client):
        repository = server.create("other/model", CARD)
        edit(client, "other/model")
        edit_card(client, Address("other/model"), newer, CommitOptions(WISHES.agree, lambda *_: (TITLE, "13 g now")))
        assert repository.pull_requests[0].comments == ["13 g now"]

    def test_what_is_proposed_already(self, server, client):
        server.create("other/model", CARD)
        edit(client, "other/model")
        outcome = edit(client, "other/model")
        assert (outcome.written, outcome.proposed_in) == (None, f"{server.url}/other/model/discussions/1")


class TestANo:
    def test_in_the_card_of_main_while_ours_is_open(self, server, client):
        repository = server.create("other/model", CARD)
        edit(client, "other/model")
        repository.edit("other", lambda text: text + NO)
        with pytest.raises(HubError, match="the card asks for no pull requests"):
            edit_card(client, Address("other/model"), newer, WISHES)
        assert repository.find("refs/pr/1").files["README.md"].decode() == OURS

    def test_of_the_owner_that_a_repository_was_given_to(self, server, client):
        repository = server.create("other/model", CARD)
        server.renamed = {"older/model": "other/model", "user/gone": "other/model"}
        contribution_policy.folder().mkdir(parents=True)
        (contribution_policy.folder() / "no_pull_requests.txt").write_text("other\n")
        for name in ("older/model", "user/gone"):
            with pytest.raises(HubError, match="other asked for no pull requests"):
                edit(client, name)
        assert repository.pull_requests == []
        assert repository.readme == CARD


class TestWhose:
    def test_a_renamed_one_of_ours_is_ours(self, server, client):
        repository = server.create("user/new", CARD)
        server.renamed = {"user/old": "user/new"}
        assert not edit(client, "user/old").written.proposal
        assert repository.readme == OURS

    @pytest.mark.parametrize(
        ("role", "proposal"), [("admin", False), ("write", False), ("contributor", True), ("read", True)]
    )
    def test_by_the_role_in_an_organization(self, server, client, role, proposal):
        server.users[TOKEN].orgs.append("lab")
        server.users[TOKEN].roles["lab"] = role
        server.create("lab/model", CARD)
        assert edit(client, "lab/model").written.proposal is proposal

    def test_the_name_in_other_letters(self, server, client):
        server.create("user/model", CARD)
        server.renamed = {"User/Model": "user/model"}
        assert not edit(client, "User/Model").written.proposal


class TestTheBoundOfADay:
    def test_several_at_once_keep_it(self, server):
        for _ in range(contribution_policy.MOST_A_DAY - 1):
            contribution_policy.count(Address("other/before"))
        for number in range(4):
            server.create(f"other/model-{number}", CARD)
        refused = []

        def propose(number: int) -> None:
            try:
                edit(Hub(TOKEN, server.url), f"other/model-{number}")
            except HubError as error:
                refused.append(str(error))

        threads = [threading.Thread(target=propose, args=(number,)) for number in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
        assert sum(len(one.pull_requests) for one in server.repositories.values()) == 1
        assert len(refused) == 3

    def test_it_is_said_before_anybody_is_asked(self, server, client):
        for _ in range(contribution_policy.MOST_A_DAY):
            contribution_policy.count(Address("other/before"))
        server.create("other/model", CARD)
        asked = []
        with pytest.raises(HubError, match="which is the bound"):
            edit(client, "other/model", CommitOptions(lambda *texts: not asked.append(texts), WISHES.describe))
        assert asked == []

    def test_what_is_refused_does_not_count(self, server, client):
        server.create("other/model", CARD)
        server.validate = lambda content: ["no"]
        with pytest.raises(HubError, match="refuses this card"):
            edit(client, "other/model")
        assert contribution_policy.opened(datetime.now(UTC)) == []

    def test_a_line_that_was_cut_off_swallows_none(self):
        contribution_policy.count(Address("other/a"))
        path = contribution_policy.folder() / "pull_requests.jsonl"
        path.write_bytes(path.read_bytes() + b'{"time": "2026-')
        contribution_policy.count(Address("other/b"))
        assert len(contribution_policy.opened(datetime.now(UTC))) == 2

    def test_nothing_is_opened_that_cannot_be_counted(self, server, client):
        repository = server.create("other/model", CARD)
        (contribution_policy.folder() / "pull_requests.jsonl").mkdir(parents=True)
        with pytest.raises(OSError, match=r"pull_requests\.jsonl"):
            edit_card(client, Address("other/model"), change, WISHES)
        assert repository.pull_requests == []
