"""Whose figure may be replaced by whom, and what stays."""

from __future__ import annotations

import pytest

from hf_emissions.card.patch import patch_card, read_card
from hf_emissions.errors import BlockExistsError, RecordError
from hf_emissions.record import EmissionsRecord

RECORD = EmissionsRecord(emissions_g=12.5, source="CodeCarbon", hardware_used="1 x A100")


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (
            "---\na: 1\nco2_eq_emissions: 13\n---\n",
            "README.md:3:1: the block already says emissions: 13, not 12.5; ",
        ),
        (
            "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: by hand\n---\n",
            "README.md:4:11: the block already says source: by hand, not CodeCarbon; ",
        ),
        (
            "---\nco2_eq_emissions: {emissions: 0.0126 kg}\n---\n",
            "README.md:2:31: the block already says emissions: 0.0126 kg, not 12.5; ",
        ),
        (
            "---\nco2_eq_emissions:\n- hardware_used: [V100, V100]\n---\n",
            "README.md:3:18: the block already says hardware_used: ['V100', 'V100'], not 1 x A100; ",
        ),
        (
            "---\nx: &x {emissions: 3}\nco2_eq_emissions: *x\n---\n",
            "README.md:2:19: the block already says emissions: 3, not 12.5; ",
        ),
    ],
)
def test_what_somebody_else_wrote_is_not_replaced_without_being_asked_to(card, message):
    with pytest.raises(BlockExistsError) as caught:
        patch_card(card, RECORD)
    assert str(caught.value).startswith(message)
    assert "--overwrite" in str(caught.value)


def test_on_request_it_is_replaced_and_what_the_record_does_not_know_stays():
    before = (
        "---\n"
        "co2_eq_emissions: # of the training\n"
        "  emissions: 13 # g\n"
        "  # who says so\n"
        "  source: |\n"
        "    by\n"
        "    hand\n"
        "\n"
        "  training_type: fine-tuning\n"
        "  hardware_used:\n"
        "  - V100\n"
        "  - V100 # the second\n"
        "  note: {nested: [1, 2]}\n"
        "license: mit\n"
        "---\n"
    )
    after = (
        "---\n"
        "co2_eq_emissions: # of the training\n"
        "  emissions: 12.5 # g\n"
        "  # who says so\n"
        "  source: CodeCarbon\n"
        "\n"
        "  training_type: fine-tuning\n"
        "  hardware_used: 1 x A100 # the second\n"
        "  note: {nested: [1, 2]}\n"
        "license: mit\n"
        "---\n"
    )
    assert patch_card(before, RECORD, overwrite=True) == after
    assert patch_card(after, RECORD, overwrite=True) == after


@pytest.mark.parametrize(
    ("block", "replaced"),
    [
        ("co2_eq_emissions: See Table 3\n", "co2_eq_emissions:\n  emissions: 12.5\n"),
        ("co2_eq_emissions: 12:30\n", "co2_eq_emissions:\n  emissions: 12.5\n"),
        ("co2_eq_emissions: |\n  13\n  14\n# next\n", "co2_eq_emissions:\n  emissions: 12.5\n# next\n"),
        ("co2_eq_emissions: {emissions, note: a}\n", "co2_eq_emissions: {emissions: 12.5, note: a}\n"),
        ("co2_eq_emissions: {'emissions':13,note: a}\n", "co2_eq_emissions: {'emissions': 12.5,note: a}\n"),
        ("co2_eq_emissions: {? emissions : 13}\n", "co2_eq_emissions: {? emissions : 12.5}\n"),
        (
            "co2_eq_emissions:\n  ? emissions\n  : 13 # g\n  note: a\n",
            "co2_eq_emissions:\n  emissions: 12.5\n  note: a\n",
        ),
        ("co2_eq_emissions: !!map\n  emissions: &a 13\n", "co2_eq_emissions: !!map\n  emissions: 12.5\n"),
        (
            "co2_eq_emissions:\n- emissions: 13\n- note: a\n- source: x\n",
            "co2_eq_emissions:\n  emissions: 12.5\n  source: x\n  note: a\n",
        ),
        ("co2_eq_emissions: [emissions: 13]\n", "co2_eq_emissions:\n  emissions: 12.5\n"),
        ("co2_eq_emissions:\n  source: a\n", "co2_eq_emissions:\n  source: a\n  emissions: 12.5\n"),
    ],
)
def test_every_form_of_a_block_can_be_overwritten(block, replaced):
    record = EmissionsRecord(emissions_g=12.5)
    after = patch_card(f"---\na: 1\n{block}b: 2\n---\n", record, overwrite=True)
    assert after == f"---\na: 1\n{replaced}b: 2\n---\n"
    assert read_card(after).emissions_g == 12.5
    assert patch_card(after, record) == after


