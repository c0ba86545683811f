"""What is done of an audit, on disk: stopped anywhere by anything, the same command goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..card.file import write_atomically
from ..errors import UsageError
from .schema import row_schema

if TYPE_CHECKING:
    import pyarrow as pa

_PLAN = "plan.json"


@dataclass(frozen=True, slots=True)
class Journal:
    """The folder beside the result: a plan, and a file for each batch that is done."""

    folder: Path
    audited_at: datetime

    @classmethod
    def open(cls, folder: Path, plan: dict[str, Any], now: datetime, *, restart: bool = False) -> Journal:
        """The journal of an audit, new or as it was left.

        Args:
            folder: where it is kept.
            plan: what must be the same for a result to be gone on with: the source, the options, the versions.
            now: when the audit is begun, if it is a new one.
            restart: begin anew, whatever is there.

        Raises:
            UsageError: another audit was begun there.
        """
        if restart and folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _PLAN
        if not path.exists():
            now = now.replace(microsecond=now.microsecond // 1000 * 1000)
            write_atomically(path, json.dumps({**plan, "audited_at": now.isoformat()}, indent=2).encode())
        found = json.loads(path.read_text(encoding="utf-8"))
        audited_at = datetime.fromisoformat(found.pop("audited_at"))
        if found != plan:
            other = ", ".join(sorted(key for key in {*found, *plan} if found.get(key) != plan.get(key)))
            raise UsageError(f"{folder}: an audit with another {other} was begun here; give --restart to begin anew")
        return cls(folder, audited_at)

    def done(self) -> int:
        """How many batches are done, without a gap."""
        number = 0
        while self._part(number).exists():
            number += 1
        return number

    def add(self, number: int, rows: pa.Table) -> None:
        """Keep the rows of a batch; they are there whole, or not at all."""
        from pyarrow.parquet import write_table

        temporary = self.folder / f".{number}.tmp"
        write_table(rows, temporary, compression="zstd")
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(self._part(number))

    def rows(self) -> Iterator[pa.Table]:
        """The rows of all batches that are done, in order."""
        from pyarrow.parquet import read_table

        for number in range(self.done()):
            yield read_table(self._part(number), schema=row_schema())

    def remove(self) -> None:
        """Remove the journal, after its rows are where they belong."""
        shutil.rmtree(self.folder)

    def _part(self, number: int) -> Path:
        return self.folder / f"{number:08d}.parquet"
