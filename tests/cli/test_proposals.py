"""Pull requests to others: what they say, and what is never in one."""

from __future__ import annotations

import pytest

CARD = "---\nlicense: mit\n---\n# A model\n"
BLOCK = "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon 3.3.2\n"
OURS = CARD.replace("mit\n", f"mit\n{BLOCK}")
FIGURE = ["--emissions", "12.5 g", "--source", "CodeCarbon 3.3.2"]
NOTHING_ELSE = "Nothing else of the card is changed."


def described(server, name: str = "other/model") -> str:
    (opened,) = server.repository(name).pull_requests
    return opened.description


class TestWhatItSays:
    def test_a_new_block(self, hub_run, server):
        server.create("other/model", CARD)
        hub_run("add", "other/model", *FIGURE, "--yes")
        assert described(server).startswith(
            "Writes the training emissions of this model, 12.5 g CO2eq, into the `co2_eq_emissions` block of the model"
            f" card. {NOTHING_ELSE}\n\n**How the figure came about**\n- source: CodeCarbon 3.3.2\n"
        )

    def test_a_new_block_with_its_section(self, hub_run, server):
        server.create("other/model", CARD)
        hub_run("add", "other/model", *FIGURE, "--yes", "--section")
        assert f'card. Writes the section "Environmental Impact" of the card. {NOTHING_ELSE}' in described(server)

    def test_a_section_for_a_block_that_is_there(self, hub_run, server):
        server.create("other/model", OURS)
        hub_run("add", "other/model", *FIGURE, "--yes", "--section")
        assert described(server).startswith(f'Writes the section "Environmental Impact" of the card. {NOTHING_ELSE}\n')

    def test_another_figure(self, hub_run, server):
        server.create("other/model", OURS)
        hub_run("add", "other/model", "--emissions", "13 g", "--source", "CodeCarbon 3.3.2", "--overwrite", "--yes")
        assert described(server).startswith(
            "Changes the training emissions in the `co2_eq_emissions` block of the model card from 12.5 g to 13 g "
        )

    def test_more_fields(self, hub_run, server):
        server.create("other/model", OURS)
        hub_run("add", "other/model", *FIGURE, "--yes", "--location", "Paris, France", "--hardware", "1 x NVIDIA A100")
        assert described(server).startswith(
            "Completes the `co2_eq_emissions` block of the model card: place, hardware. Its figure stays 12.5 g CO2eq."
        )

    def test_a_repair_says_why_and_advises_nothing(self, hub_run, server):
        card = CARD.replace("mit\n", 'mit\nco2_eq_emissions:\n  emissions: "0.25 kg"\n  source: CodeCarbon 3.3.2\n')
        repository = server.create("other/model", card)
        hub_run("check", "other/model", "--fix", "--unsafe-fixes", "--yes", code=1)
        assert "  emissions: 250\n" in repository.find("refs/pr/1").files["README.md"].decode()
        said = described(server)
        assert said.startswith(
            "Mends how the `co2_eq_emissions` block of the model card is written. Its figure is 250 g"
        )
        assert "**Why**\n- line 4: " in said
        assert "mend it with" not in said

    def test_a_safe_repair_names_what_it_mends_alone(self, hub_run, server):
        card = CARD.replace(
            "mit\n",
            'mit\nco2_eq_emissions:\n  emissions: "0.25 kg"\n  source: CodeCarbon\n  training_type: finetuning\n',
        )
        server.create("other/model", card)
        hub_run("check", "other/model", "--fix", "--yes", code=1)
        said = described(server)
        assert said.startswith(
            "Completes the `co2_eq_emissions` block of the model card: training. Its figure stays 250"
        )
        assert "unit-in-value" not in said

    def test_a_new_figure_on_our_open_one(self, hub_run, server):
        repository = server.create("other/model", CARD)
        hub_run("add", "other/model", *FIGURE, "--yes")
        hub_run("add", "other/model", "--emissions", "56 g", "--source", "CodeCarbon 3.3.2", "--overwrite", "--yes")
        (opened,) = repository.pull_requests
        assert opened.comments[0].startswith("Changes the training emissions in the `co2_eq_emissions` block")
        assert "from 12.5 g to 56 g CO2eq" in opened.comments[0]
        again = hub_run("add", "other/model", "--emissions", "56 g", "--source", "CodeCarbon 3.3.2", "--yes")
        assert again.err == f"other/model: proposed already in {server.url}/other/model/discussions/1\n"


class TestWhatIsNeverInOne:
    @pytest.mark.parametrize(
        "source",
        [
            "estimate",
            "a rough guess",
            "estimated with hf-emissions 0.1",
            "ML CO2 Impact calculator",
            "Green Algorithms v3.0",
            "Machine Learning Impact calculator, Lacoste et al. 2019",
            "approximated from the hours",
        ],
    )
    def test_an_estimate_by_whatever_name(self, hub_run, server, source):
        repository = server.create("other/model", CARD)
        result = hub_run("add", "other/model", "--emissions", "3 g", "--source", source, "--yes", code=2)
        assert "an estimate is never proposed to others" in result.err
        assert repository.pull_requests == []

    def test_a_new_section_of_an_estimate(self, hub_run, server):
        own = server.create("user/model", CARD)
        energy = ["estimate", "--energy", "3 kWh", "--country", "DEU", "--section"]
        hub_run(*energy, "--into", "user/model", "--yes")
        repository = server.create("other/model", own.readme)
        result = hub_run(*energy, "--equivalents", "--into", "other/model", "--yes", code=2)
        assert "an estimate is never proposed to others" in result.err
        assert repository.pull_requests == []

    def test_removals_in_repositories_that_were_given_away(self, hub_run, server):
        for name in ("other/a", "other/b"):
            server.create(name, OURS)
        server.renamed = {"user/a": "other/a", "user/b": "other/b"}
        result = hub_run("remove", "user/a", "user/b", "--yes", "--create-pr", code=2)
        assert "name repositories of others one at a time" in result.err
        assert not any(one.pull_requests for one in server.repositories.values())

    def test_a_figure_without_its_source_by_the_old_name(self, hub_run, server):
        repository = server.create("other/gone", CARD)
        server.renamed = {"user/gone": "other/gone"}
        result = hub_run("add", "user/gone", "--emissions", "3 g", "--yes", "--create-pr", code=2)
        assert "a figure without its source cannot be checked by others" in result.err
        assert repository.pull_requests == []


def test_the_advice_for_a_branch_can_be_typed(hub_run, server):
    repository = server.create("user/model", CARD)
    repository.branches["dev"] = list(repository.commits)
    advised = hub_run("check", "hf://user/model@dev", code=1).out
    assert "hf-emissions add hf://user/model@dev " in advised
    hub_run("add", "hf://user/model@dev", *FIGURE, "--yes")
    assert repository.find("dev").files["README.md"].decode() == OURS
