"""Names by kind: devices, instances of clouds, services and processors, each with its number and power.

The spellings are those of drivers, consoles and people; each kind has several.
"""

from __future__ import annotations

import csv
import importlib.resources
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from hf_emissions.estimation.hardware import find_hardware
from hf_emissions.factors.accelerators import accelerators
from hf_emissions.factors.find_accelerator import UnknownDeviceError, find_accelerator
from hf_emissions.factors.hardware_in_text import find_in_text
from hf_emissions.factors.machines import find_machine, machines

DEVICES = {
    "data centre": [
        ("GB200", "GB200", 0.5, 1000, 2700),
        ("NVIDIA GB300", "GB300", 0.5, 1200, 3200),
        ("NVIDIA B300 SXM6 AC", "B300", 1, 1000, 1400),
        ("NVIDIA H20-3e", "H20", 1, 400, 400),
        ("H800 80GB PCIe", "H800 PCIe", 1, 350, 350),
        ("H100-SXM5-64GB", "H100 SXM", 1, 700, 700),
        ("CoreWeave H100 SXM", "H100 SXM", 1, 700, 700),
        ("Grace Hopper", "GH200", 1, 450, 1000),
        ("NVIDIA A100-SXM-64GB", "A100 64GB SXM", 1, 400, 476),
        ("A100X", "A100X", 1, 300, 300),
        ("nvidia l2", "L2", 1, 50, 100),
        ("Tesla K20m", "Tesla K20", 1, 225, 235),
        ("T4G", "T4G", 1, 50, 75),
        ("AMD Instinct MI308X", "Instinct MI308X", 1, 750, 750),
        ("MI325", "Instinct MI325X", 1, 1000, 1000),
        ("mi355x oam", "Instinct MI355X", 1, 1400, 1400),
        ("MI400", "Instinct MI400", 1, 1200, 2500),
        (
            "Ponte Vecchio",
            "Data Center GPU Max 1550 or Data Center GPU Max 1350 or Data Center GPU Max 1100",
            1,
            300,
            600,
        ),
        ("HL-225", "Gaudi2", 1, 600, 600),
        ("TPU v5litepod-16", "TPU v5e-16 (16 TPU v5e)", 16, 1280, 4160),
        ("tpu-v5p-128", "TPU v5p-128 (64 TPU v5p)", 64, 16_000, 41_600),
        ("Trillium", "TPU v6e (Trillium)", 1, 150, 600),
        ("TPU v7x", "TPU v7 (Ironwood)", 1, 500, 1200),
        ("AWS Trainium 3", "Trainium3", 1, 600, 1200),
        ("Inferentia 2", "Inferentia2", 1, 70, 250),
        ("AWS Inferentia", "Inferentia", 1, 40, 100),
        ("Huawei Ascend 910B3 NPU", "Ascend 910B", 1, 300, 450),
        ("ascend-910c", "Ascend 910C", 1, 500, 900),
        ("Ascend 910A", "Ascend 910", 1, 300, 350),
        ("Kunlun XPU", "Kunlun K200 or Kunlun R200 or Kunlun P800", 1, 75, 500),
        ("Cambricon MLU-370", "MLU370-X8 or MLU370-X4 or MLU370-S4", 1, 75, 250),
        ("Hygon DCU", "DCU Z100 or DCU K100", 1, 260, 400),
        ("Moore Threads MTT S4000", "MTT S4000", 1, 450, 450),
        ("Biren BR100", "BR100", 1, 550, 550),
        ("Iluvatar BI-V100", "BI-V100", 1, 250, 250),
        ("MetaX C500", "MetaX C500", 1, 350, 350),
        ("Cerebras CS-3", "Cerebras CS-3 (WSE-3)", 1, 15_000, 25_000),
        ("WSE2", "Cerebras CS-2 (WSE-2)", 1, 15_000, 23_000),
        ("SambaNova SN40L", "SN40L", 1, 350, 850),
        ("Groq LPU", "GroqChip", 1, 240, 375),
        ("Tenstorrent Wormhole n300", "Wormhole n300", 1, 300, 300),
    ],
    "workstation and desktop": [
        ("NVIDIA RTX A1000", "RTX A1000", 1, 50, 50),
        ("Quadro T1000", "T1000", 1, 50, 50),
        ("quadro p2000 5GB", "Quadro P2000", 1, 75, 75),
        ("RTX 6000 Ada 48GB", "RTX 6000 Ada Generation", 1, 300, 300),
        ("GeForce GTX 960", "GeForce GTX 960", 1, 120, 120),
        ("RX580", "Radeon RX 580", 1, 185, 185),
        ("AMD Radeon RX 9060 XT 16GB", "Radeon RX 9060 XT", 1, 150, 182),
        ("Radeon AI PRO R9700", "Radeon AI PRO R9700", 1, 300, 300),
        ("Intel Arc A750", "Arc A750", 1, 225, 225),
        ("Intel Arc Pro B60 24GB", "Arc Pro B60", 1, 120, 200),
    ],
    "laptop and edge": [
        ("NVIDIA GeForce MX130", "GeForce MX130", 1, 16, 30),
        ("MX450", "GeForce MX450", 1, 12, 31),
        ("NVIDIA GeForce GTX 1650 Ti", "GeForce GTX 1650 Ti Laptop GPU", 1, 35, 50),
        ("RTX 3050 Ti", "GeForce RTX 3050 Ti Laptop GPU", 1, 35, 95),
        ("NVIDIA RTX 3500 Ada Generation Laptop GPU", "RTX 3500 Ada Laptop GPU", 1, 60, 150),
        ("Apple M5", "M5", 1, 8, 70),
        ("M5 Max 40-core GPU", "M5 Max", 1, 35, 160),
        ("MacBook Air (M1, 2020)", "M1", 1, 8, 39),
        ("MacBook Pro M3 Max 128GB", "M3 Max", 1, 35, 150),
        ("Mac Studio M3 Ultra", "M3 Ultra", 1, 70, 270),
        ("Jetson TX2", "Jetson TX2", 1, 7.5, 20),
        ("jetson-xavier-nx", "Jetson Xavier NX", 1, 10, 20),
        ("Jetson Orin NX 16GB", "Jetson Orin NX", 1, 10, 40),
        ("NVIDIA Jetson AGX Thor", "Jetson AGX Thor", 1, 40, 130),
        ("Google Coral USB Accelerator", "Coral Edge TPU", 1, 1, 4),
    ],
}
MACHINES = {
    "makers": [
        ("GB200 NVL72", "GB200 NVL72 (36 GB200)", 36, 72_000, 97_200),
        ("GB300 NVL72 rack", "GB300 NVL72 (36 GB300)", 36, 86_400, 115_200),
        ("HGX H100 8-GPU", "HGX H100 8GPU (8 H100 SXM)", 8, 5600, 5600),
        ("NVIDIA HGX B200", "HGX B200 (8 B200)", 8, 8000, 9600),
        ("4 x DGX A100", "4 x DGX A100 (32 A100 SXM)", 32, 12_800, 16_000),
        ("Atlas 800T A2", "Atlas 800T A2 (8 Ascend 910B)", 8, 2400, 3600),
    ],
    "AWS": [
        ("AWS g5.12xlarge", "g5.12xlarge (4 A10G)", 4, 600, 1200),
        ("ml.p4d.24xlarge", "p4d.24xlarge (8 A100 40GB SXM)", 8, 3200, 3200),
        ("SageMaker ml.g4dn.xlarge instance", "g4dn.xlarge (1 Tesla T4)", 1, 70, 70),
        ("2x p4d.24xlarge", "2 x p4d.24xlarge (16 A100 40GB SXM)", 16, 6400, 6400),
        ("P5.48XLARGE \u00d7 4", "4 x p5.48xlarge (32 H100 SXM)", 32, 22_400, 22_400),
        ("p6-b200.48xlarge", "p6-b200.48xlarge (8 B200)", 8, 8000, 9600),
        ("g6f.2xlarge", "g6f.2xlarge (0.25 L4)", 0.25, 18, 18),
        ("g5g.metal", "g5g.metal (2 T4G)", 2, 100, 150),
        ("trn2.48xlarge", "trn2.48xlarge (16 Trainium2)", 16, 4800, 11_200),
        ("inf1.24xlarge", "inf1.24xlarge (16 Inferentia)", 16, 640, 1600),
        ("p4de", "p4de (8 A100 80GB SXM)", 8, 3200, 4000),
    ],
    "Google": [
        ("a2-highgpu-8g", "a2-highgpu-8g (8 A100 40GB SXM)", 8, 3200, 3200),
        ("GCP a2-ultragpu-1g", "a2-ultragpu-1g (1 A100 80GB SXM)", 1, 400, 500),
        ("A3-MEGAGPU-8G", "a3-megagpu-8g (8 H100 SXM)", 8, 5600, 5600),
        ("g2-standard-24", "g2-standard-24 (2 L4)", 2, 144, 144),
        ("3 x g2-standard-96", "3 x g2-standard-96 (24 L4)", 24, 1728, 1728),
        ("a4x-highgpu-4g", "a4x-highgpu-4g (2 GB200)", 2, 4000, 5400),
        ("ct5lp-hightpu-4t", "ct5lp-hightpu-4t (4 TPU v5e)", 4, 320, 1040),
    ],
    "Azure": [
        ("Standard_NC24ads_A100_v4", "Standard_NC24ads_A100_v4 (1 A100 80GB PCIe)", 1, 300, 300),
        ("ND96asr_v4", "Standard_ND96asr_v4 (8 A100 40GB SXM)", 8, 3200, 3200),
        ("Azure Standard_ND96amsr_A100_v4", "Standard_ND96amsr_A100_v4 (8 A100 80GB SXM)", 8, 3200, 4000),
        ("standard nd96isr h100 v5", "Standard_ND96isr_H100_v5 (8 H100 SXM)", 8, 5600, 5600),
        ("ND MI300X v5", "ND MI300X v5 (8 Instinct MI300X)", 8, 6000, 6000),
        ("Standard_NC12", "Standard_NC12 (1 Tesla K80)", 1, 300, 300),
        ("NC64as_T4_v3", "Standard_NC64as_T4_v3 (4 Tesla T4)", 4, 280, 280),
        ("Standard_NV18ads_A10_v5", "Standard_NV18ads_A10_v5 (0.5 A10)", 0.5, 75, 75),
        ("Standard_ND128isr_GB300_v6", "Standard_ND128isr_GB300_v6 (2 GB300)", 2, 4800, 6400),
    ],
    "Oracle and Lambda": [
        ("BM.GPU.H100.8", "BM.GPU.H100.8 (8 H100 SXM)", 8, 5600, 5600),
        ("OCI bm.gpu.a100-v2.8", "BM.GPU.A100-v2.8 (8 A100 80GB SXM)", 8, 3200, 4000),
        ("VM.GPU3.2", "VM.GPU3.2 (2 Tesla V100 SXM2 16GB)", 2, 600, 600),
        ("gpu_8x_h100_sxm5", "gpu_8x_h100_sxm5 (8 H100 SXM)", 8, 5600, 5600),
        ("Lambda gpu_1x_a100", "gpu_1x_a100 (1 A100 40GB)", 1, 250, 400),
        ("gpu_8x_a100_80gb_sxm4", "gpu_8x_a100_80gb_sxm4 (8 A100 80GB SXM)", 8, 3200, 4000),
    ],
    "the Hub and Kaggle": [
        ("a10g-large", "a10g-large (1 A10G)", 1, 150, 300),
        ("a10g-largex4", "a10g-largex4 (4 A10G)", 4, 600, 1200),
        ("l4x1", "l4x1 (1 L4)", 1, 72, 72),
        ("L40Sx8", "l40sx8 (8 L40S)", 8, 2800, 2800),
        ("h100x8", "h100x8 (8 H100 SXM)", 8, 5600, 5600),
        ("2x l4x4", "2 x l4x4 (8 L4)", 8, 576, 576),
        ("rtx-pro-6000x2", "rtx-pro-6000x2 (2 RTX PRO 6000 Blackwell Server)", 2, 800, 1200),
        ("nvidia-a10g-x4", "nvidia-a10g-x4 (4 A10G)", 4, 600, 1200),
        ("T4x2", "Kaggle T4 x2 (2 Tesla T4)", 2, 140, 140),
        ("GPU T4 x2", "Kaggle T4 x2 (2 Tesla T4)", 2, 140, 140),
    ],
}
NAMES = [
    pytest.param(*case, id=f"{kind}: {case[0]}")
    for table in (DEVICES, MACHINES)
    for kind, cases in table.items()
    for case in cases
]


