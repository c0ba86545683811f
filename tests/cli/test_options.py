"""Options that are given twice: none is dropped without a word."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["audit", "--cards", "a", "--cards", "b"], "--cards"),
        (["audit", "--author", "a", "--author=b"], "--author"),
        (["audit", "--cards", "a", "--limit", "1", "--limit", "2"], "--limit"),
        (["add", "README.md", "--emissions", "1 g", "--emissions", "2 g"], "--emissions"),
        (["estimate", "--hardware", "A100", "--hours", "1", "--hours", "2"], "--hours"),
        (["import", "emissions.csv", "--run", "a", "--run", "b"], "--run"),
        (["runs", "out", "--country", "DEU", "--country", "FRA"], "--country"),
    ],
)
def test_one_value_is_given_once(run, arguments, option):
    assert run(*arguments, code=2).err.splitlines()[-1] == (
        f"Error: {option} is given 2 times, and takes one value; give it once"
    )


def test_a_format_may_be_given_again_and_the_last_counts(run, write, card_with_block):
    write("README.md", card_with_block)
    assert run("show", "README.md", "--format", "json", "--format", "human").out.startswith("README.md: 12.5 g CO2eq")


def test_what_takes_many_values_takes_them_and_a_flag_says_the_same_twice(run, write, card_with_block):
    write("README.md", card_with_block)
    selected = ["--select", "missing-source", "--select", "missing-emissions"]
    run("check", "README.md", *selected)
    run("remove", "README.md", "--dry-run", "--dry-run")
