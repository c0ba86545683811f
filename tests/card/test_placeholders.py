"""The lines of the Hub's template that nobody has filled in: away where our section stands, and back when it goes."""

from __future__ import annotations

import dataclasses

import pytest
from huggingface_hub import ModelCard, ModelCardData
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from hf_emissions import check_card, extract_facts
from hf_emissions.card.placeholders import count_hidden
from hf_emissions.card.section import END, START, put_section, remove_section
from hf_emissions.facts.facts import Facts
from hf_emissions.record import EmissionsRecord

RECORD = EmissionsRecord(emissions_g=0.0712, energy_kwh=1.87e-4, duration_s=24.084, hardware_used="1 x NVIDIA L4")
LABELS = ["Hardware Type", "Hours used", "Cloud Provider", "Compute Region", "Carbon Emitted"]
NEEDED = "[More Information Needed]"
COMMENT = (
    "<!-- Total emissions (in grams of CO2eq) and additional considerations, such as electricity usage, go here. "
    "Edit the suggested text below accordingly -->"
)
SENTENCE = (
    "Carbon emissions can be estimated using the [Machine Learning Impact calculator](https://mlco2.github.io/impact"
    "#compute) presented in [Lacoste et al. (2019)](https://arxiv.org/abs/1910.09700)."
)


def items(*values: str, mark: str = "-") -> str:
    return "\n".join(f"{mark} **{label}:** {value}" for label, value in zip(LABELS, values, strict=False))


def card(*parts: str, heading: str = "## Environmental Impact") -> str:
    return "\n\n".join(["# A model", heading, *parts, "## Citation", "None."]) + "\n"


def shown(text: str) -> str:
    """What a reader sees of a card."""
    html = MarkdownIt("commonmark").render(text)
    return "\n".join(line for line in html.splitlines() if not line.startswith("<!--"))


def outside(text: str) -> str:
    """A card without our section."""
    return text[: text.index(START)] + text[text.index(END) + len(END) :]


def assert_comes_back(text: str, after: str) -> None:
    assert remove_section(after) == text
    assert put_section(after, RECORD) == after
    later = put_section(after, EmissionsRecord(energy_kwh=2.0), notes=("A note.",))
    assert put_section(later, RECORD) == after
    assert remove_section(later) == text


def hub_template() -> str:
    return str(ModelCard.from_template(ModelCardData(license="mit")))


def hub_template_source() -> str:
    with open(ModelCard.default_template_path, encoding="utf-8") as file:  # noqa: PTH123 - the path is a text
        return file.read()


HOURS, CARBON = f"- **Hours used:** {NEEDED}", f"- **Carbon Emitted:** {NEEDED}"
NOT_FILLED_IN = {
    "the Hub's": hub_template(),
    "the Hub's, not rendered": "# A model\n" + hub_template_source().partition("---\n\n")[2],
    "the Hub's, with other line ends": hub_template().replace("\n", "\r\n"),
    "the Hub's of 2022": card(SENTENCE, items(*["More information needed"] * 5), heading="# Environmental Impact"),
    "no comment": card(items(*[NEEDED] * 5)),
    "no sentence": card(COMMENT, items(*[NEEDED] * 5)),
    "nothing behind the labels": card(COMMENT, SENTENCE, items(*[""] * 5)),
    "of each kind": card(SENTENCE, items("", NEEDED, "{{ provider }}", "More information needed.", NEEDED + "  ")),
    "four labels": card(SENTENCE, items(*[NEEDED] * 4)),
    "stars": card(items(*[NEEDED] * 5, mark="*")),
    "no blank lines": f"## Environmental Impact\n{COMMENT}\n{SENTENCE}\n\n{items(*[NEEDED] * 5)}\n## More\n",
    "at the end": f"# A model\n\n## Environmental Impact\n\n{items(*[NEEDED] * 5)}",
    "many blank lines": card("\n\n\n", SENTENCE, "\n\n", items(*[NEEDED] * 5), "\n\n"),
}


@pytest.mark.parametrize("name", NOT_FILLED_IN)
def test_what_nobody_has_filled_in_is_not_seen_beside_our_section(name):
    text = NOT_FILLED_IN[name]
    after = put_section(text, RECORD)
    rest = shown(outside(after))
    for label in LABELS:
        assert f"{label}:" not in rest
    assert "Lacoste" not in rest
    assert "Edit the suggested text" not in rest
    # Our own section is the only one, and is below the heading.
    assert after.count("**Carbon Emitted:** 71.2 mg CO2eq") == 1
    assert after.count("**Carbon Emitted:**") == 1
    assert after.index("nvironmental Impact") < after.index(START)
    assert count_hidden(after) == 1
    assert_comes_back(text, after)


def without_places(facts: Facts) -> Facts:
    trainings = tuple(dataclasses.replace(training, places={}) for training in facts.trainings)
    return dataclasses.replace(facts, trainings=trainings, places={})


@pytest.mark.parametrize("name", NOT_FILLED_IN)
def test_what_is_hidden_is_no_fact_and_breaks_no_rule(name):
    """Programs that read the card see what they would see if it were not there."""
    after = put_section(NOT_FILLED_IN[name], RECORD)
    without = "\n".join(line for line in after.splitlines() if "in place of the template" not in line)
    facts, plain = (without_places(extract_facts(text)) for text in (after, without))
    assert facts == plain
    assert (facts.hours or facts.wall_hours) == pytest.approx(0.00669)
    assert [found.rule for found in check_card(after)] == [found.rule for found in check_card(without)]


