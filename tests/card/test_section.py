"""The prose section: where it goes, what it changes, and that nothing from a stranger breaks out of it."""

from __future__ import annotations

import html
import re

import pytest
from chance import examples
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from hf_emissions import extract_facts
from hf_emissions.card.section import END, START, put_section, remove_section, render_section
from hf_emissions.errors import FrontMatterError
from hf_emissions.record import EmissionsRecord

RECORD = EmissionsRecord(emissions_g=12.5)
LATER = EmissionsRecord(
    emissions_g=1500,
    energy_kwh=3.2,
    duration_s=5400,
    hardware_used="8 x A100",
    cloud_provider="gcp",
    cloud_region="europe-west4",
    source="CodeCarbon 3.3.1",
)

# Without a heading of the author's; with the section; the line end is `{0}`.
ENDINGS = [
    "",
    "text",
    "text\n",
    "text\n\n",
    "text\r\n",
    "text\r\nmore",
    "a\r",
    "\n",
    "---\na: 1\n---\n",
    "---\na: 1\n---",
]
HEADINGS = [
    "## Environmental Impact\n",
    "# Title\n\n## Environmental Impact\n\nMine: none.\n\n## More\n",
    "# Title\r\n### environmental impact ###\r\nMine.",
    "---\na: 1\n---\n   # Environmental Impact\t\n\n",
    "```\ncode\n```\n## Environmental Impact\ntext\n",
    "text `code` ``` text\n## Environmental Impact\ntext\n",
]
NO_HEADINGS = [
    "```\n## Environmental Impact\n```\n",
    "~~~ md\n```\n## Environmental Impact\n~~~\n",
    "````\n```\n## Environmental Impact\n````\ntext\n",
    "```\n~~~\n## Environmental Impact\n```\n",
    "<!--\n## Environmental Impact\n-->\n",
    "    ## Environmental Impact\n",
    "## Environmental Impacts\n",
    "##Environmental Impact\n",
    "Environmental Impact\n",
    "---\nx: |\n  ## Environmental Impact\n---\n",
    "# Title\n## Environmental Impact",
]


def test_the_section_has_the_form_of_the_hubs_own_template():
    assert put_section("# Title\n", LATER, notes=("A note.",)) == (
        "# Title\n"
        "\n"
        f"{START}\n"
        "\n"
        "## Environmental Impact\n"
        "\n"
        "- **Hardware Type:** 8 x A100\n"
        "- **Hours used:** 1.5 (1 h 30 min)\n"
        "- **Cloud Provider:** gcp\n"
        "- **Compute Region:** europe-west4\n"
        "- **Carbon Emitted:** 1.5 kg CO2eq\n"
        "- **Energy Consumed:** 3.2 kWh\n"
        "- **Source:** CodeCarbon 3.3.1\n"
        "\n"
        "A note.\n"
        "\n"
        f"{END}\n"
    )


def test_what_is_not_known_stands_as_the_hubs_template_says_it():
    assert render_section(EmissionsRecord(energy_kwh=0.1)) == (
        "## Environmental Impact\n"
        "\n"
        "- **Hardware Type:** [More Information Needed]\n"
        "- **Hours used:** [More Information Needed]\n"
        "- **Cloud Provider:** [More Information Needed]\n"
        "- **Compute Region:** [More Information Needed]\n"
        "- **Carbon Emitted:** [More Information Needed]\n"
        "- **Energy Consumed:** 100 Wh\n"
    )


@pytest.mark.parametrize(
    ("duration_s", "shown"),
    [
        (24.084, "0.00669 (24.1 s)"),
        (2.5, "0.000694 (2.5 s)"),
        (91, "0.0253 (1 min 31 s)"),
        (4344, "1.21 (1 h 12 min)"),
        (7200, "2"),
        (86_400, "24 (1 day)"),
        (345_600 + 7200, "98 (4 days 2 h)"),
        (2e7, "5560 (231 days)"),
    ],
)
def test_a_time_stands_in_hours_as_the_label_says_and_readable_beside(duration_s, shown):
    card = put_section("# Title\n", RECORD.replace(duration_s=duration_s))
    assert f"- **Hours used:** {shown}\n" in card
    assert extract_facts(card).hours == pytest.approx(duration_s / 3600, rel=0.009)


def test_a_range_stands_beside_the_figure():
    text = render_section(EmissionsRecord(emissions_g=1500, range_g=(900, 2600)))
    assert extract_facts(f"# A model\n\n{text}").reported_g == 1500
    assert "- **Carbon Emitted:** 1.5 kg CO2eq (90 % range: 900 g to 2.6 kg)\n" in text


@pytest.mark.parametrize("card", [*ENDINGS, *NO_HEADINGS])
def test_a_card_without_the_heading_gets_the_section_at_its_end_with_one(card):
    after = put_section(card, RECORD)
    assert after.startswith(card)
    assert after.count("## Environmental Impact") == card.count("## Environmental Impact") + 1


@pytest.mark.parametrize("card", HEADINGS)
def test_a_card_with_the_heading_gets_the_section_below_it_without_one(card):
    after = put_section(card, RECORD)
    above, below = after.split(START)
    assert above.rstrip().lower().rstrip("#").rstrip().endswith("environmental impact")
    assert "Environmental Impact" not in below.split(END)[0]


