"""Multi-accelerator machines by product or instance name: `DGX A100`, `p4d.24xlarge`."""

from __future__ import annotations

import re
from typing import NamedTuple

from .hardware_words import MEMORY, words_of


class Machine(NamedTuple):
    """Machine with its name, possible devices, and their number."""

    label: str
    models: tuple[str, ...]
    accelerators: int


_OF_EIGHT = ("A100", "A800", "H100", "H200", "H800", "B200", "B300")
_MACHINES: dict[str, tuple[str, tuple[str, ...], int]] = {
    **{f"dgx {model.lower()}": (f"DGX {model}", (f"{model} SXM",), 8) for model in _OF_EIGHT},
    "dgx 1": ("DGX-1", ("V100 SXM2", "P100 SXM2"), 8),
    "dgx 1 v100": ("DGX-1", ("V100 SXM2",), 8),
    "dgx 1 p100": ("DGX-1", ("P100 SXM2",), 8),
    "dgx 2": ("DGX-2", ("V100 SXM3",), 16),
    "dgx station": ("DGX Station", ("V100 DGXS",), 4),
    "dgx station a100": ("DGX Station A100", ("A100 SXM",), 4),
    "ipu m2000": ("IPU-M2000", ("GC200",), 4),
    **{f"ipu pod{size}": (f"IPU-POD{size}", ("GC200",), size) for size in (4, 16, 64, 128, 256)},
    **{f"bow pod{size}": (f"Bow Pod{size}", ("Bow IPU",), size) for size in (16, 64, 256)},
}
_G_SIZES = {"xlarge": 1, "2xlarge": 1, "4xlarge": 1, "8xlarge": 1, "16xlarge": 1, "12xlarge": 4, "24xlarge": 4}
_AWS: dict[str, tuple[str, dict[str, int]]] = {
    "p2": ("K80 12GB", {"xlarge": 1, "8xlarge": 8, "16xlarge": 16}),
    "p3": ("V100 SXM2 16GB", {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8}),
    "p3dn": ("V100 SXM2 32GB", {"24xlarge": 8}),
    "p4d": ("A100 SXM 40GB", {"24xlarge": 8}),
    "p4de": ("A100 SXM 80GB", {"24xlarge": 8}),
    "p5": ("H100 SXM", {"4xlarge": 1, "48xlarge": 8}),
    "p5e": ("H200 SXM", {"48xlarge": 8}),
    "p5en": ("H200 SXM", {"48xlarge": 8}),
    "g4dn": ("T4", {**_G_SIZES, "metal": 8}),
    "g5": ("A10G", {**_G_SIZES, "48xlarge": 8}),
    "g6": ("L4", {**_G_SIZES, "48xlarge": 8}),
    "g6e": ("L40S", {**_G_SIZES, "48xlarge": 8}),
    "dl1": ("Gaudi1", {"24xlarge": 8}),
    "trn1": ("Trainium1", {"2xlarge": 1, "32xlarge": 16}),
    "trn1n": ("Trainium1", {"32xlarge": 16}),
    "trn2": ("Trainium2", {"3xlarge": 1, "48xlarge": 16}),
    "inf2": ("Inferentia2", {"xlarge": 1, "8xlarge": 1, "24xlarge": 6, "48xlarge": 12}),
}
_INSTANCE = re.compile(r"(?:ml\.)?([a-z0-9]{2,5})\.([a-z0-9]{5,8})")
_OF_MACHINES = words_of("nvidia graphcore aws amazon ec2 sagemaker instance machine server system node")


def find_machine(written: str) -> Machine | None:
    """Look up a machine by name, ignoring memory sizes; None if unknown."""
    words = [word for word in re.split(r"[\s_-]+", MEMORY.sub(" ", written).lower()) if word not in _OF_MACHINES]
    key = " ".join(filter(None, words))
    instance = _INSTANCE.fullmatch(key)
    if instance and instance[2] in _AWS.get(instance[1], ("", {}))[1]:
        device, sizes = _AWS[instance[1]]
        return Machine(key.removeprefix("ml."), (device,), sizes[instance[2]])
    found = _MACHINES.get(key)
    return None if found is None else Machine(*found)
