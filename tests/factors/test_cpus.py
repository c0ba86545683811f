"""Processors by name: one, or a refusal that says what is near."""

from __future__ import annotations

import sys

import pytest

codecarbon = pytest.importorskip("codecarbon")

from hf_emissions.errors import MissingExtraError  # noqa: E402 - after the skip
from hf_emissions.factors.codecarbon_tables import processor_powers_w  # noqa: E402
from hf_emissions.factors.cpus import UnknownCpuError, find_cpu  # noqa: E402

pytestmark = pytest.mark.train
LOCKED = "3.3.2"


@pytest.mark.skipif(codecarbon.__version__ != LOCKED, reason=f"the figures are those of codecarbon {LOCKED}")
@pytest.mark.parametrize(
    ("written", "name", "power_w"),
    [
        ("Intel i7-12700H CPU", "Intel Core i7-12700H", 45),
        ("12th Gen Intel(R) Core(TM) i7-12700H", "Intel Core i7-12700H", 45),
        ("Intel(R) Core(TM) i7-8750H CPU @ 2.20GHz", "Intel Core i7-8750H", 45),
        ("i9-9900K", "Intel Core i9-9900K", 95),
        ("AMD Ryzen 7 7435HS", "AMD Ryzen 7 7435HS", 45),
        ("AMD Ryzen 7 5800H with Radeon Graphics", "AMD Ryzen 7 5800H", 45),
        ("AMD Ryzen 9 5900X 12-Core Processor", "AMD Ryzen 9 5900X", 105),
        ("EPYC 7742", "AMD EPYC 7742", 225),
        ("AMD EPYC 7742 64-Core Processor", "AMD EPYC 7742", 225),
        ("amd epyc 7763", "AMD EPYC 7763", 280),
        ("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "Intel Xeon E5-2680 v4", 120),
        ("Xeon E5-2680V4", "Intel Xeon E5-2680 v4", 120),
        ("Intel(R) Xeon(R) Silver 4114 CPU @ 2.20GHz", "Intel Xeon Silver 4114", 85),
        ("Intel Xeon 8375C", "Intel Xeon Platinum 8375C", 300),
        ("Apple M2", "Apple M2", 22),
        ("AMD Ryzen 9 6900HS", "AMD Ryzen 9 6900HS", 35),  # in the table with an invisible blank behind it
    ],
)
def test_a_processor(written, name, power_w):
    found = find_cpu(written)
    assert (found.name, found.power_w) == (name, power_w)
    assert found.source == f"codecarbon {LOCKED} data"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Intel(R) Xeon(R) CPU @ 2.20GHz", r"fits \d+ processors"),
        ("AMD EPYC", r"fits \d+ processors"),
        ("i7", r"fits \d+ processors"),
        ("v4", r"fits \d+ processors"),
        ("Xeon E5-2680 v9", "is not among"),
        ("EPYC 7743", "did you mean AMD EPYC 77"),
        ("2 x AMD EPYC 7742", "did you mean AMD EPYC 7742"),
        ("7742", "no whole name; did you mean AMD EPYC 7742"),
        ("6140", r"fits 2 processors"),
        ("Intel Xeon 5120", "say which one"),
        ("Apple M1 Max", "Apple M2 Max"),
        ("AMD i7-12700H", r"is not among .* did you mean Intel Core i7-12700H"),
        ("AMD EPYC-Milan Processor", "is not among"),
        ("RTX 3090", "is not among"),
        ("A100", "no whole name"),  # Intel had one too, of 3 W
        ("", "names no processor"),
        ("CPU", "names no processor"),
        ("@ 2.20GHz", "names no processor"),
        ("EPYC 7742 " * 50, "names no processor"),
        ("i7\x1b[31m\n", r"\\x1b"),
    ],
)
def test_no_silent_guess(written, words):
    with pytest.raises(UnknownCpuError, match=words) as caught:
        find_cpu(written)
    assert len(str(caught.value)) < 250
    assert str(caught.value).isprintable()


def test_a_name_of_the_table_is_never_another_one():
    powers_w = processor_powers_w()
    refused = []
    some = list(powers_w.items())[::5]
    for name, power_w in some:
        try:
            assert find_cpu(name).power_w == power_w, name
        except UnknownCpuError:
            refused.append(name)
    assert len(powers_w) > 4900
    # Model numbers without their family, and a few names that the table has twice with different figures.
    assert len(refused) < 0.02 * len(some)


def test_powers_that_are_no_number_are_left_out():
    assert all(0 < power_w < 1000 for power_w in processor_powers_w().values())


def test_without_codecarbon_the_extra_is_named(monkeypatch):
    processor_powers_w.cache_clear()
    monkeypatch.setitem(sys.modules, "codecarbon.input", None)
    with pytest.raises(MissingExtraError, match=r"the power of a processor needs an extra: .*\[estimate\]"):
        processor_powers_w()
