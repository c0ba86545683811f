"""A row of a tracker's table."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import TrackerError
from .numbers import read_number


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by the name of their column, and where it stands."""

    cells: dict[str, str]
    where: str

    def __contains__(self, name: str) -> bool:
        return bool(self.cells.get(name, "").strip())

    def text(self, *names: str) -> str | None:
        """The first of these cells that is not empty, without the blanks around it."""
        return next((self.cells[name].strip() for name in names if name in self), None)

    def number(self, *names: str) -> float | None:
        """The first of these cells that is not empty, as a number of at least zero.

        Raises:
            TrackerError: it is none.
        """
        name = next((name for name in names if name in self), None)
        return None if name is None else read_number(self.cells[name], name, self.where)

    def required(self, *names: str) -> float:
        """The same, where an empty cell is no zero.

        Raises:
            TrackerError: it is empty, or no number.
        """
        found = self.number(*names)
        if found is None:
            raise TrackerError(f"{self.where}: {names[0]} is empty; nothing was recorded there")
        return found