@pytest.mark.parametrize(("written", "canonical", "units", "low_w", "high_w"), NAMES)
def test_a_name_is_its_device_with_number_and_power(written, canonical, units, low_w, high_w):
    found = find_accelerator(written)
    assert (found.canonical, found.chips) == (canonical, units)
    assert (found.power_low_w, found.power_high_w) == pytest.approx((low_w, high_w))
    assert found.power_low_w <= found.power_w <= found.power_high_w
    assert found.service == ""


@pytest.mark.parametrize(
    ("written", "label", "devices", "low_w", "high_w"),
    [
        ("Google Colab", "Google Colab", {"Tesla T4", "Tesla P100 PCIe 16GB", "Tesla P4"}, 50, 250),
        ("colab (free)", "Google Colab", {"Tesla T4"}, 50, 250),
        ("Google Colab GPU", "Google Colab", {"Tesla T4"}, 50, 250),
        ("Google Colaboratory Pro", "Google Colab Pro", {"Tesla T4", "A100 40GB SXM", "L4"}, 70, 700),
        ("Colab Pro+", "Google Colab Pro", {"A100 80GB SXM", "H100 SXM"}, 70, 700),
        ("Colab TPU", "Google Colab TPU", {"TPU v2", "TPU v5e"}, 80, 2400),
        ("Kaggle GPU", "Kaggle", {"Tesla P100 PCIe 16GB", "Tesla T4"}, 70, 250),
        ("AWS SageMaker", "SageMaker", {"A10G", "Tesla T4", "H100 SXM"}, 70, 700),
        ("zero-a10g", "ZeroGPU", {"H200 SXM", "A100 40GB SXM", "A10G"}, 75, 700),
    ],
)
def test_a_service_is_a_range_of_devices_and_says_so(written, label, devices, low_w, high_w):
    found = find_accelerator(written)
    assert found.system == label
    assert devices <= {device.name for device in found.devices}
    assert (found.power_low_w, found.power_high_w) == (low_w, high_w)
    assert "is a service" in found.service
    assert "range" in found.service
    assert not found.power_is_published