@pytest.mark.parametrize("card", [*ENDINGS, *NO_HEADINGS, *HEADINGS])
def test_removal_gives_back_the_original_and_an_update_changes_nothing_else(card):
    after = put_section(card, RECORD)
    assert put_section(after, RECORD) == after
    assert remove_section(after) == card
    updated = put_section(after, LATER)
    assert updated.split(START)[0] == after.split(START)[0]
    assert updated.split(END)[1] == after.split(END)[1]
    assert put_section(updated, RECORD) == after
    assert remove_section(updated) == card


@pytest.mark.parametrize(("card", "ending"), [("text\r\n", "\r\n"), ("text\n", "\n"), ("a\r\nb", "\r\n"), ("a", "\n")])
def test_the_section_has_the_line_ends_of_the_card(card, ending):
    added = put_section(card, RECORD).removeprefix(card)
    assert set(re.findall(r"\r\n|\r|\n", added)) == {ending}


def test_the_section_is_updated_where_the_author_moved_it():
    moved = f"# Title\n{START}\nold\n{END} and more\n## Other\nEnvironmental text\n"
    updated = put_section(moved, RECORD)
    assert updated.startswith(f"# Title\n{START}\n")
    assert updated.endswith(f"{END} and more\n## Other\nEnvironmental text\n")


@pytest.mark.parametrize(
    "card",
    [
        f"{START}\n\n# Text of the author\n",
        f"{END}\n\n# Text of the author\n\n{START}\n",
        f"# One\n{START}\n# Text of the author\n{START}\n",
        f"{END}\n# Text of the author\n",
    ],
)
def test_half_a_pair_of_comments_costs_the_author_no_text(card):
    after = put_section(put_section(card, RECORD), LATER)
    assert "# Text of the author" in after
    assert after.count("Carbon Emitted") == 1
    assert "# Text of the author" in remove_section(after)


def test_comments_in_the_front_matter_are_not_the_section():
    card = f"---\na: |\n  {START}\n  {END}\n---\ntext\n"
    assert remove_section(card) == card
    assert put_section(card, RECORD).startswith(card)


def test_a_card_without_the_section_has_nothing_to_remove():
    for card in ["", "text", START, END + START, "---\na: 1\n---\n"]:
        assert remove_section(card) == card


def test_a_card_whose_front_matter_is_never_closed_is_refused():
    with pytest.raises(FrontMatterError):
        put_section("---\na: 1\n", RECORD)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "a | b",
    "`code`",
    "**bold** _em_ ~~gone~~",
    "x -->",
    END,
    START,
    "<!-- open",
    "one\n\n# two\n- three\n```\nfour",
    "one\r## two\u2028## three\x85four\x0bfive",
    "[ref]: https://example.org",
    "a\\",
    "&lt;b&gt; &amp; &#60;",
    "<https://example.org>",
    "\x1b[2J\x07\x00",
    "$$x$$",
    "{{ 7 * 7 }} {% raw %}",
]


def shown(text: str) -> str:
    """What a reader sees: the section as HTML with the tags that we put there taken off."""
    rendered = MarkdownIt("commonmark", {"html": True}).enable("strikethrough").enable("table").render(text)
    assert set(re.findall(r"<[^>]*>", rendered)) <= {
        *("<h2>", "</h2>", "<ul>", "</ul>", "<li>", "</li>", "<strong>", "</strong>", "<p>", "</p>", START, END)
    }
    return html.unescape(re.sub(r"<[^>]*>", "", rendered))


def one_line(value: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(value.split()))


@pytest.mark.parametrize("value", HOSTILE)
def test_a_strangers_value_is_shown_as_it_is_and_breaks_nothing(value):
    record = RECORD.replace(hardware_used=value, source=value, cloud_provider=value, cloud_region=value)
    card = "# Title\n"
    after = put_section(card, record)
    assert len(after.splitlines()) == len(put_section(card, RECORD.replace(source="x")).splitlines())
    assert after.count("<!--") == after.count("-->") == 2
    section = after[after.index(START) :]
    for name in ["Hardware Type", "Source", "Cloud Provider", "Compute Region"]:
        assert f"{name}: {one_line(value)}\n" in shown(section)
    assert put_section(after, record) == after
    assert remove_section(after) == card


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(str.strip))
@examples(60)
def test_no_value_breaks_out_of_the_section(value):
    after = put_section("# Title\n", RECORD.replace(hardware_used=value))
    assert f"Hardware Type: {one_line(value)}\n" in shown(after[after.index(START) :])
    assert remove_section(after) == "# Title\n"


BODY = st.lists(
    st.sampled_from(
        ["text", "## Environmental Impact", "```", "~~~", "````", "", "---", "<!--", "-->", "\n", "\r\n", "\r", "\n"]
    )
).map("".join)


@given(BODY, st.sampled_from(["", "---\na: 1\n---\n", "\ufeff---\r\na: 1\r\n---\r\n"]))
@examples(200)
def test_whatever_the_body_an_update_is_stable_and_removal_gives_it_back(body, head):
    card = (head or "# Title\n") + body
    after = put_section(card, RECORD)
    assert put_section(after, RECORD) == after
    assert put_section(put_section(after, LATER), RECORD) == after
    assert remove_section(after) == card
