"""A row of a tracker's table."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import TrackerError
from .numbers import finite, read_number


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by the name of their column, where it stands, and why it is no whole row."""

    cells: dict[str, str]
    where: str
    torn: str | None = None

    def __contains__(self, name: str) -> bool:
        return bool(self.cells.get(name, "").strip())

    def text(self, *names: str) -> str | None:
        """The first of these cells that is not empty, without the blanks around it."""
        # Loops and no generators: a long table asks for millions of cells.
        for name in names:
            found = self.cells.get(name, "").strip()
            if found:
                return found
        return None

    def number(self, *names: str) -> float | None:
        """The first of these cells that is not empty, as a number of at least zero.

        Raises:
            TrackerError: it is none.
        """
        for name in names:
            value = self.cells.get(name, "")
            if value and not value.isspace():
                return read_number(value, name, self.where)
        return None

    def stated(self, name: str) -> float | None:
        """A cell that no figure rests on, as a number; None where it is empty or none."""
        return finite(self.cells.get(name, ""))

    def required(self, *names: str) -> float:
        """The same, where an empty cell is no zero.

        Raises:
            TrackerError: it is empty, or no number.
        """
        found = self.number(*names)
        if found is None:
            raise TrackerError(f"{self.where}: {names[0]} is empty; nothing was recorded there")
        return found