@pytest.mark.parametrize("written", ["Google Colab T4", "Colab Pro+ A100", "Kaggle P100", "Kaggle TPU v3-8"])
def test_a_device_of_a_service_is_that_device(written):
    found = find_accelerator(written)
    assert found.service == ""
    assert found.power_is_published


@pytest.mark.parametrize(
    ("written", "low", "likely", "high"),
    [("HGX A100", 4, 8, 8), ("NC A100 v4", 1, 1, 4), ("trn1", 1, 16, 16), ("p5", 1, 8, 8)],
)
def test_a_number_that_the_name_leaves_open_is_a_range(written, low, likely, high):
    found = find_accelerator(written)
    assert (found.chips_low, found.chips, found.chips_high) == (low, likely, high)
    assert found.ambiguous


# --- The table of machines


def rows() -> list[dict[str, str]]:
    table = importlib.resources.files("hf_emissions.factors") / "machines.csv"
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


def test_every_machine_has_a_source_and_no_name_is_there_twice():
    assert len(rows()) > 180
    for row in rows():
        assert all((row["maker"], row["name"], row["counts"], row["devices"])), row
        assert len(row["source"]) > 15, row
        sized = "=" in row["counts"]
        assert all(("*" in name) == sized for name in row["name"].split("|")), row
    names = Counter(
        find_machine(name).label.casefold()  # of a family, its first size
        for row in rows()
        for name in [row["name"].split("|")[0].replace("*", row["counts"].split()[0].split("=")[0])]
    )
    assert [name for name, count in names.items() if count > 1] == []


