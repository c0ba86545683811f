"""The rules about presence: a figure that is missing, can be estimated, or stands where nobody looks."""

from __future__ import annotations

import pytest
import yaml

from hf_emissions import check_card, read_card
from hf_emissions.facts.facts import Facts
from hf_emissions.rules.estimable_emissions import basis
from hf_emissions.rules.fix import apply_fixes

PRESENCE = [
    *("unreadable-front-matter", "duplicate-key", "block-outside-front-matter", "misplaced-keys", "missing-emissions"),
    *("estimable-emissions", "missing-source", "missing-location", "missing-hardware", "unknown-key"),
]
BODY = "\n# A model\n\nText.\n"


def found(text, select=PRESENCE):
    return [finding.rule for finding in check_card(text, select=select)]


def one(text, rule):
    (finding,) = check_card(
        text, select=[each for each in PRESENCE if each[:8] != "missing-" or each[8:] == "emissions"]
    )
    assert finding.rule == rule, finding
    return finding


def mended(text, rule, *, safe):
    finding = one(text, rule)
    assert finding.fix is not None, finding
    assert finding.fix.safe is safe
    after = apply_fixes(text, [finding])
    assert found(after, select=[rule, "missing-emissions", "estimable-emissions"]) == []
    return after


# --- misplaced-keys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", ["", " null", " ~", "   # grams"])
def test_the_indent_of_the_whole_block_was_lost(empty):
    above, lines = f"---\nlicense: mit\nco2_eq_emissions:{empty}\n", ["emissions: 12.5  # g", "source: CodeCarbon"]
    text = above + "".join(f"{line}\n" for line in lines) + f"tags:\n- a\n---\n{BODY}"
    if empty.strip() in ("null", "~"):
        # A word stands where the mapping would begin.
        assert one(text, "misplaced-keys").fix is None
        return
    after = mended(text, "misplaced-keys", safe=True)
    assert after == above + "".join(f"  {line}\n" for line in lines) + f"tags:\n- a\n---\n{BODY}"


def test_the_indent_of_one_line_was_lost():
    text = f"---\nco2_eq_emissions:\n    emissions: 12.5\nhardware_used: >\n  8 x\n  A100\ntags: [a]\n---\n{BODY}"
    after = mended(text, "misplaced-keys", safe=True)
    assert after == text.replace("hardware_used: >\n  8 x\n  A100", "    hardware_used: >\n      8 x\n      A100")
    assert read_card(after).hardware_used == "8 x A100"
    assert "missing-hardware" not in found(text)


def test_the_key_above_is_missing():
    text = f"---\nlicense: mit\nemissions: 12.5\nsource: CodeCarbon\n---\n{BODY}"
    after = mended(text, "misplaced-keys", safe=False)
    assert after == f"---\nlicense: mit\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n{BODY}"


@pytest.mark.parametrize(
    "yaml_",
    [
        "emissions: 12.5\ntags: [a]\nsource: x",
        "{emissions: 12.5, source: x}",
        "co2_eq_emissions:\ntags: [a]\nemissions: 12.5",
        "co2_eq_emissions: {emissions: 1}\nhardware_used: T4",
    ],
)
def test_keys_that_are_for_a_person_to_move(yaml_):
    assert one(f"---\n{yaml_}\n---\n{BODY}", "misplaced-keys").fix is None


@pytest.mark.parametrize("above", ["model-index:\n- name: x\n  co2_eq_emissions: 5", "metadata: {co2_eq_emissions: 5}"])
def test_a_block_below_another_key(above):
    text = f"---\n{above}\n---\n{BODY}"
    finding = one(text, "misplaced-keys")
    assert text.splitlines()[finding.line - 1][finding.column - 1 :].startswith("co2_eq_emissions")


@pytest.mark.parametrize(
    "yaml_",
    [
        "source: x\nlicense: mit",
        "hardware_used: T4",
        "tags:\n- co2_eq_emissions",
        "tags: [emissions, source]",
        "note: co2_eq_emissions are unknown",
        "co2_eq_emissions: {emissions: 1}\ntags: [a]\nsource: x",
    ],
)
def test_keys_that_are_in_their_place(yaml_):
    assert found(f"---\n{yaml_}\n---\n{BODY}", ["misplaced-keys"]) == []


# --- block-outside-front-matter --------------------------------------------------------------------------------------

BLOCK = "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n"


def test_the_front_matter_ends_too_early():
    text = f"---\nlicense: mit\n---\n{BLOCK}---\n{BODY}"
    assert one(text, "block-outside-front-matter").line == 4
    assert mended(text, "block-outside-front-matter", safe=False) == f"---\nlicense: mit\n{BLOCK}---\n{BODY}"


def test_there_is_no_front_matter():
    assert mended(f"{BLOCK}{BODY}", "block-outside-front-matter", safe=False) == f"---\n{BLOCK}---\n{BODY}"
    text = f"# A model\n\n{BLOCK}{BODY}"
    assert mended(text, "block-outside-front-matter", safe=False) == f"---\n{BLOCK}---\n# A model\n\n{BODY}"


def test_the_block_stands_in_the_text():
    text = f"---\nlicense: mit\n---\n# A model\n\nco2_eq_emissions: 12.5\n{BODY}"
    after = mended(text, "block-outside-front-matter", safe=False)
    assert after == f"---\nlicense: mit\nco2_eq_emissions: 12.5\n---\n# A model\n\n{BODY}"


