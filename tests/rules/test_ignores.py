"""Comments that disable rules: where each rule's name stands."""

from __future__ import annotations

from hf_emissions.rules.ignores import ignores

CARD = "# A model\n\n<!-- hf-emissions: ignore missing-source, missing-hardware -->\n"


def test_each_name_has_its_place():
    text = f"{CARD}\n<!-- hf-emissions: ignore missing-source, unknown-key -->\n"
    found = {one.rule: one.start for one in ignores(text)}
    assert found == {rule: text.index(rule) for rule in ("missing-source", "missing-hardware", "unknown-key")}
