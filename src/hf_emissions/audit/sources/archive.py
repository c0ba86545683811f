"""Cards in a .tar.gz, read from beginning to end and never unpacked."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...card.file import CARD_NAME, MOST_BYTES, TOO_LARGE
from ...errors import UsageError
from .source import Source, id_of
from .unpacked import BROKEN, unpacked


@dataclass(frozen=True, slots=True)
class Archive(Source):
    """The cards of an archive, in its own order: a .tar, or one that is packed by gzip, bzip2 or xz."""

    path: Path

    def fingerprint(self) -> str:
        """Of the archive's size and time."""
        status = self.path.stat()
        return f"{self.path.resolve()} {status.st_size} {status.st_mtime_ns}"

    def count(self) -> int | None:
        """Not known before the archive was read."""
        return None

    def models(self) -> Iterator[dict[str, Any]]:
        """The models, their cards whole. Links and what is no card are passed over.

        Raises:
            UsageError: it is no archive, is cut off or damaged, or has no card.
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


def _model(archive: tarfile.TarFile, member: tarfile.TarInfo) -> dict[str, Any]:
    name = id_of(tuple(part for part in member.name.split("/") if part not in ("", ".")))
    # A member may have holes, so that few bytes of the archive stand for many.
    file = archive.extractfile(member) if member.size <= MOST_BYTES else None
    if file is None:
        return {"id": name, "problem": TOO_LARGE}
    return {"id": name, "card": file.read(), "body_read": True}
