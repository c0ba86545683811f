"""Fifty files of CodeCarbon as sound runs write them: what is doubted in one of them is doubted falsely."""

from __future__ import annotations

import random
from collections.abc import Iterator

COLUMNS = [
    "timestamp",
    "project_name",
    "run_id",
    "duration",
    "emissions",
    "emissions_rate",
    "cpu_power",
    "gpu_power",
    "ram_power",
    "cpu_energy",
    "gpu_energy",
    "ram_energy",
    "energy_consumed",
    "country_name",
    "country_iso_code",
    "region",
    "os",
    "python_version",
    "codecarbon_version",
    "cpu_count",
    "cpu_model",
    "gpu_count",
    "gpu_model",
    "longitude",
    "latitude",
    "ram_total_size",
    "tracking_mode",
    "on_cloud",
    "pue",
]
RELEASES = ("2.0.0", "2.1.4", "2.3.4", "2.5.0", "2.8.4", "3.0.2", "3.0.8", "3.2.1", "3.2.6", "3.3.2")
# A place and its g/kWh by CodeCarbon: countries over the life cycle, states and provinces by what burns.
PLACES = (
    ("Germany", "DEU", "bavaria", 380.95),
    ("Germany", "DEU", "berlin", 365.48),
    ("France", "FRA", "ile-de-france", 56.04),
    ("India", "IND", "karnataka", 713.4),
    ("Sweden", "SWE", "", 40.7),
    ("Poland", "POL", "mazovia", 661.9),
    ("United Kingdom", "GBR", "england", 237.6),
    ("Canada", "CAN", "quebec", 3.94),
    ("Canada", "CAN", "ontario", 51.0),
    ("United States", "USA", "california", 179.1),
    ("United States", "USA", "texas", 370.0),
)
# The name of a GPU, what it draws when it works, and when a run ends.
GPUS = (
    (None, 0.0, 0.0),
    ("NVIDIA L4", 65.0, 17.0),
    ("NVIDIA A100-SXM4-80GB", 360.0, 62.0),
    ("NVIDIA H100 80GB HBM3", 640.0, 75.0),
    ("Tesla T4", 60.0, 10.0),
    ("NVIDIA GeForce RTX 3090", 320.0, 25.0),
)


def files(seed: int, count: int = 50) -> Iterator[str]:
    """The texts of so many files of one sound run each.

    The powers are what releases before 3 wrote, the last reading, where a GPU is idle again and a processor is not;
    energies are those of the whole run, memory's by its constant power; a PUE is inside the energy, and from 3.3 on
    inside the power. On Windows releases that count threads as processors are left out: these are doubted rightly.
    """
    draw = random.Random(seed)
    for number in range(count):
        yield ",".join(COLUMNS) + "\n" + ",".join(str(cell) for cell in _cells(draw, number).values()) + "\n"


def _cells(draw: random.Random, number: int) -> dict[str, object]:
    release = RELEASES[number % len(RELEASES)]
    name, code, region, g_per_kwh = draw.choice(PLACES)
    gpu, busy_w, idle_w = draw.choice(GPUS)
    gpus = draw.choice((1, 2, 4, 8)) if gpu else 0
    duration_s = draw.choice((45.0, 600.0, 3600.0, 36_000.0, 360_000.0)) * draw.uniform(0.8, 1.2)
    pue = draw.choice((1.0, 1.0, 1.0, 1.2, 1.58))
    inside_power = pue if release.startswith("3.3") else 1.0
    ram_w, cpu_w = draw.choice((5.8, 10.0, 20.0, 38.0, 188.9)), draw.uniform(8.0, 280.0)
    hours = duration_s / 3600 * pue / 1000
    # What a clock starts before the first reading is lost to the energy.
    ram_kwh, cpu_kwh = ram_w * hours * draw.uniform(0.96, 1.0), cpu_w * hours * draw.uniform(0.5, 1.1)
    gpu_kwh = gpus * busy_w * hours * draw.uniform(0.3, 1.0)
    energy_kwh = ram_kwh + cpu_kwh + gpu_kwh
    last_w = gpus * (idle_w if draw.random() < 0.5 else busy_w)
    windows = draw.random() < 0.2 and release not in ("3.0.2", "3.0.8", "3.2.1")
    return {
        **dict.fromkeys(COLUMNS, ""),
        "timestamp": f"2025-03-{1 + number % 28:02}T10:00:00",
        "project_name": "codecarbon",
        "run_id": f"{number:08x}-1111-4111-8111-000000000001",
        "duration": duration_s,
        "emissions": energy_kwh * g_per_kwh / 1000,
        "emissions_rate": energy_kwh * g_per_kwh / 1000 / duration_s,
        "cpu_power": cpu_w * inside_power,
        "gpu_power": last_w * inside_power,
        "ram_power": ram_w * inside_power,
        "cpu_energy": cpu_kwh,
        "gpu_energy": gpu_kwh,
        "ram_energy": ram_kwh,
        "energy_consumed": energy_kwh,
        "country_name": name,
        "country_iso_code": code,
        "region": region,
        "os": "Windows-10-10.0.19045-SP0" if windows else "Linux-6.1.0-x86_64",
        "python_version": "3.11.9",
        "codecarbon_version": release,
        "cpu_count": 16,
        "cpu_model": "AMD EPYC 7302 16-Core Processor",
        "gpu_count": gpus or "",
        "gpu_model": f"{gpus} x {gpu}" if gpu else "",
        "longitude": 11.5,
        "latitude": 48.1,
        "ram_total_size": 64.0,
        "tracking_mode": "machine",
        "on_cloud": "N",
        "pue": pue,
    }
