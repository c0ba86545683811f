"""Tests pass in any order: what is read once is set before the first of them."""

from __future__ import annotations

import os

import huggingface_hub.constants


def test_the_hubs_client_is_told_to_stay_offline_before_it_is_imported():
    """It reads this once: whichever test imports it, alone or behind others, it is the same."""
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert huggingface_hub.constants.HF_HUB_OFFLINE