BY_LABEL = {machine.label: machine for machine in machines().values()}


# Machines are many, and looked up fast: one test for all of a family costs less than a test for each.
FAMILIES = {label[:3]: [one for one in BY_LABEL.values() if one.label[:3] == label[:3]] for label in BY_LABEL}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_machine_is_found_with_devices_of_the_table(family):
    for machine in FAMILIES[family]:
        found = find_accelerator(machine.label)
        assert found.system == machine.label
        assert {device.name for device in found.devices} <= {row.name for row in accelerators()}
        low, likely, high = machine.counts
        assert 0.1 < low <= likely <= high <= 384
        assert found.chips_low <= found.chips <= found.chips_high
        assert found.service == machine.service


@pytest.mark.parametrize("family", FAMILIES)
def test_a_count_in_front_of_a_machine_multiplies(family):
    for machine in (one for one in FAMILIES[family] if not one.service):
        one, three = find_accelerator(machine.label), find_accelerator(f"3 x {machine.label}")
        assert three.chips == pytest.approx(3 * one.chips)
        assert three.power_high_w == pytest.approx(3 * one.power_high_w)
        assert three.canonical.startswith(f"3 x {machine.label} ")


# --- Refusals


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("p4d.12xlarge", "there is p4d.24xlarge"),
        ("g5.32xlarge", "g5.48xlarge"),
        ("a2-highgpu-3g", "a2-highgpu-8g"),
        ("Standard_NC8ads_A100_v4", "Standard_NC24ads_A100_v4"),
        ("BM.GPU.H100.7", "BM.GPU.H100.8"),
        ("gpu_3x_h100_sxm5", "gpu_8x_h100_sxm5"),
        ("l4x8", "name one, l4, and give the count, 8, apart"),
        ("A100 x8", "name one, A100, and give the count, 8, apart"),
        ("H100 SXM (x8)", "name one, H100 SXM, and give the count, 8, apart"),
        ("0x p4d.24xlarge", "name one, p4d.24xlarge"),
        ("2 x Google Colab", "name one, Google Colab, and give the count, 2, apart"),
        ("n1-standard-8", "is a machine without an accelerator of its own; name the one that was attached"),
        ("m5.xlarge", "is a machine without an accelerator of its own"),
        ("cpu-basic", "is a machine without an accelerator of its own"),
        ("MacBook Pro", "is a computer; give its chip, such as M2 Max"),
        ("Ascend NPU", "names no device; give its model"),
        ("Cerebras", "names no device; give its model"),
        ("Jetson", "names no device; give its model"),
        ("Intel Arc", "names no device; give its model"),
        ("Huawei GPU", "names no device; give its model"),
        ("A1000", "did you mean A100"),  # a slip of A100; the RTX A1000 is another device of a sixth of its power
        ("P1000", "did you mean Tesla P100"),
        ("Edge", "is no accelerator"),
        ("Moore", "names no device"),
        ("S4000", "is no accelerator"),
        ("C500", "is no accelerator"),
    ],
)
def test_a_refusal_says_what_is_meant(written, words):
    with pytest.raises(UnknownDeviceError) as caught:
        find_accelerator(written)
    assert words in str(caught.value)


