"""Secret shared by all processes of this machine, from which anonymous ids are derived."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import tempfile
from functools import cache
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LENGTH = 32  # bytes, beyond brute force


def boot_id() -> str | None:
    """The kernel's random boot id; None if there is none."""
    try:
        found = BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return None
    return found if _UUID.fullmatch(found) and set(found) - set("0-") else None


def node_secret() -> bytes:
    """Random bytes shared by all processes of a user on this machine.

    The kernel's boot id; without one (macOS, Windows, a container without /proc), bytes generated once and stored so
    that only this user can read them. Never anything that can be guessed, such as a host name or network address, and
    never stored beside a model.
    """
    boot = boot_id()
    return boot.encode("ascii") if boot is not None else _kept()


def _kept() -> bytes:
    path = Path(tempfile.gettempdir()) / f"hf-emissions-{getattr(os, 'getuid', lambda: 0)()}"
    with contextlib.suppress(OSError):
        _draw(path)
        return _read(path)
    # If nothing can be stored, each process gets its own id: a surplus node is better than a leaked name.
    return _own()


def _draw(path: Path) -> None:
    if path.exists():
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
        # Unlike a rename, a link never replaces what another process has created first.
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def _read(path: Path) -> bytes:
    """Read the bytes at `path`; OSError if it is no file of the right size that only this user can read."""
    status = path.stat(follow_symlinks=False)
    # Windows lacks this owner and mode; there a user's temporary folder is private.
    private = not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o077)
    found = path.read_bytes() if stat.S_ISREG(status.st_mode) and private else b""
    if len(found) != _LENGTH:
        raise OSError(f"{path} is not ours")
    return found


@cache
def _own() -> bytes:
    return secrets.token_bytes(_LENGTH)
