"""Files of trackers that tests write: rows of CodeCarbon, and what each of the others has in a run of round figures."""

from __future__ import annotations

BEFORE = "---\nlicense: mit\n---\n# A model\n"
HEADER = (
    "timestamp,project_name,run_id,duration,emissions,energy_consumed,country_name,country_iso_code,region,"
    "codecarbon_version,gpu_count,gpu_model,cpu_power,gpu_power,ram_power,ram_energy,latitude,longitude\n"
)


def row(**changes: object) -> str:
    """A row of CodeCarbon: 10 kWh in 10 h in Germany."""
    cells = dict.fromkeys(HEADER.strip().split(","), "") | {
        "timestamp": "2026-01-01T00:00:00",
        "run_id": "a1",
        "duration": 36000,
        "emissions": 3.81,
        "energy_consumed": 10.0,
        "country_name": "Germany",
        "country_iso_code": "DEU",
        "codecarbon_version": "3.3.2",
    }
    return ",".join(str(value) for value in {**cells, **changes}.values()) + "\n"
