"""Source: a tar archive, streamed from beginning to end and never extracted."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...card.file import CARD_NAME, MOST_BYTES, TOO_LARGE
from ...errors import UsageError
from ..schema import ModelRow
from .source import Source, id_of
from .unpacked import BROKEN, unpacked


@dataclass(frozen=True, slots=True)
class Archive(Source):
    """Cards of a .tar archive, plain or compressed by gzip, bzip2 or xz, in its own order."""

    path: Path

    def fingerprint(self) -> str:
        """Path, size and modification time."""
        status = self.path.stat()
        return f"{self.path.resolve()} {status.st_size} {status.st_mtime_ns}"

    def count(self) -> int | None:
        """None: unknown before the archive is read."""
        return None

    def models(self) -> Iterator[ModelRow]:
        """Models with whole cards. Links and other files are skipped.

        Raises:
            UsageError: the file is not an archive, is truncated or damaged, or has no card.
        """
        found = False
        try:
            with unpacked(self.path) as archive:
                for member in archive:
                    if member.isreg() and f"/{member.name}".endswith(f"/{CARD_NAME}"):
                        found = True
                        yield _model(archive, member)
        except (*BROKEN, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise UsageError(f"{self.path}: this is no whole archive ({error}); fetch it again") from None
        if not found:
            raise UsageError(f"{self.path}: there is no {CARD_NAME} in this archive")


def _model(archive: tarfile.TarFile, member: tarfile.TarInfo) -> ModelRow:
    name = id_of(tuple(part for part in member.name.split("/") if part not in ("", ".")))
    # A sparse member expands from few bytes to many.
    file = archive.extractfile(member) if member.size <= MOST_BYTES else None
    if file is None:
        return {"id": name, "problem": TOO_LARGE}
    return {"id": name, "card": file.read(), "body_read": True}
