"""Cards of every shape, for `test_in_full.py`: where a block stands, what is around it, and how values are written."""

from __future__ import annotations

_BODY = "# Ours\n\ntext\n"


def front(*lines: str, body: str = _BODY) -> str:
    return "---\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}"


_BLOCK = ("co2_eq_emissions:", "  emissions: 5", "  source: x")
PLACES: dict[str, str] = {
    "nothing": "",
    "a body": _BODY,
    "an empty front matter": "---\n---\n" + _BODY,
    "a blank front matter": "---\n\n---\n" + _BODY,
    "a comment alone": front("# nothing"),
    "one key": front("license: mit"),
    "one key, indented": front("  license: mit"),
    "a list": front("tags:", "- a", "- b"),
    "comments below": front("license: mit", "# the end", "  # of it"),
    "a comment deeper below": front("license:", "  x: 1", "    # of it", "# not of it"),
    "blank lines below": front("license: mit", "", ""),
    "a literal": front("license: mit", "note: |", "  one", "  two"),
    "a literal alone": front("note: |", "  one"),
    "a literal that is stripped": front("license: mit", "note: |-", "  one"),
    "a literal that keeps blank lines": front("license: mit", "note: |+", "  one", ""),
    "two literals that keep blank lines": front("a: 1", "first: |+", "  one", "", "note: >", "  two"),
    "a literal below a comment": front("a: 1", "b: 2", "    # of b", "# of the note", "note: |", "  one"),
    "a folded text": front("note: >", "  one", "  two", "license: mit"),
    "a flow mapping": front("{license: mit, tags: [a, b]}"),
    "a flow mapping over lines": front("{", "  license: mit,", "}"),
    "explicit keys": front("? license", ": mit", "? tags", ": - a"),
    "an anchor and its alias": front("a: &x [1, 2]", "b: *x"),
    "a merge key": front("base: &b {x: 1}", "more:", "  <<: *b"),
    "no line end": "---\nlicense: mit\n---",
    "Windows": front("license: mit", "tags: [a]").replace("\n", "\r\n"),
    "old Mac": front("license: mit", "tags: [a]").replace("\n", "\r"),
    "a byte order mark": "\ufeff" + front("license: mit"),
    "blanks above": "\n\n" + front("license: mit"),
    "dashes with blanks": "---  \nlicense: mit\n---\t\n" + _BODY,
    "dots at the end": "---\nlicense: mit\n...\n" + _BODY,
    "never closed": "---\nlicense: mit\n",
    "odd values": front("language: no", "version: 1.10", "time: 12:30", "octal: 010", "date: 2026-01-01", "x: ~"),
    "a key of its own kind": front("? [a, b]", ": c"),
    "a text alone": front("hello"),
    "two documents": front("a: 1", "--- ", "b: 2"),
    "a tab": front("a:", "\tb: 1"),
}
BLOCKS: dict[str, str] = {
    "last": front("license: mit", *_BLOCK),
    "first": front(*_BLOCK, "license: mit"),
    "alone": front(*_BLOCK),
    "between": front("a: 1", *_BLOCK, "b: 2"),
    "with comments": front(
        "# above", "co2_eq_emissions:  # beside", "  # in it", "  emissions: 5  # g", "# below", "a: 1"
    ),
    "with deeper comments": front(*_BLOCK, "    # deeper", "  # as deep", "# not", "a: 1"),
    "with blank lines": front("a: 1", "", *_BLOCK, "", "b: 2"),
    "with more keys": front(*_BLOCK, "  bogus: [1, 2]", "  more: {x: 1}", "a: 1"),
    "with a nested mapping": front("co2_eq_emissions:", "  emissions: 5", "  more:", "    x: 1", "a: 1"),
    "a number": front("co2_eq_emissions: 5", "a: 1"),
    "a number in quotes": front('co2_eq_emissions: "5"', "a: 1"),
    "a text with a unit": front("co2_eq_emissions: 5 kg", "a: 1"),
    "nothing": front("co2_eq_emissions:", "a: 1"),
    "null": front("a: 1", "co2_eq_emissions: null"),
    "empty": front("co2_eq_emissions: {}", "a: 1"),
    "in flow": front("co2_eq_emissions: {emissions: 5, source: 'x, y'}", "a: 1"),
    "in flow over lines": front("co2_eq_emissions: {", "    emissions: 5,", "    source: x", "  }", "a: 1"),
    "in a flow mapping": front("{a: 1, co2_eq_emissions: {emissions: 5}, b: 2}"),
    "first in a flow mapping": front("{co2_eq_emissions: 5, b: 2}"),
    "last in a flow mapping": front("{a: 1, co2_eq_emissions: 5}"),
    "alone in a flow mapping": front("{co2_eq_emissions: 5}"),
    "explicit": front("? co2_eq_emissions", ": emissions: 5", "a: 1"),
    "with quoted keys": front("'co2_eq_emissions':", '  "emissions": 5', "a: 1"),
    "with an anchor of its own": front("co2_eq_emissions: &x", "  emissions: 5", "a: 1"),
    "with an anchor that is used below": front("co2_eq_emissions: &x", "  emissions: 5", "a: *x"),
    "with an anchor at its end": front("co2_eq_emissions:", "  emissions: 5", "  source: &x y", "a: *x"),
    "with an anchor at its end, one key later": front("b: 1", "co2_eq_emissions:", "  source: &x y", "a: *x"),
    "with an alias": front("a: &x 5", "co2_eq_emissions:", "  emissions: *x"),
    "all an alias": front("a: &x {emissions: 5}", "co2_eq_emissions: *x"),
    "merged": front("a: &x {co2_eq_emissions: 5}", "<<: *x"),
    "with a literal": front("co2_eq_emissions:", "  emissions: 5", "  source: |", "    x", "    y", "a: 1"),
    "twice": front(*_BLOCK, "co2_eq_emissions: 5"),
    "three times": front("co2_eq_emissions: 4", "a: 1", *_BLOCK, "co2_eq_emissions: 5"),
    "a list": front("co2_eq_emissions:", "- emissions: 5"),
    "of keys twice": front("co2_eq_emissions:", "  emissions: 5", "  emissions: 6"),
    "of no number": front("co2_eq_emissions:", "  emissions: much"),
    "of less than nothing": front("co2_eq_emissions:", "  emissions: -5"),
    "in Windows": front("a: 1", *_BLOCK, "b: 2").replace("\n", "\r\n"),
    "below a byte order mark": "\ufeff" + front(*_BLOCK),
    "indented": front("  a: 1", "  co2_eq_emissions:", "      emissions: 5", "  b: 2"),
    "ours": front("co2_eq_emissions:", "  emissions: 12.5", "  source: CodeCarbon", "  hours_used: 2.0", "a: 1"),
    "nearly ours": front("co2_eq_emissions:", "  emissions: '12.5'", "  source: CodeCarbon", "a: 1"),
    "of all fields": front(
        "co2_eq_emissions:",
        "  emissions: 12.5",
        "  training_type: fine-tuning",
        "  geographical_location: Paris",
        "  hardware_used: 8 x A100",
        "  energy_consumed: 0.25",
        "  on_cloud: true",
        "  cpu_model: x",
        "  ram_total_size: 64",
    ),
    "of odd fields": front("co2_eq_emissions:", "  emissions: 1e-05", "  on_cloud: no", "  hours_used: 90 min"),
}
_OTHER = "\n## Other\n\ntext\n"
BODIES: dict[str, str] = {
    "no heading": front("a: 1"),
    "no line end": "# Ours",
    "no line end below front matter": front("a: 1", body="text"),
    "a heading": f"# Ours\n\n## Environmental Impact\n{_OTHER}",
    "a heading at the end": "# Ours\n\n## Environmental Impact",
    "a heading with words": f"## Environmental Impact\n\nwords\n{_OTHER}",
    "a closed heading": f"### ENVIRONMENTAL impact ##  \n\nwords\n{_OTHER}",
    "a heading too deep": "####### Environmental Impact\n\nwords\n",
    "a heading in code": "```\n## Environmental Impact\n```\ntext\n",
    "a heading in longer code": "````\n```\n## Environmental Impact\n````\n## Environmental Impact\n",
    "a heading below a line of code": "``` `x` ```\n## Environmental Impact\nwords\n",
    "a heading in tildes": "~~~ x\n## Environmental Impact\n~~~ x\n~~~\n## Environmental Impact\nwords\n",
    "a heading in a comment": "<!-- x\n## Environmental Impact\n-->\n## Environmental Impact\nwords\n",
    "a comment on one line": "<!-- x -->\n## Environmental Impact\nwords\n",
    "a template": "## Environmental Impact\n\n- **Hardware Type:** [More Information Needed]\n"
    "- **Hours used:** [More Information Needed]\n- **Carbon Emitted:** [More Information Needed]\n" + _OTHER,
    "a template that is filled in part": "## Environmental Impact\n\n- **Hardware Type:** T4\n"
    "- **Hours used:** [More Information Needed]\n\n- **Carbon Emitted:** [More Information Needed]\n" + _OTHER,
    "a template with its sentence": "## Environmental Impact\n\n"
    "Carbon emissions can be estimated using the [Machine Learning Impact calculator]"
    "(https://mlco2.github.io/impact#compute) presented in [Lacoste et al. (2019)](https://arxiv.org/abs/1910.09700).\n\n"
    "- **Hardware Type:** [More Information Needed]\n- **Hours used:** [More Information Needed]\n" + _OTHER,
    "a template with words below": "## Environmental Impact\n\n"
    "- **Hardware Type:** [More Information Needed]\n  of ours\n"
    "- **Hours used:** [More Information Needed]\n\nwords\n" + _OTHER,
    "Windows": f"# Ours\r\n\r\n## Environmental Impact\r\n\r\nwords\r\n{_OTHER}",
}
