"""Read model names from a file, one per line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ..errors import UsageError
from ..hub.address import MAIN, read_address

# Legacy model names such as gpt2: the Hub resolves them to their current names.
_WITHOUT_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?")
_SUFFIXES = (".md", ".txt", ".csv", ".json", ".parquet")
# Cut longer lines in messages.
_SHOWN = 60


def read_ids(ids: str) -> tuple[str, ...]:
    """Read names from a file or standard input (`-`), in order, deduplicated."""
    names: dict[str, None] = {}
    for number, line in enumerate(_text(ids).removeprefix("\ufeff").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            names[_name(line.strip(), f"{ids}:{number}:1")] = None
    if not names:
        raise UsageError(f"{ids}: there is no model in it; write owner/name, one a line")
    return tuple(names)


def _text(ids: str) -> str:
    try:
        return sys.stdin.read() if ids == "-" else Path(ids).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{ids}: this is no text in UTF-8; write the name of a model on each line") from None


def _name(line: str, where: str) -> str:
    shown = repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}...")
    if _WITHOUT_OWNER.fullmatch(line) and "--" not in line and not line.lower().endswith(_SUFFIXES):
        return line
    address = read_address(line)
    bare, _, revision = line.partition("@")
    if (address is not None and address.revision != MAIN) or (revision and read_address(bare) is not None):
        raise UsageError(f"{where}: {shown} names a revision; an audit is of the newest card, so leave it out")
    if address is None:
        raise UsageError(f"{where}: {shown} is no name of a model; write owner/name")
    return address.model
