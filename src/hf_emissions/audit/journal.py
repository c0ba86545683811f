"""Journal of an audit on disk: after any interruption, the same command resumes it.

It names private models if the token sees any, so only its owner can read it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..hub.private import make_folder, write_private
from .schema import row_schema
from .tables import save_table

if TYPE_CHECKING:
    import pyarrow as pa

_PLAN = "plan.json"
_LOCK = ".lock"
# Subfolder for the listing of a source.
LISTING = "listing"


@dataclass(frozen=True, slots=True)
class Journal:
    """Folder beside the result, with a plan and one file per finished batch."""

    folder: Path
    audited_at: datetime

    @classmethod
    @contextmanager
    def open(cls, folder: Path, plan: Mapping[str, str], now: datetime, *, restart: bool = False) -> Iterator[Journal]:
        """Open the journal of an audit, new or existing, under an exclusive lock.

        Args:
            folder: its location.
            plan: source, options and versions; an audit resumes only if they are equal.
            now: start time of a new audit.
            restart: discard an existing journal.

        Raises:
            UsageError: another audit was begun there, or is in progress.
        """
        make_folder(folder, ours=True)
        with _locked(folder):
            path = folder / _PLAN
            if restart or not path.exists():
                # Without a plan, these are remains of an interrupted removal: rows of an unknown audit.
                _empty(folder)
                now = now.replace(microsecond=now.microsecond // 1000 * 1000)
                write_private(path, json.dumps({**plan, "audited_at": now.isoformat()}, indent=2).encode())
            yield cls(folder, _begun(path, plan))

    def done(self) -> int:
        """Number of finished batches, up to the first gap."""
        number = 0
        while self._part(number).exists():
            number += 1
        return number

    def add(self, number: int, rows: pa.Table) -> None:
        """Save the rows of a batch atomically."""
        save_table(rows, self._part(number))

    def rows(self) -> Iterator[pa.Table]:
        """Rows of all finished batches, in order."""
        from pyarrow.parquet import read_table

        for number in range(self.done()):
            yield read_table(self._part(number), schema=row_schema())

    def remove(self) -> None:
        """Remove the journal, once its rows are in the result."""
        _empty(self.folder)
        (self.folder / _LOCK).unlink(missing_ok=True)
        with suppress(OSError):
            # The folder may hold files of others.
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
    """Remove all files of a journal but its lock. The plan goes first: without it, the rest is never resumed."""
    (folder / _PLAN).unlink(missing_ok=True)
    shutil.rmtree(folder / LISTING, ignore_errors=True)
    for path in [*folder.glob("*.parquet"), *folder.glob(".*.tmp")]:
        path.unlink()


def _begun(path: Path, plan: Mapping[str, str]) -> datetime:
    """Start time of the audit with this plan.

    Raises:
        UsageError: the file holds the plan of another audit, or none.
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
