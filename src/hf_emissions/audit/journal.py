"""What is done of an audit, on disk: stopped anywhere by anything, the same command goes on where it was.

It names private models, where the token sees any: its owner alone reads it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..hub.private import make_folder, open_private, write_private
from .schema import row_schema

if TYPE_CHECKING:
    import pyarrow as pa

_PLAN = "plan.json"
_LOCK = ".lock"
# The folder in it where a source keeps what it listed.
LISTING = "listing"


@dataclass(frozen=True, slots=True)
class Journal:
    """The folder beside the result: a plan, and a file for each batch that is done."""

    folder: Path
    audited_at: datetime

    @classmethod
    @contextmanager
    def open(cls, folder: Path, plan: dict[str, Any], now: datetime, *, restart: bool = False) -> Iterator[Journal]:
        """The journal of an audit, new or as it was left; nobody else has it open meanwhile.

        Args:
            folder: where it is kept.
            plan: what must be the same for a result to be gone on with: the source, the options, the versions.
            now: when the audit is begun, if it is a new one.
            restart: begin anew, whatever is there.

        Raises:
            UsageError: another audit was begun there, or is under way.
        """
        make_folder(folder, ours=True)
        with _locked(folder):
            path = folder / _PLAN
            if restart or not path.exists():
                # Without a plan it is what a removal that was cut off has left: nobody knows whose rows these are.
                _empty(folder)
                now = now.replace(microsecond=now.microsecond // 1000 * 1000)
                write_private(path, json.dumps({**plan, "audited_at": now.isoformat()}, indent=2).encode())
            yield cls(folder, _begun(path, plan))

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
        with open_private(temporary, "wb") as file:
            write_table(rows, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._part(number))

    def rows(self) -> Iterator[pa.Table]:
        """The rows of all batches that are done, in order."""
        from pyarrow.parquet import read_table

        for number in range(self.done()):
            yield read_table(self._part(number), schema=row_schema())

    def remove(self) -> None:
        """Remove the journal, after its rows are where they belong."""
        _empty(self.folder)
        (self.folder / _LOCK).unlink(missing_ok=True)
        with suppress(OSError):
            # Somebody else's files may lie there.
            self.folder.rmdir()

    def _part(self, number: int) -> Path:
        return self.folder / f"{number:08d}.parquet"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(folder / _LOCK, timeout=0, mode=0o600)
    try:
        with lock:
            yield
    except Timeout:
        raise UsageError(f"{folder}: another audit writes here now; wait for its end, or give another --out") from None


def _empty(folder: Path) -> None:
    """Remove what a journal has but its lock. The plan goes first: what is left without one is never gone on with."""
    (folder / _PLAN).unlink(missing_ok=True)
    shutil.rmtree(folder / LISTING, ignore_errors=True)
    for path in [*folder.glob("*.parquet"), *folder.glob(".*.tmp")]:
        path.unlink()


def _begun(path: Path, plan: dict[str, Any]) -> datetime:
    """When the audit of a plan was begun.

    Raises:
        UsageError: it is the plan of another audit.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        audited_at = datetime.fromisoformat(found.pop("audited_at"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path}: this is no plan of an audit; give --restart to begin anew") from None
    if found != plan:
        other = ", ".join(sorted(key for key in {*found, *plan} if found.get(key) != plan.get(key)))
        raise UsageError(f"{path.parent}: an audit with another {other} was begun here; give --restart to begin anew")
    return audited_at
