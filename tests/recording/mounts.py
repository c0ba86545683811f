"""Disks that refuse: a folder that is mounted read-only, and one that is full; skipped where nothing may be mounted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*arguments: object) -> None:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


@contextmanager
def mounted(folder: Path, *arguments: object) -> Iterator[Path]:
    """A mount at `folder`, taken off again."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount(*arguments, folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder as it is, on a disk that may only be read; what is mounted inside it may still be written."""
    with mounted(folder, "--rbind", folder):
        _mount("-o", "remount,bind,ro", folder)
        yield folder


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """An empty folder on a disk of so many bytes."""
    with mounted(folder, "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs"):
        yield folder
