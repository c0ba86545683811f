"""The block stands in every README that a Trainer uploads; with the real client, to a Hub on the loopback interface."""

from __future__ import annotations

import pytest
from hub.server import Hub
from recording.helpers import block, card_text, run_script

pytest.importorskip("transformers")

# How many root READMEs each strategy uploads in a training with two checkpoints, the last push included. A push whose
# README has not changed since the one before uploads none.
LEAST = {"end": 1, "every_save": 2, "checkpoint": 2, "all_checkpoints": 2}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["init", "late"])
def test_every_readme_that_is_uploaded_has_the_block(tmp_path, way):
    with Hub() as hub:
        figures, _ = run_script("push.py", tmp_path, way, **hub.environment(tmp_path / "home"))
        for strategy, grams in figures.items():
            cards = hub.readmes(f"user/{way}-{strategy}")
            assert len(cards) >= LEAST[strategy], strategy
            assert all(block(card)["emissions"] > 0 for card in cards), strategy
            # Trainer wrote the last one anew, after its last callback had run.
            assert "generated automatically" in cards[-1]
            assert block(cards[-1])["emissions"] == grams
            assert card_text(tmp_path / strategy) == cards[-1]
            for commit in hub.repository(f"user/{way}-{strategy}").commits:
                assert not [path for path in commit.files if "_emissions" in path or path.endswith(".csv")]
        assert hub.validated