def test_what_the_author_has_filled_in_stays_as_it_is():
    text = card(
        SENTENCE,
        "- **Hardware Type:** 8 x NVIDIA A100\n"
        "- **Hours used:** [More Information Needed]\n"
        "- **Cloud Provider:** [More Information Needed]\n"
        "- **Compute Region:** Paris\n"
        "- **Carbon Emitted:** {{ co2_emitted }}",
        "We measured nothing.",
    )
    after = put_section(text, RECORD)
    rest = shown(outside(after))
    for kept in ("Hardware Type:</strong> 8 x NVIDIA A100", "Compute Region:</strong> Paris", "Lacoste", "We measured"):
        assert kept in rest
    for gone in ("Hours used", "Cloud Provider", "Carbon Emitted", "More Information"):
        assert gone not in rest
    assert count_hidden(after) == 2
    assert_comes_back(text, after)


FILLED_IN = {
    "other words": items("N/A", "unknown", "-", "?", "0"),
    "words behind the placeholder": items(*[f"{NEEDED} from the first author"] * 5),
    "other labels": f"- **GPU:** {NEEDED}\n- **Hours:** {NEEDED}\n- **Hardware type:** {NEEDED}\n- Hours: {NEEDED}",
    "no list": f"**Hours used:** {NEEDED}\n\n> {HOURS}",
    "more of the same item": f"{HOURS}\n  but about ten\n{CARBON}\nas of today",
    "a paragraph of the item": f"{HOURS}\n\n  but about ten\n\n{CARBON}\n\n\tx",
    "code": f"```\n{items(*[NEEDED] * 5)}\n```",
    "a comment": f"<!--\n{items(*[NEEDED] * 5)}\n-->",
    "the sentence alone": SENTENCE,
    "another sentence": "Carbon emissions can be estimated using CodeCarbon.",
    "nothing": "",
}


@pytest.mark.parametrize("name", FILLED_IN)
def test_everything_else_is_the_authors(name):
    text = card(FILLED_IN[name])
    after = put_section(text, RECORD)
    assert count_hidden(after) == 0
    assert FILLED_IN[name] in after
    assert remove_section(after) == text


@pytest.mark.parametrize(
    "text",
    [
        f"# A model\n\n{items(*[NEEDED] * 5)}\n",
        f"# A model\n\n## Environmental Impact\n\nNone.\n\n## Evaluation\n\n{items(*[NEEDED] * 5)}\n",
        f"# A model\n\n## Environmental Impact\n\nMore\n---\n{items(*[NEEDED] * 5)}\n",
        f"---\nx: |\n  ## Environmental Impact\n  {items(NEEDED)}\n---\n# A model\n",
    ],
)
def test_lines_that_do_not_stand_below_the_heading_stay(text):
    after = put_section(text, RECORD)
    assert count_hidden(after) == 0
    assert remove_section(after) == text


def test_a_section_of_an_older_version_that_was_put_above_the_lines_is_mended():
    lines = items(*[NEEDED] * 5)
    section = f"{START}\n\n- **Carbon Emitted:** 1 g CO2eq\n- **Hours used:** {NEEDED}\n\n{END}"
    text = card(section, lines)
    after = put_section(text, RECORD)
    assert "More Information Needed" not in shown(outside(after))
    assert remove_section(after) == card(lines)


def test_our_own_section_is_never_taken_for_the_template():
    only_energy = EmissionsRecord(energy_kwh=0.5)
    after = put_section("# A model\n", only_energy)
    assert count_hidden(put_section(after, only_energy)) == 0
    assert after.count(NEEDED) == 5


def test_a_strangers_comment_brings_nothing_but_the_templates_lines_back():
    mark = "<!-- hf-emissions: in place of the template's empty lines: "
    for inside in ('"# Buy this"', '"- **Hours used:** 5"', '"x', '"\\\\x"', "5", '["a"]', '"\\ud800"'):
        text = f"# A model\n\n{mark}{inside} -->\n"
        assert remove_section(text) == text
    assert remove_section(f'# A model\n{mark}"- **Hours used:** " -->\n') == "# A model\n- **Hours used:** \n"


LINES = [
    *(f"- **{label}:** {value}" for label in LABELS[:3] for value in (NEEDED, "", "5", "{{ a }}", "{{ a }} {{ b }}")),
    *(COMMENT, SENTENCE, "", "", "text", "  more", "## Environmental Impact", "## Other", "```", "<!--", "-->", "---"),
    *(f"* **Carbon Emitted:** {NEEDED}  ", f"  - **Carbon Emitted:** {NEEDED}", "- item", "\\", '"'),
]
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
BODIES = st.lists(st.tuples(st.sampled_from(LINES), ENDS).map("".join), max_size=14).map("".join)


@given(BODIES, st.sampled_from(["", "---\na: 1\n---\n", "\ufeff---\r\na: 1\r\n---\r\n"]), st.booleans())
@settings(max_examples=400)
def test_whatever_the_card_it_comes_back_and_what_is_filled_in_stays(body, head, at_once):
    text = (head or "# Title\n") + "## Environmental Impact\n" + (body.rstrip("\r\n") if at_once else body)
    after = put_section(text, RECORD)
    assert_comes_back(text, after)
    rest = outside(after)
    for line in text.splitlines():
        if line not in (COMMENT, SENTENCE) and not line.endswith((":** ", "]", "]  ", "}}")):
            assert line in rest
