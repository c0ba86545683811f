"""What stands for a model on the Hub, and what does not."""

from __future__ import annotations

import pytest

from hf_emissions.hub.address import Address, read_address


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user/model", Address("user/model")),
        ("user/model-1.5_b", Address("user/model-1.5_b")),
        ("hf://user/model", Address("user/model")),
        ("hf://models/user/model", Address("user/model")),
        ("hf://user/model/README.md", Address("user/model")),
        ("hf://user/model@v1.0", Address("user/model", "v1.0")),
        ("hf://user/model@refs/pr/7", Address("user/model", "refs/pr/7")),
        ("hf://user/model@refs%2Fpr%2F7/README.md", Address("user/model", "refs/pr/7")),
        ("https://huggingface.co/user/model", Address("user/model")),
        ("https://huggingface.co/user/model/blob/main/README.md", Address("user/model")),
        ("https://huggingface.co/user/model/tree/dev", Address("user/model", "dev")),
    ],
)
def test_an_address(name, expected):
    assert read_address(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("model", "", "-", "./model", "a/b/c", "/user/model", "../model", "user/..", "user/mo del", "docs/README.md"),
        *("hf://datasets/user/data/x", "https://example.com/user/model", "user/model--x", "~/model", "user/\x1b[31m"),
    ],
)
def test_no_address(name):
    assert read_address(name) is None
