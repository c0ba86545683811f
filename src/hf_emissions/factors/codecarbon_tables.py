"""codecarbon's tables of processors and of Google's regions. Values change between releases, so every `source` names
the version.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from ..errors import MissingExtraError


@cache
def processor_powers_w() -> dict[str, float]:
    """Rated power in watts of each processor, by name; unparsable entries are left out.

    Raises:
        MissingExtraError: codecarbon is not installed.
    """
    table = _data_source("the power of a processor").get_cpu_power_data()
    powers = {str(name): _power_w(str(text)) for name, text in zip(table["Name"], table["TDP"], strict=True)}
    return {name: power_w for name, power_w in powers.items() if power_w > 0}


@cache
def google_intensities_g_per_kwh() -> dict[str, float]:
    """Operational intensity of each Google region in g/kWh, by codecarbon's spelling.

    Raises:
        MissingExtraError: codecarbon is not installed.
    """
    table = _data_source("the intensity of a cloud region").get_cloud_emissions_data()
    rows = zip(table["provider"], table["region"], table["impact"], strict=True)
    return {str(region): float(impact) for provider, region, impact in rows if provider == "gcp"}


def _power_w(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # in 3.3.2, four Celerons have two concatenated figures, such as 27.29.5
        return 0.0


def version() -> str:
    """Installed version of codecarbon."""
    from importlib.metadata import version as installed

    return installed("codecarbon")


def _data_source(wanted: str) -> Any:
    try:
        return importlib.import_module("codecarbon.input").DataSource()
    except ImportError:
        raise MissingExtraError(f"{wanted} needs an extra: pip install 'hf-emissions[estimate]'") from None
