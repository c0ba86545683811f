"""Append-only file of JSON lines, any of which a kill may have truncated; only its owner can read it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .private import open_private


@dataclass(frozen=True, slots=True)
class JsonLines:
    """File at a path; it need not exist."""

    path: Path

    def append(self, *entries: Mapping[str, object]) -> None:
        """Append objects; without any, check that the file is writable."""
        with open_private(self.path, "a+b") as file:
            # A truncated line must not swallow the next one.
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            for entry in entries:
                file.write(json.dumps(entry).encode() + b"\n")

    def entries(self) -> Iterator[dict[str, object]]:
        """Objects, in order; truncated lines are skipped."""
        for line in self.path.read_bytes().split(b"\n") if self.path.exists() else ():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry
