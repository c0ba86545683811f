"""The documents' form: lines, links, the map of the packages, and the words that are explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hf_emissions

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGE = Path(hf_emissions.__file__).parent
DOCUMENTS = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *sorted(DOCS.glob("**/*.md"))]
GLOSSARY = DOCS / "glossary.md"
MAP = DOCS / "architecture.md"
WIDTH = 120
FENCE = re.compile(r"^( *)(`{3,})[^\n]*\n.*?^\1\2$", re.DOTALL | re.MULTILINE)
# Words of DESIGN that a reader meets, and other terms of the field.
WORDS = {
    *("accelerator", "basis", "block", "body", "boundary", "budget", "card", "combustion", "copy", "device hours"),
    *("estimate", "evidence", "experiments", "facility", "facts", "figure", "finding", "forecast", "front matter"),
    *(
        "grams CO2eq",
        "intensity",
        "ledger",
        "life-cycle",
        "marker",
        "method",
        "node",
        "operational",
        "provenance",
        "PUE",
    ),
    *("record", "resume", "rule", "run", "section", "segment", "severity", "source", "stage", "tier", "tracker"),
    *("training", "callback", "fix", "grid", "rank", "trial"),
}
# Terms that a page links where it uses them.
LINKED = ["boundary", "intensity", "ledger", "PUE", "segment", "tier"]
PAGES = [ROOT / "README.md", *sorted(set(DOCS.glob("*.md")) - {GLOSSARY, MAP, DOCS / "README.md"})]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """A document without its fenced code."""
    return FENCE.sub("", text_of(path))


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", prose(path), flags=re.MULTILINE)}


def terms() -> dict[str, str]:
    """Each term of the glossary, and what stands below it."""
    found = re.findall(r"^### (.+)\n\n((?:(?!#).*\n?)+)", text_of(GLOSSARY), flags=re.MULTILINE)
    return {heading: " ".join(text.split()) for heading, text in found}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document):
    for link in re.findall(r"\]\((?!https?://)([^)]+)\)", text_of(document)):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_lines_are_short(document):
    """Tables cannot be broken; what a program prints or writes stays as it is."""
    lines = [line for line in prose(document).splitlines() if not line.lstrip().startswith("|")]
    shell = re.findall(r"^```(?:sh|console)\n(.*?)^```", text_of(document), flags=re.DOTALL | re.MULTILINE)
    lines += [line for block in shell for line in block.splitlines() if line.startswith(("$", "hf", "make", "pip"))]
    assert [line for line in lines if len(line) > WIDTH] == []


def test_every_path_on_the_map_is_there():
    """Paths are those of the package, else of the checkout; `<its_name>` stands for any name."""
    paths = set(re.findall(r"`([\w/.<>-]+/[\w/.<>-]*|[\w<>]+\.\w+)`", prose(MAP)))
    assert paths
    missing = [path for path in paths if not any(found_below(folder, path) for folder in (PACKAGE, ROOT))]
    assert missing == []


def found_below(folder: Path, path: str) -> bool:
    return any(folder.glob(re.sub(r"<\w+>", "*", path.rstrip("/"))))


def test_every_package_is_on_the_map():
    rows = re.findall(r"^\| ((?:`[\w./]+`(?:, )?)+) \|", text_of(MAP), flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    there = {path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert there - {"__init__.py"} <= named
    assert named <= there


def test_the_glossary_has_every_word():
    assert terms().keys() >= WORDS
    for chapter in text_of(GLOSSARY).split("\n## ")[1:]:
        listed = re.findall(r"^### (.+)$", chapter, flags=re.MULTILINE)
        assert listed == sorted(listed, key=str.lower)


@pytest.mark.parametrize("term", terms())
def test_a_term_is_explained_in_a_sentence_or_three_with_a_link(term):
    text = terms()[term]
    assert 1 <= len(re.findall(r"\.(?= |$)", re.sub(r"`[^`]*`|\d\.\d", "", text))) <= 3, text
    assert "](" in text


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_links_the_terms_that_it_uses(page):
    """To the glossary, or to the page that is about the term."""
    linked = re.findall(r"\]\(([^)]+)\)", prose(page))
    text = re.sub(r"`[^`]*`|\]\([^)]+\)", "", prose(page))
    for term in [term for term in LINKED if page.stem != term and re.search(rf"\b{term}\b", text)]:
        assert any(link.endswith((f"glossary.md#{slug(term)}", f"{term}.md")) for link in linked), term


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "README.md"], ids=name_of)
def test_the_glossary_is_linked(page):
    assert "glossary.md)" in text_of(page)


def test_the_index_has_every_page():
    linked = set(re.findall(r"\]\(([\w/]+\.md)\)", text_of(DOCS / "README.md")))
    assert {path.relative_to(DOCS).as_posix() for path in DOCS.glob("*.md")} - {"README.md"} <= linked
