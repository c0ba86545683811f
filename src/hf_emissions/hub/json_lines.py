"""A file that grows by a JSON object a line, any of which a kill may have cut off; its owner alone reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .private import open_private


@dataclass(frozen=True, slots=True)
class JsonLines:
    """The file at a path; it need not be there."""

    path: Path

    def append(self, *entries: Mapping[str, Any]) -> None:
        """Add objects; without any, make certain that the file can be written to.

        Raises:
            OSError: it cannot.
        """
        with open_private(self.path, "a+b") as file:
            # A line that a kill cut off must not swallow the next one.
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            for entry in entries:
                file.write(json.dumps(entry).encode() + b"\n")

    def entries(self) -> Iterator[dict[str, Any]]:
        """The objects, in order; a line that was cut off counts for nothing."""
        for line in self.path.read_bytes().split(b"\n") if self.path.exists() else ():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry
