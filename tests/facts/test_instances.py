"""Instances of clouds in prose: found with their number, and no other word is one."""

from __future__ import annotations

import pytest

from hf_emissions.facts.devices import devices


@pytest.mark.parametrize(
    ("text", "name", "count", "accelerators"),
    [
        ("trained on 2 x p4d.24xlarge instances", "p4d.24xlarge", 2, 8),
        ("four ml.g5.12xlarge instances", "ml.g5.12xlarge", 4, 4),
        ("on a p6-b200.48xlarge", "p6-b200.48xlarge", 1, 8),
        ("2x a2-highgpu-8g", "a2-highgpu-8g", 2, 8),
        ("an a3-megagpu-8g machine", "a3-megagpu-8g", 1, 8),
        ("one g2-standard-24", "g2-standard-24", 1, 2),
        ("a Standard_NC24ads_A100_v4 on Azure", "Standard_NC24ads_A100_v4", 1, 1),
        ("16 nodes of ND96asr_v4", "ND96asr_v4", None, 8),
        ("on BM.GPU.H100.8", "BM.GPU.H100.8", None, 8),
        ("Lambda's gpu_8x_h100_sxm5", "gpu_8x_h100_sxm5", None, 8),
    ],
)
def test_an_instance_in_prose(text, name, count, accelerators):
    (found,) = devices(text, text.lower())
    assert (found.name, found.count, found.meant.chips) == (name, count, accelerators)


@pytest.mark.parametrize(
    "text",
    [
        "a large model, bert-large, 8g of memory",
        "gpt2-standard-8, nc_v2 and nd_v3, squad_v2",
        "a2-highgpu-3g, p4d.large, g2-standard-7",
        "bm.gpu of gpu_3x_words",
    ],
)
def test_no_instance(text):
    assert devices(text, text.lower()) == []
