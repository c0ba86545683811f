"""What writing and removing the block makes of a card, as whole texts: before, after, and after removal again."""

from __future__ import annotations

import pytest

from hf_emissions.card.patch import patch_card, read_card, remove_block
from hf_emissions.record import EmissionsRecord

GRAMS = EmissionsRecord(emissions_g=12.5)
RECORD = EmissionsRecord(emissions_g=12.5, source="CodeCarbon")

# Cards without a block: what they are before, and with the block. Removing the block gives back what was before.
ADDED = {
    "LF": (
        "---\nlanguage: en\n---\n# Title\n",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n",
    ),
    "CRLF": (
        "---\r\nlanguage: en\r\n---\r\n# Title\r\n",
        "---\r\nlanguage: en\r\nco2_eq_emissions:\r\n  emissions: 12.5\r\n  source: CodeCarbon\r\n---\r\n# Title\r\n",
    ),
    "mixed line ends, the line before decides": (
        "---\r\nlanguage: en\r\nlicense: mit\n---\r\n# Title\n",
        "---\r\nlanguage: en\r\nlicense: mit\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n"
        "---\r\n# Title\n",
    ),
    "mixed line ends, the other way round": (
        "---\nlanguage: en\nlicense: mit\r\n---\n# Title\r\n",
        "---\nlanguage: en\nlicense: mit\r\nco2_eq_emissions:\r\n  emissions: 12.5\r\n  source: CodeCarbon\r\n---\n"
        "# Title\r\n",
    ),
    "CR alone inside the front matter": (
        "---\rlanguage: en\r---\n# Title\r",
        "---\rlanguage: en\rco2_eq_emissions:\r  emissions: 12.5\r  source: CodeCarbon\r---\n# Title\r",
    ),
    "a BOM": (
        "\ufeff---\nlanguage: en\n---\n# Title\n",
        "\ufeff---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n",
    ),
    "a BOM and no front matter": (
        "\ufeff# Title\r\n",
        "\ufeff---\r\nco2_eq_emissions:\r\n  emissions: 12.5\r\n  source: CodeCarbon\r\n---\r\n# Title\r\n",
    ),
    "blank lines before the first dashes": (
        "\n \n\n---\nlanguage: en\n---\n# Title\n",
        "\n \n\n---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n",
    ),
    "no final line break": (
        "---\nlanguage: en\n---\n# Title",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title",
    ),
    "no front matter": (
        "# Title\n\ntext\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n\ntext\n",
    ),
    "no front matter, one line without an end": (
        "# Title",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title",
    ),
    "nothing at all": (
        "",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "no front matter, a rule and dashes in the body": (
        "# Title\n\n---\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n\n---\nlanguage: en\n---\n",
    ),
    "no front matter, four dashes first": (
        "----\nlanguage: en\n----\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n----\nlanguage: en\n----\n",
    ),
    "no front matter, dashes and a word first": (
        "--- yaml\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n--- yaml\nlanguage: en\n---\n",
    ),
    "no front matter, dashes and a blank first": (
        "--- \nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n--- \nlanguage: en\n---\n",
    ),
    "a front matter that ends the file": (
        "---\nlanguage: en\n---",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---",
    ),
    "closing dashes with blanks behind": (
        "---\nlanguage: en\n--- \t\n# Title\n",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n--- \t\n# Title\n",
    ),
    "comments above, behind and below": (
        "---\n# above\nlanguage: en # behind\n  # deep\n# below\n---\n",
        "---\n# above\nlanguage: en # behind\n  # deep\n# below\n"
        "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "a front matter of comments": (
        "---\n# TODO\n---\n# Title\n",
        "---\n# TODO\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n",
    ),
    "blank lines at the end of the front matter": (
        "---\nlanguage: en\n\n  \n---\n",
        "---\nlanguage: en\n\n  \nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "a root in flow form on one line": (
        "---\n{language: en, license: mit}\n---\n",
        "---\n{language: en, license: mit, co2_eq_emissions: {emissions: 12.5, source: CodeCarbon}}\n---\n",
    ),
    "a root in flow form with a trailing comma": (
        "---\n{language: en, license: mit,}\n---\n",
        "---\n{language: en, license: mit, co2_eq_emissions: {emissions: 12.5, source: CodeCarbon},}\n---\n",
    ),
    "a root in flow form on many lines": (
        "---\n{\n  language: en,\n  license: mit\n}\n---\n",
        "---\n{\n  language: en,\n  license: mit,\n"
        "  co2_eq_emissions: {emissions: 12.5, source: CodeCarbon}\n}\n---\n",
    ),
    "a root in flow form on many lines with a trailing comma": (
        "---\r\n{\r\n  language: en,\r\n  license: mit,\r\n}\r\n---\r\n",
        "---\r\n{\r\n  language: en,\r\n  license: mit,\r\n"
        "  co2_eq_emissions: {emissions: 12.5, source: CodeCarbon},\r\n}\r\n---\r\n",
    ),
    "a root in flow form with a comma in its comment": (
        "---\n{\n  language: en # a, b\n}\n---\n",
        "---\n{\n  language: en,\n  co2_eq_emissions: {emissions: 12.5, source: CodeCarbon} # a, b\n}\n---\n",
    ),
    "a root in flow form with nulls and aliases": (
        "---\n{a: &x [1, 2], b: *x , c, d: }\n---\n",
        "---\n{a: &x [1, 2], b: *x , c, d: , co2_eq_emissions: {emissions: 12.5, source: CodeCarbon}}\n---\n",
    ),
    "JSON": (
        '---\n{\n  "language": "en",\n  "tags": ["a", "b"]\n}\n---\n# Title\n',
        '---\n{\n  "language": "en",\n  "tags": ["a", "b"],\n'
        "  co2_eq_emissions: {emissions: 12.5, source: CodeCarbon}\n}\n---\n# Title\n",
    ),
    "the explicit form of a key": (
        "---\n? language\n: en\n? license\n---\n",
        "---\n? language\n: en\n? license\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "dashes in a literal": (
        "---\nnote: |\n  ---\n  text\nlanguage: en\n---\n# Title\n",
        "---\nnote: |\n  ---\n  text\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n"
        "# Title\n",
    ),
    "rules, a table and the key in the body": (
        "---\nlanguage: en\n---\n\n---\n\n```yaml\n---\nco2_eq_emissions: 3\n---\n```\n| a |\n|---|\n",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n"
        "\n---\n\n```yaml\n---\nco2_eq_emissions: 3\n---\n```\n| a |\n|---|\n",
    ),
    "the key inside other values": (
        "---\nlanguage: [en,\n  co2_eq_emissions, de]\nnote: '\n\n  co2_eq_emissions: 3'\nx:\n"
        "  co2_eq_emissions: 1\n---\n",
        "---\nlanguage: [en,\n  co2_eq_emissions, de]\nnote: '\n\n  co2_eq_emissions: 3'\nx:\n  co2_eq_emissions: 1\n"
        "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "anchors of other keys": (
        "---\nx: &x {a: 1}\ny: *x\nz:\n  <<: *x\n  b: 2\n---\n",
        "---\nx: &x {a: 1}\ny: *x\nz:\n  <<: *x\n  b: 2\n"
        "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "a root with an anchor, used in itself": (
        "---\n&root\nself: *root\n---\n",
        "---\n&root\nself: *root\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "an indented root": (
        "---\n  language: en\n  license: mit\n---\n",
        "---\n  language: en\n  license: mit\n  co2_eq_emissions:\n    emissions: 12.5\n    source: CodeCarbon\n---\n",
    ),
    "a mark at the end of the document": (
        "---\nlanguage: en\n...\n---\n# Title\n",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n...\n---\n# Title\n",
    ),
    "a mark at the end of the document with a comment": (
        "---\nlanguage: en\n... # over\n\n---\n",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n... # over\n\n---\n",
    ),
    "a second mark at the start of the document": (
        "---\n--- # here it begins\nlanguage: en\n---\n# Title\n",
        "---\n--- # here it begins\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n"
        "  source: CodeCarbon\n---\n# Title\n",
    ),
    # Below a literal the block would give its value a line break that the Hub does not read: it goes above.
    "a literal at the end": (
        "---\nlanguage: en\n# about it\nnote: |\n  text\n---\n# Title\n",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n# about it\nnote: |\n"
        "  text\n---\n"
        "# Title\n",
    ),
    "a literal at the end, below a deep comment": (
        "---\nlanguage: en\n  # deep\nnote: |+\n  text\n\n---\n",
        "---\nlanguage: en\n  # deep\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nnote: |+\n"
        "  text\n\n---\n",
    ),
    "a literal at the end, below one that keeps blank lines": (
        "---\nkept: |+\n  text\n\n\n# about it\nnote: |\n  text\n---\n",
        "---\nkept: |+\n  text\n\n\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n"
        "# about it\nnote: |\n  text\n---\n",
    ),
    "a key on the line below its question mark": (
        "---\na: 1\n? # which\n  language\n: en\n---\n",
        "---\na: 1\n? # which\n  language\n: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "a literal as the only value": (
        "---\nnote: >\n  text\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nnote: >\n  text\n---\n",
    ),
    "a literal deep in the last value": (
        "---\n  language: en\n  x:\n  - y: |\n      text\n---\n",
        "---\n  language: en\n  co2_eq_emissions:\n    emissions: 12.5\n    source: CodeCarbon\n"
        "  x:\n  - y: |\n      text\n---\n",
    ),
    "a literal at the end that keeps no line break": (
        "---\nnote: |-\n  text\n---\n",
        "---\nnote: |-\n  text\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "a model-index at the end": (
        "---\nlanguage: no\nmodel-index:\n- name: m\n  results:\n  - task: {type: t}\n    metrics:\n"
        "    - value: 1.0\n---\n",
        "---\nlanguage: no\nmodel-index:\n- name: m\n  results:\n  - task: {type: t}\n    metrics:\n    - value: 1.0\n"
        "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "values that YAML writers spoil": (
        "---\nlanguage: no\nversion: 1.10\ntime: 12:30\nid: 007\nbig: 1e3\ntext: a  b # c\nlong: x\n y\n---\n",
        "---\nlanguage: no\nversion: 1.10\ntime: 12:30\nid: 007\nbig: 1e3\ntext: a  b # c\nlong: x\n y\n"
        "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "a key that stands there twice": (
        "---\ntags: a\ntags: b\n---\n",
        "---\ntags: a\ntags: b\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    ),
    "emoji and U+2028": (
        "---\nemoji: 🤗\nnote: \"a\u2028b\"\n---\n# 🤗\u2028\x85\x0bTitle\n",
        "---\nemoji: 🤗\nnote: \"a\u2028b\"\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n"
        "# 🤗\u2028\x85\x0bTitle\n",
    ),
    "half a surrogate pair in the body": (
        "---\na: 1\n---\n\ud83e\n",
        "---\na: 1\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n\ud83e\n",
    ),
}  # fmt: skip

# Cards with an empty front matter, before and after; removal gives back the empty one.
EMPTY = {
    "two adjacent lines of dashes": (
        "---\n---\n# Title\n",
        "---\n\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n",
    ),
    "two adjacent lines of dashes, CRLF, and a rule below": (
        "---\r\n---\r\n# Title\r\ntext\r\n\r\n---\r\nmore\r\n",
        "---\r\n\r\nco2_eq_emissions:\r\n  emissions: 12.5\r\n  source: CodeCarbon\r\n---\r\n"
        "# Title\r\ntext\r\n\r\n---\r\nmore\r\n",
    ),
    "two adjacent lines of dashes, with blanks around them": (
        "\n  ---\n--- \n# Title\n",
        "\n  ---\n\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n--- \n# Title\n",
    ),
    "two lines of dashes and nothing else": (
        "---\n---",
        "---\n\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---",
    ),
    "a blank line between the dashes": (
        "\ufeff---\n\n---\n# Title\n",
        "\ufeff---\n\n\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n",
    ),
    "a line of blanks between the dashes": (
        "---\n  \n---\n# Title\n",
        "---\n  \n\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n",
    ),
    "a comment between the dashes": (
        "---\n\n# to do\n\n---\n# Title\n",
        "---\n\n# to do\n\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n# Title\n",
    ),
    "an empty root in flow form with a blank inside": (
        "---\n{ }\n---\n",
        "---\n{co2_eq_emissions: {emissions: 12.5, source: CodeCarbon} }\n---\n",
    ),
    "an empty root in flow form over two lines": (
        "---\n{\n}\n---\n",
        "---\n{co2_eq_emissions: {emissions: 12.5, source: CodeCarbon}\n}\n---\n",
    ),
    "an empty root in flow form": (
        "---\n{}\n---\n# Title\n",
        "---\n{co2_eq_emissions: {emissions: 12.5, source: CodeCarbon}}\n---\n# Title\n",
    ),
}

# Cards with a block that is filled up without `overwrite`: before, after, and after removal.
FILLED = {
    "a figure becomes a mapping": (
        "---\nco2_eq_emissions: 12.5\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a figure with a comment becomes a mapping": (
        "---\nlanguage: en\nco2_eq_emissions: 12.5 # by hand\n---\n",
        "---\nlanguage: en\nco2_eq_emissions: # by hand\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a figure with its unit becomes grams": (
        "---\r\nco2_eq_emissions: 0.0125 kg\r\nlanguage: en\r\n---\r\n",
        "---\r\nco2_eq_emissions:\r\n  emissions: 12.5\r\n  source: CodeCarbon\r\nlanguage: en\r\n---\r\n",
        "---\r\nlanguage: en\r\n---\r\n",
    ),
    "a quoted key and figure": (
        "---\n'co2_eq_emissions' : \"12.5\"\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a null": (
        "---\nco2_eq_emissions:\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a tilde with a comment": (
        "---\nlanguage: en\nco2_eq_emissions: ~ # not known yet\n---\n",
        "---\nlanguage: en\nco2_eq_emissions: # not known yet\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a null in the explicit form": (
        "---\n? co2_eq_emissions\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a figure in the explicit form": (
        "---\nlanguage: en\n? co2_eq_emissions\n: 12.5\nlicense: mit\n---\n",
        "---\nlanguage: en\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nlicense: mit\n---\n",
        "---\nlanguage: en\nlicense: mit\n---\n",
    ),
    "a mapping in the explicit form": (
        "---\nlanguage: en\n? # its key\n  co2_eq_emissions\n# and\n: emissions: 12.5\n  # deep\nlicense: mit\n---\n",
        "---\nlanguage: en\n? # its key\n  co2_eq_emissions\n# and\n: emissions: 12.5\n  source: CodeCarbon\n  # deep\n"
        "license: mit\n---\n",
        "---\nlanguage: en\nlicense: mit\n---\n",
    ),
    "a list of one-key maps that lacks nothing": (
        "---\nco2_eq_emissions:\n- emissions: 12.5 # g\n- source: CodeCarbon\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n- emissions: 12.5 # g\n- source: CodeCarbon\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a list of one-key maps becomes a mapping": (
        "---\nco2_eq_emissions:\n- emissions: 12.5\n- hardware_used: 1 x A100\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n  hardware_used: 1 x A100\n"
        "language: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a mapping with comments": (
        "---\n# above\nco2_eq_emissions: # of training\n  # first\n  emissions: 12.5 # g\n  # deep\n"
        " # deeper than the key\n"
        "# of the next key\nlanguage: en\n---\n",
        "---\n# above\nco2_eq_emissions: # of training\n  # first\n  emissions: 12.5 # g\n"
        "  source: CodeCarbon\n  # deep\n"
        " # deeper than the key\n# of the next key\nlanguage: en\n---\n",
        "---\n# above\n# of the next key\nlanguage: en\n---\n",
    ),
    "deep comments below blank lines": (
        "---\nco2_eq_emissions:\n  emissions: 12.5\n\n  # deep\n\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n\n  # deep\n\nlanguage: en\n---\n",
        "---\n\nlanguage: en\n---\n",
    ),
    "a mapping with an empty figure": (
        "---\nco2_eq_emissions:\n    emissions: # to do\n    source: CodeCarbon\nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n    emissions: 12.5 # to do\n    source: CodeCarbon\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a mapping in flow form": (
        "---\nco2_eq_emissions: {emissions: 12.5} # g\nlanguage: en\n---\n",
        "---\nco2_eq_emissions: {emissions: 12.5, source: CodeCarbon} # g\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "an empty mapping in flow form": (
        "---\nco2_eq_emissions: {}\nlanguage: en\n---\n",
        "---\nco2_eq_emissions: {emissions: 12.5, source: CodeCarbon}\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a mapping in flow form on many lines": (
        "---\nco2_eq_emissions: {\n    emissions: 12.5, # g\n  }\n  # deep\nlanguage: en\n---\n",
        "---\nco2_eq_emissions: {\n    emissions: 12.5,\n    source: CodeCarbon, # g\n  }\n  # deep\n"
        "language: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "a figure in a root in flow form": (
        "---\n{language: en, co2_eq_emissions: 12.5, license: mit}\n---\n",
        "---\n{language: en, co2_eq_emissions: {emissions: 12.5, source: CodeCarbon}, license: mit}\n---\n",
        "---\n{language: en, license: mit}\n---\n",
    ),
    "first in a root in flow form": (
        '---\n{"co2_eq_emissions": {"emissions": 12.5}, "language": "en"}\n---\n',
        '---\n{"co2_eq_emissions": {"emissions": 12.5, source: CodeCarbon}, "language": "en"}\n---\n',
        '---\n{"language": "en"}\n---\n',
    ),
    "first in a root in flow form with a comment": (
        "---\n{co2_eq_emissions: 12.5, # g\n language: en}\n---\n",
        "---\n{co2_eq_emissions: {emissions: 12.5, source: CodeCarbon}, # g\n language: en}\n---\n",
        "---\n{# g\n language: en}\n---\n",
    ),
    "below a second mark at the start of the document": (
        "---\n--- # here\nco2_eq_emissions: 12.5\nlanguage: en\n---\n",
        "---\n--- # here\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nlanguage: en\n---\n",
        "---\n--- # here\nlanguage: en\n---\n",
    ),
    "with a model-index below": (
        "---\nco2_eq_emissions:\n  emissions: 12.5\nmodel-index:\n- name: m\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nmodel-index:\n- name: m\n---\n",
        "---\nmodel-index:\n- name: m\n---\n",
    ),
    "in an indented root": (
        "---\n  language: en\n  co2_eq_emissions: 12.5\n  # of the next key\n  license: mit\n---\n",
        "---\n  language: en\n  co2_eq_emissions:\n    emissions: 12.5\n    source: CodeCarbon\n  # of the next key\n"
        "  license: mit\n---\n",
        "---\n  language: en\n  # of the next key\n  license: mit\n---\n",
    ),
    "an alias of another key": (
        "---\nx: &x {emissions: 12.5, note: mine}\nco2_eq_emissions: *x # as above\ny: *x\n---\n",
        "---\nx: &x {emissions: 12.5, note: mine}\n"
        "co2_eq_emissions: # as above\n  emissions: 12.5\n  source: CodeCarbon\n  note: mine\ny: *x\n---\n",
        "---\nx: &x {emissions: 12.5, note: mine}\ny: *x\n---\n",
    ),
    "a merge key inside": (
        "---\nx: &x {emissions: 12.5}\nco2_eq_emissions:\n  <<: *x\ny: *x\n---\n",
        "---\nx: &x {emissions: 12.5}\nco2_eq_emissions:\n  <<: *x\n  source: CodeCarbon\ny: *x\n---\n",
        "---\nx: &x {emissions: 12.5}\ny: *x\n---\n",
    ),
    "an anchor that nobody uses": (
        "---\nco2_eq_emissions: &x # c\n  emissions: 12.5\nlanguage: en\n---\n",
        "---\nco2_eq_emissions: &x # c\n  emissions: 12.5\n  source: CodeCarbon\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "below a literal": (
        "---\nnote: |\n  text\n  # text\nco2_eq_emissions: 12.5\n---\n",
        "---\nnote: |\n  text\n  # text\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
        "---\nnote: |\n  text\n  # text\n---\n",
    ),
    "the only key of the card": (
        "\ufeff\n---\n\nco2_eq_emissions: 12.5\n\n---\n\nTitle",
        "\ufeff\n---\n\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n\n---\n\nTitle",
        "\ufeff\n---\n\n---\n\nTitle",
    ),
    "the only key, with a comment that stays": (
        "---\nco2_eq_emissions: 12.5\n# to do\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n# to do\n---\n",
        "---\n# to do\n---\n",
    ),
    "blanks behind the figure": (
        "---\nco2_eq_emissions: 12.5 \t \nlanguage: en\n---\n",
        "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\nlanguage: en\n---\n",
        "---\nlanguage: en\n---\n",
    ),
    "nothing to do": (
        "---\nco2_eq_emissions: {\"emissions\": 12.5, 'source': 'CodeCarbon'}\n---\n",
        "---\nco2_eq_emissions: {\"emissions\": 12.5, 'source': 'CodeCarbon'}\n---\n",
        "",
    ),
}


@pytest.mark.parametrize(("before", "after"), ADDED.values(), ids=ADDED)
def test_a_new_block_changes_nothing_else_and_can_be_taken_out_again(before, after):
    assert patch_card(before, RECORD) == after
    assert remove_block(after) == before
    assert read_card(after) == RECORD
    assert patch_card(after, RECORD) == after


@pytest.mark.parametrize(("before", "after"), EMPTY.values(), ids=EMPTY)
def test_an_empty_front_matter_is_there_again_when_the_block_has_gone(before, after):
    assert patch_card(before, RECORD) == after
    assert remove_block(after) == before
    assert read_card(after) == RECORD
    assert patch_card(after, RECORD) == after


@pytest.mark.parametrize(("before", "after", "removed"), FILLED.values(), ids=FILLED)
def test_a_block_is_filled_up_in_its_own_form(before, after, removed):
    assert patch_card(before, RECORD) == after
    assert patch_card(after, RECORD) == after
    assert remove_block(after) == remove_block(before) == removed


@pytest.mark.parametrize(
    ("before", "removed"),
    [
        ("---\n{a: 1, # one\n co2_eq_emissions: 3, # two\n b: 2}\n---\n", "---\n{a: 1, # one\n # two\n b: 2}\n---\n"),
        ("---\n{a: 1, # one\n co2_eq_emissions: 3 # two\n}\n---\n", "---\n{a: 1, # one\n # two\n}\n---\n"),
    ],
)
def test_a_comment_of_another_entry_in_flow_form_outlives_the_block(before, removed):
    after = remove_block(before)
    assert "# one" in after
    assert "# two" in after
    assert after.replace(" ", "") == removed.replace(" ", "")


def test_a_deep_comment_between_two_literals_outlives_the_block():
    card = "---\na:\n- b: |\n    text\n  # deep\n\nc: |\n  text\n---\n"
    assert remove_block(patch_card(card, RECORD)) == card


def test_a_card_without_a_block_has_nothing_to_remove():
    for text in ["", "# Title\n", "---\na: 1\n---\n", "---\n---\n", "---\n{}\n---\n", "\ufeff---\r\n---\r\n"]:
        assert remove_block(text) == text
        assert read_card(text) is None


@pytest.mark.parametrize(
    ("grams", "written"),
    [
        (12.0, "12"),
        (0.0, "0"),
        (1e-5, "0.00001"),
        (24_700_000.0, "24700000"),
        (1e22, "10000000000000000000000"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_numbers_are_plain_decimals(grams, written):
    after = patch_card("", EmissionsRecord(emissions_g=grams))
    assert after == f"---\nco2_eq_emissions:\n  emissions: {written}\n---\n"


@pytest.mark.parametrize("written", ["010", "24_700_000", "1e3", "'12.5'", "1.5e3", "0.0125 kg"])
def test_a_number_that_yaml_1_1_and_1_2_read_differently_is_written_anew(written):
    before = f"---\nco2_eq_emissions:\n  emissions: {written}\n---\n"
    record = read_card(before)
    assert patch_card(before, record) == patch_card("", record)


@pytest.mark.parametrize(("written", "meant"), [("yes", True), ("no", False), ("'true'", True)])
def test_a_truth_value_that_yaml_1_1_and_1_2_read_differently_is_written_anew(written, meant):
    before = f"---\nco2_eq_emissions:\n  emissions: 12.5\n  on_cloud: {written}\n---\n"
    after = f"---\nco2_eq_emissions:\n  emissions: 12.5\n  on_cloud: {str(meant).lower()}\n---\n"
    assert patch_card(before, GRAMS.replace(on_cloud=meant)) == after


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("CodeCarbon 3.3.1", "CodeCarbon 3.3.1"),
        ("Estimated, with 95% (TDP x hours) + PUE", "Estimated, with 95% (TDP x hours) + PUE"),
        ("8 x A100", "8 x A100"),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("- a", '"- a"'),
        ("? a", '"? a"'),
        ("*a", '"*a"'),
        ("[a]", '"[a]"'),
        ("'a'", "\"'a'\""),
        ('say "a"\\n', '"say \\"a\\"\\\\n"'),
        ("yes", '"yes"'),
        ("No", '"No"'),
        ("NULL", '"NULL"'),
        ("~", '"~"'),
        ("NaN", '"NaN"'),
        ("=", '"="'),
        ("<<", '"<<"'),
        ("007", '"007"'),
        ("1e5", '"1e5"'),
        ("12:30", '"12:30"'),
        ("2020-01-01", '"2020-01-01"'),
        ("0x1F", '"0x1F"'),
        ("---", '"---"'),
        ("two\nlines\ttab", '"two\\nlines\\ttab"'),
        ("carriage\rreturn", '"carriage\\rreturn"'),
        ("Zürich 🤗", '"Zürich 🤗"'),
        ("a\u2028b\x85c\ufeffd\x00e\x7ff", '"a\\u2028b\\u0085c\\ufeffd\\u0000e\\u007ff"'),
        ("\uffff", '"\\uffff"'),
    ],
)
def test_texts_have_quotes_where_some_yaml_reader_needs_them(source, written):
    record = GRAMS.replace(source=source)
    after = patch_card("", record)
    assert after == f"---\nco2_eq_emissions:\n  emissions: 12.5\n  source: {written}\n---\n"
    assert read_card(after) == record


def test_a_comma_needs_quotes_in_flow_form():
    after = patch_card("---\n{}\n---\n", GRAMS.replace(source="a, b"))
    assert after == '---\n{co2_eq_emissions: {emissions: 12.5, source: "a, b"}}\n---\n'


@pytest.mark.parametrize("card", ["", "---\n{}\n---\n"])
def test_a_very_long_text_stays_on_one_line(card):
    for unit in ["word ", "x", "ü: "]:
        record = GRAMS.replace(source=(unit * 50_000).strip())
        after = patch_card(card, record)
        assert after.count("\n") <= 5
        assert read_card(after) == record
        assert remove_block(after) == card


def test_blanks_around_a_text_do_not_stop_it_from_being_written():
    after = patch_card("", GRAMS.replace(cpu_model="Intel(R) Xeon(R) CPU  "))
    assert read_card(after).cpu_model == "Intel(R) Xeon(R) CPU"


def test_every_key_is_written_in_the_hubs_order():
    record = EmissionsRecord(
        emissions_g=24.6,
        energy_kwh=0.0632,
        duration_s=5400,
        source="CodeCarbon 3.3.1",
        training_type="fine-tuning",
        geographical_location="Paris, France",
        hardware_used="1 x NVIDIA A100",
        on_cloud=False,
        cpu_model="AMD EPYC 7763 @ 2.45GHz",
        ram_gb=31.3,
        method="modelled",
        country_iso3="FRA",
    )
    assert patch_card("# Title\n", record) == (
        "---\n"
        "co2_eq_emissions:\n"
        "  emissions: 24.6\n"
        "  source: CodeCarbon 3.3.1\n"
        "  training_type: fine-tuning\n"
        "  geographical_location: Paris, France\n"
        "  hardware_used: 1 x NVIDIA A100\n"
        "  energy_consumed: 0.0632\n"
        "  hours_used: 1.5\n"
        "  on_cloud: false\n"
        "  cpu_model: AMD EPYC 7763 @ 2.45GHz\n"
        "  ram_total_size: 31.3\n"
        "---\n"
        "# Title\n"
    )


def test_a_blank_line_that_holds_an_empty_front_matter_apart_from_a_rule_in_the_body_stays():
    """Two lines of dashes without it would begin a front matter that ends at the dashes in the body."""
    card = "---\n\n{}---\n\n# Title\n\n---\n\ntext"
    assert remove_block(card.format("co2_eq_emissions: 3\n")) == card.format("")