def test_line_ends_stay():
    text = f"---\nlicense: mit\n---\n# A model\n\n{BLOCK}{BODY}".replace("\n", "\r\n")
    after = mended(text, "block-outside-front-matter", safe=False)
    assert after.count("\n") == after.count("\r\n")
    assert yaml.safe_load(after.split("---")[1])["co2_eq_emissions"]["emissions"] == 12.5


def test_a_block_that_cannot_be_read_is_not_moved():
    assert one(f"---\na: 1\n---\n{BLOCK.replace('12.5', 'TBD')}{BODY}", "block-outside-front-matter").fix is None


@pytest.mark.parametrize(
    "body",
    [
        f"```yaml\n---\n{BLOCK}---\n```\n",
        f"~~~\n{BLOCK}~~~\n",
        f"<!--\n{BLOCK}-->\n",
        "".join(f"    {line}\n" for line in BLOCK.splitlines()),
        "The field `co2_eq_emissions:` is in grams.\n",
        "co2_eq_emissions: a field of the front matter.\n",
        "co2_eq_emissions:\n\nText.\n",
        "Write co2_eq_emissions: 5 there.\n",
    ],
)
def test_examples_and_prose_are_no_blocks(body):
    assert found(f"---\nlicense: mit\n---\n# A model\n\n{body}") == ["missing-emissions"]


def test_a_block_in_its_place_makes_the_other_an_example():
    assert "block-outside-front-matter" not in found(f"---\n{BLOCK}---\n{BLOCK}{BODY}")


# --- missing-emissions, estimable-emissions --------------------------------------------------------------------------


def test_a_figure_in_the_text_is_proposed():
    (finding,) = check_card("---\na: 1\n---\n# A model\n\n- **Carbon Emitted:** 0.25 kg\n", select=PRESENCE)
    assert finding.rule == "missing-emissions"
    assert finding.message.endswith(
        'the text gives 250 g on line 6, so that: hf-emissions add README.md --emissions "250 g"'
    )


FACTS = [
    ({}, None, None),
    ({"hardware": "T4"}, None, None),
    ({"hardware": "T4", "wall_hours": 3.0, "reported_g": 5.0}, None, None),
    ({"energy_kwh": 3.5}, "A", "the place"),
    ({"energy_kwh": 3.5, "country_iso3": "DEU"}, "A", None),
    ({"hardware": "T4", "count": 1, "wall_hours": 3.0, "country_iso3": "DEU"}, "B", None),
    (
        {"hardware": "T4", "wall_hours": 3.0, "provider": "gcp", "region": "europe-west4"},
        "B",
        "how many devices there were",
    ),
    ({"hardware": "T4", "device_hours": 3.0, "country_iso3": "DEU"}, "B", None),
    (
        {"hardware": "T4", "count": 8, "hours": 3.0, "country_iso3": "DEU"},
        "B",
        "whether the hours are by the clock or of all devices",
    ),
    ({"hardware": "T4", "train_runtime_s": 3600.0}, "C", "the place"),
    ({"hardware": "T4", "wall_hours": 3.0, "region": "europe-west4"}, "C", "the place"),
    ({"parameters": 7e9, "tokens": 2e12, "hardware": "A100", "country_iso3": "USA"}, "D", "the hours"),
    ({"parameters": 7e9, "tokens": 2e12, "hardware": "A100"}, "E", "the hours"),
    ({"total_flos": 1e18, "country_iso3": "USA"}, "E", "the hardware with its hours"),
    ({"parameters": 7e9, "tokens": 2e12}, "F", "the hardware with its hours"),
    ({"parameters": 7e9}, None, None),
]


@pytest.mark.parametrize(("facts", "tier", "missing"), FACTS)
def test_the_tier_and_what_is_missing(facts, tier, missing):
    allowed = basis(Facts(**facts))
    assert (allowed and allowed.tier, allowed and allowed.missing) == (tier, missing)


def test_what_can_be_estimated_comes_with_its_command():
    text = "---\na: 1\n---\n# A model\n\nTrained on 8 x A100 SXM for 96 hours.\n"
    missing, estimable = check_card(text, select=PRESENCE, name="a model/README.md")
    assert missing.rule == "missing-emissions"
    assert (estimable.rule, estimable.severity, estimable.line) == ("estimable-emissions", "info", 6)
    assert "tier C (the place would narrow it)" in estimable.message
    command = (
        "hf-emissions estimate --hardware 'A100 SXM' --count 8 --hours 96 --country COUNTRY --into 'a model/README.md'"
    )
    assert estimable.message.endswith(command)


def test_a_quantised_copy_has_no_training_of_its_own():
    text = "---\ntags:\n- gguf\nbase_model_relation: quantized\n---\n# A model\n\nTrained on 8 x A100 for 96 hours.\n"
    assert found(text) == ["missing-emissions"]


def test_a_card_with_a_figure_is_not_estimated():
    assert found(f"---\n{BLOCK}---\n\nTrained on 8 x A100 for 96 hours.\n", ["estimable-emissions"]) == []


def test_energy_alone_asks_for_the_figure_and_for_nothing_else():
    text = "---\nco2_eq_emissions:\n  energy_consumed: 1.5\n---\n"
    assert found(text) == ["missing-emissions", "estimable-emissions"]
    assert "tier A" in check_card(text, select=["estimable-emissions"])[0].message