def test_empty_fields_are_filled_without_being_asked_to():
    before = "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: ''\n  hardware_used: ~\n  note: mine\n---\n"
    after = (
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n"
        "  hardware_used: 1 x A100\n  note: mine\n---\n"
    )
    assert patch_card(before, RECORD) == after


def test_a_block_that_already_says_so_in_other_words_is_not_somebody_elses():
    before = "---\nco2_eq_emissions: {emissions: 0.0125 kg, hours_used: 90 min, energy_consumed: 3.6 MJ}\n---\n"
    record = EmissionsRecord(emissions_g=12.5, duration_s=5400, energy_kwh=1)
    assert patch_card(before, record) == (
        "---\nco2_eq_emissions: {emissions: 12.5, hours_used: 1.5, energy_consumed: 1}\n---\n"
    )


def test_an_estimate_of_ours_is_replaced_without_being_asked_to():
    before = (
        "---\nco2_eq_emissions:\n  emissions: 99\n  source: Estimated with hf-emissions 0.1.0, tier B\n"
        "  hardware_used: 8 x V100\n  note: mine\n---\n"
    )
    after = (
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n"
        "  hardware_used: 1 x A100\n  note: mine\n---\n"
    )
    assert patch_card(before, RECORD) == after


@pytest.mark.parametrize(
    "source", ["Estimated by hand", "estimated with hf-emissions", "Not Estimated with hf-emissions", "MLCO2"]
)
def test_an_estimate_of_somebody_else_is_not(source):
    card = f"---\nco2_eq_emissions:\n  emissions: 99\n  source: {source}\n---\n"
    with pytest.raises(BlockExistsError):
        patch_card(card, RECORD)


@pytest.mark.parametrize("source", [None, "CodeCarbon"])
def test_an_estimate_that_does_not_say_so_is_not_written(source):
    record = EmissionsRecord(emissions_g=12.5, source=source, method="estimated")
    for overwrite in (False, True):
        with pytest.raises(RecordError, match="an estimate is never written unlabelled"):
            patch_card("", record, overwrite=overwrite)
    labelled = record.replace(source="Estimated with hf-emissions 0.1.0, tier A")
    assert "source: Estimated with hf-emissions 0.1.0, tier A\n" in patch_card("", labelled)


def test_a_record_without_grams_is_not_written():
    with pytest.raises(RecordError, match="a block needs grams"):
        patch_card("", EmissionsRecord(energy_kwh=1.0))


def test_a_field_that_is_kept_keeps_its_type():
    before = "---\nco2_eq_emissions:\n- emissions: 12.5\n- id: '007'\n- on_cloud: true\n- day: 2020-01-01\n---\n"
    assert patch_card(before, EmissionsRecord(emissions_g=12.5, source="CodeCarbon")) in {
        f"---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n  on_cloud: true\n  id: {id_}\n"
        "  day: 2020-01-01\n---\n"
        for id_ in ("'007'", '"007"')
    }


def test_a_field_of_several_values_is_not_lost_with_the_list_around_it():
    card = "---\nco2_eq_emissions:\n- emissions: 12.5\n- notes: [a, b]\n---\n"
    with pytest.raises(ValueError, match=r"README\.md:4:10: notes holds several values"):
        patch_card(card, RECORD)


@pytest.mark.parametrize(
    ("block", "comments"),
    [
        ("co2_eq_emissions: # one\n  # two\n  13 # three\n", ["# one", "# two", "# three"]),
        (
            "co2_eq_emissions:\n  # one\n  - emissions: 13 # two\n  # three\n  - note: a # four\n",
            ["# one", "# two", "# four"],
        ),
    ],
)
def test_comments_of_a_block_that_is_written_anew_stay(block, comments):
    after = patch_card(f"---\n{block}---\n", RECORD, overwrite=True)
    assert [comment for comment in comments if comment not in after] == []
