"""The real cards that the benchmarks run over: those of `HF_EMISSIONS_SHARED`, read from their archive."""

from __future__ import annotations

import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path


def shared() -> Path:
    """The folder of shared data; leaves with a message where the environment does not name it."""
    folder = os.environ.get("HF_EMISSIONS_SHARED")
    if not folder:
        sys.exit("set HF_EMISSIONS_SHARED to the folder that holds data/cards")
    return Path(folder)


def cards() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every card in the archive."""
    with tarfile.open(shared() / "data" / "cards" / "hub-2022-02.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                yield member.name.removeprefix("models/").removesuffix("/README.md"), file.read()


def labelled_cards() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the cards that are labelled by hand, many of them younger than the archive."""
    for folder in ("training-facts", "kg-as-g"):
        for path in sorted((shared() / "data" / "cards" / folder).rglob("*.md")):
            yield path.stem, path.read_bytes()


def named_texts() -> Iterator[tuple[str, str]]:
    """Name and text, with its line ends, of every card that is UTF-8."""
    for name, data in cards():
        try:
            yield name, data.decode("utf-8")
        except UnicodeDecodeError:
            continue


def texts() -> list[str]:
    """The texts alone."""
    return [text for _, text in named_texts()]