# --- Prose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on eight NVIDIA L2 cards", ["NVIDIA L2"]),
        ("an NVIDIA T1000 in my desktop", ["NVIDIA T1000"]),
        ("a Quadro P2000.", ["Quadro P2000"]),
        ("with one Tesla K20m and a Tesla T4", ["Tesla K20m", "Tesla T4"]),
        ("an Intel Arc A750, twelve hours", ["Intel Arc A750"]),
        ("8 Ascend 910B NPUs", ["Ascend 910B"]),
        ("trained with Ascend910", ["Ascend910"]),
        ("on a Cerebras CS-2 for a day", ["Cerebras CS-2"]),
        ("16 Cerebras CS-3", ["Cerebras CS-3"]),
        ("deployed on a Jetson AGX Orin", ["Jetson AGX Orin"]),
        ("runs on a Jetson Xavier NX", ["Jetson Xavier NX"]),
        ("two GB300, then MI308X", ["GB300", "MI308X"]),
        ("my laptop's MX150", ["MX150"]),
        ("a Radeon RX 580", ["Radeon RX 580"]),
        ("an Apple M5 Max", ["Apple M5 Max"]),
        # what is none
        ("an L2 loss with L2 regularisation, and 2 x L2", []),
        ("ARC benchmark, 750 ARC questions, arc-challenge, an arc", []),
        ("M5 and M1, the M5 competition, 3 x M5", []),
        ("a CS-2 degree; CS-3 course; Counter-Strike CS2", []),
        ("Orin, Xavier, Thor and nano-sized models", []),
        ("section T400, form T1000, P2000 and A1000, the k20 split", []),
        ("the WSE-2 exam, e2e, the 910B form, mp3 and b50", []),
        ("in Google Colab, on Kaggle, with SageMaker, in a ZeroGPU Space", []),
        ("nano gpt, Xavier initialisation", []),
        ("Jetson writes; Cerebras publishes; we ascend", []),
        ("mlu370, s4000, c500 and tx2", []),
    ],
)
def test_new_names_in_prose(text, expected):
    assert [text[mention.start : mention.end] for mention in find_in_text(text)] == expected


