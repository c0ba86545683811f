"""One training-emissions figure and its parts. Independent of cards, files and networks."""

from .energy import Boundary, Energy, Method
from .hardware import Hardware
from .intensity import Intensity, IntensityBasis, Spread
from .place import Place
from .record import EmissionsRecord
from .site import Site

__all__ = [
    "Boundary",
    "EmissionsRecord",
    "Energy",
    "Hardware",
    "Intensity",
    "IntensityBasis",
    "Method",
    "Place",
    "Site",
    "Spread",
]
