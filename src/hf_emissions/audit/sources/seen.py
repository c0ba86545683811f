"""Set of seen names, to detect models that are listed twice."""

from __future__ import annotations

from collections.abc import Sequence


class SeenNames:
    """Hashes of seen names, eight bytes each: all models of the Hub take less memory than a page of cards."""

    def __init__(self) -> None:
        import numpy as np

        self._hashes = np.empty(0, np.int64)

    def among(self, names: Sequence[str]) -> list[str]:
        """Names that were seen before."""
        import numpy as np

        if not len(self._hashes):
            return []
        wanted = np.array([hash(name) for name in names], np.int64)
        places = np.searchsorted(self._hashes, wanted).clip(max=len(self._hashes) - 1)
        return [name for name, there in zip(names, self._hashes[places] == wanted, strict=True) if there]

    def add(self, names: Sequence[str]) -> None:
        """Add names."""
        import numpy as np

        new = np.sort(np.array([hash(name) for name in names], np.int64))
        self._hashes = np.insert(self._hashes, np.searchsorted(self._hashes, new), new)