# --- The names that people write


@pytest.mark.shared
def test_hardly_any_of_the_names_that_people_write_is_refused():
    pytest.importorskip("codecarbon")
    from hf_emissions.estimation.hardware import find_hardware

    folder = os.environ.get("HF_EMISSIONS_SHARED")
    if not folder:
        pytest.skip("HF_EMISSIONS_SHARED is not set")
    names = (Path(folder) / "data" / "labels" / "device_names.txt").read_text(encoding="utf-8").split("\n")
    refused = []
    for name in filter(None, map(str.strip, names)):
        try:
            rated_w = find_hardware(name).rated_w
        except UnknownDeviceError as error:
            refused.append((name, str(error)))
        else:
            assert 0 < rated_w.range_90[0] <= rated_w.range_90[1]
    assert {name for name, _ in refused} == {"n1-standard-8", "Intel Xeon CPU @ 2.20GHz"}
    assert "name the one that was attached" in dict(refused)["n1-standard-8"]
    assert "say which one" in dict(refused)["Intel Xeon CPU @ 2.20GHz"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("p4d.25xlarge", "is no size of this machine that exists; there is p4d.24xlarge"),
        ("ml.trn1.16xlarge", "there is trn1.2xlarge, trn1.32xlarge"),
        ("a2-highgpu-16g", "there is a2-highgpu-1g, a2-highgpu-2g, a2-highgpu-4g, a2-highgpu-8g"),
        ("g4dn.24xlarge", "g4dn.12xlarge, g4dn.metal"),
        ("BM.GPU.H100.7", "there is BM.GPU.H100.8"),
        ("l40-s", "did you mean L40 or L40S"),
    ],
)
def test_a_size_or_form_that_does_not_exist_is_refused_with_those_that_do(written, words):
    with pytest.raises(UnknownDeviceError, match=re.escape(words)):
        find_accelerator(written)


def test_the_same_instance_under_its_other_name():
    assert find_accelerator("BM.GPU.B4.8").chips == 8
    assert find_accelerator("zero-h200").devices == find_accelerator("zero-a10g").devices


@pytest.mark.parametrize("written", ["AMD EPYC 7B12", "EPYC 7V73X", "AMD EPYC 9R14", "EPYC 9V84 96-Core Processor"])
def test_a_clouds_own_processor_is_among_those_that_share_its_range(written):
    model = written.removeprefix("AMD ").split()[1]
    assert model in find_hardware(written).words
