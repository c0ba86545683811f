"""Cards in a .tar.gz, read from beginning to end and never unpacked."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...card.file import CARD_NAME
from ...errors import UsageError
from .source import MOST_BYTES, Source, id_of


@dataclass(frozen=True, slots=True)
class Archive(Source):
    """The cards of an archive, in its own order."""

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
            UsageError: it is no archive, or is cut off.
        """
        try:
            with tarfile.open(self.path, "r|*") as archive:
                for member in archive:
                    if member.isreg() and member.name.endswith(f"/{CARD_NAME}") and member.size <= MOST_BYTES:
                        file = archive.extractfile(member)
                        if file is not None:
                            parts = tuple(member.name.split("/"))
                            yield {"id": id_of(parts), "card": file.read(), "body_read": True}
        except (tarfile.TarError, EOFError, zlib.error, UnicodeError) as error:
            raise UsageError(f"{self.path}: this is no whole .tar.gz ({error}); fetch it again") from None
