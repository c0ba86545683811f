"""The rules on 16,245 real cards: nothing raises, every finding has its place, every fix is one."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from hf_emissions import check_card
from hf_emissions.rules.fix import apply_fixes


def texts():
    folder = os.environ.get("HF_EMISSIONS_SHARED")
    if not folder:
        pytest.skip("HF_EMISSIONS_SHARED is not set")
    cards = Path(folder, "data", "cards")
    with tarfile.open(cards / "hub-2022-02.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None:
                yield file.read().decode("utf-8", "replace")
    for path in sorted((cards / "kg-as-g").glob("*.md")):
        yield path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.shared
def test_every_real_card_is_checked():
    count = 0
    for text in texts():
        count += 1
        for finding in check_card(text):
            assert finding.line >= 1 <= finding.column
            assert "\n" not in finding.message
            if finding.fix:
                after = apply_fixes(text, [finding])
                left = [(other.rule, other.line, other.column) for other in check_card(after, select=[finding.rule])]
                assert (finding.rule, finding.line, finding.column) not in left
    assert count > 16_245
