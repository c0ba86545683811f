"""A row of a tracker's table."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import TrackerError
from .numbers import finite, read_number


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: cells by column name, location, and why it is torn, if it is."""

    cells: dict[str, str]
    where: str
    torn: str | None = None

    def __contains__(self, name: str) -> bool:
        return bool(self.cells.get(name, "").strip())

    def text(self, *names: str) -> str | None:
        """First non-empty cell of these columns, stripped; None if all are empty."""
        # Loops, not generators: a long table has millions of lookups.
        for name in names:
            found = self.cells.get(name, "").strip()
            if found:
                return found
        return None

    def number(self, *names: str) -> float | None:
        """First non-empty cell of these columns, as a non-negative number; None if all are empty.

        Raises:
            TrackerError: it is not one.
        """
        for name in names:
            value = self.cells.get(name, "")
            if value and not value.isspace():
                return read_number(value, name, self.where)
        return None

    def stated(self, name: str) -> float | None:
        """A cell that no figure depends on, as a number; None if empty or not a number."""
        return finite(self.cells.get(name, ""))

    def required(self, *names: str) -> float:
        """Like `number`, but empty cells are an error, not zero.

        Raises:
            TrackerError: they are empty, or it is not a number.
        """
        found = self.number(*names)
        if found is None:
            raise TrackerError(f"{self.where}: {names[0]} is empty; nothing was recorded there")
        return found
